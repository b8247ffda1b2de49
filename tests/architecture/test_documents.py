"""Files, links, exceptions and stores named by documents, docstrings and comments exist."""

from __future__ import annotations

import ast
import builtins
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.sandbox.scenario.merchants import MERCHANTS

ROOT = Path(__file__).parents[2]
# The changelog speaks of versions that are gone, and may name what was in them.
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} - {ROOT / "CHANGELOG.md"})
# Folders that a short path may be relative to; the context says which.
BASES = tuple(
    ROOT / folder
    for folder in (
        "",
        "receiver",
        "wp_bridge",
        "tests",
        *(f"receiver/{floor}" for floor in ("domain", "documents", "storage", "web", "services")),
        "wp_bridge/plugin/ad-credit-status-for-woocommerce",
        "wp_bridge/plugin/ad-credit-status-for-woocommerce/src",
    )
)
NAMED = re.compile(r"`([\w./-]+\.(?:py|php|html|toml|po|conf|yml))(?:::\w+)?`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
MOST_README_LINES = 90
MOST_ARCHITECTURE_LINES = 80
MOST_WORDS_OF_A_WALK = {
    "A webhook to its row": 150,
    "The row to its effect": 180,
    "Facts to decision": 200,
    "A replay": 70,
}
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DIAGRAM = ARCHITECTURE.split("```")[1]


def missing_files(text: str) -> Iterator[str]:
    """Yield each file named in back-ticks that is missing; a bare name may be anywhere."""
    for name in NAMED.findall(text):
        if any((base / name).is_file() for base in BASES):
            continue
        if "/" in name or not any(any(folder.rglob(name)) for folder in sources()):
            yield name


def sources() -> tuple[Path, ...]:
    return tuple(ROOT / name for name in ("receiver", "wp_bridge", "tests", "bench", "docs"))


def broken_links(document: Path, text: str) -> Iterator[str]:
    """Yield each relative link whose file, or whose heading in that file, is missing."""
    for path, anchor in LINK.findall(text):
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            yield path
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield f"{path}#{anchor}"


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_exists(document):
    assert sorted(set(missing_files(document.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document):
    assert list(broken_links(document, document.read_text(encoding="utf-8"))) == []


def test_a_file_and_a_heading_that_are_gone_are_noticed():
    assert list(missing_files("`domain/rules.py`, `domain/gone.py`, `gone.py`")) == [
        "domain/gone.py",
        "gone.py",
    ]
    assert list(broken_links(ROOT / "README.md", "[a](docs/gone.md) [b](docs/operations.md#gone)")) == [
        "docs/gone.md",
        "docs/operations.md#gone",
    ]


def test_the_sandboxs_page_names_each_of_its_stores():
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert [merchant.name for merchant in MERCHANTS if merchant.name not in page] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_has_one_shape(decision):
    text = decision.read_text(encoding="utf-8")
    assert re.match(rf"# {decision.name[:4]}: \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_the_readme_is_read_in_one_sitting():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MOST_README_LINES


# -- What the docstrings and the comments of the product name -----------------------------------------

PRODUCT = [
    file
    for folder in ("receiver", "wp_bridge")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in file.parts
]
RAISES = re.compile(r"\b[Rr]aises? ([^.]*)\.", re.DOTALL)
RAISED = re.compile(r"(?:^|,|\band|\bor) ?([A-Z]\w+)")
SOURCE = re.compile(r"(?<![\w./*-])((?:\w+/)*\w+\.py)\b")


def docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def comments(source: str) -> Iterator[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    yield from (token.string for token in tokens if token.type == tokenize.COMMENT)


def raised_names(docstring: str) -> Iterator[str]:
    """Yield what a docstring says is raised: the names after "Raises", set apart by commas, "and" or "or"."""
    for sentence in RAISES.findall(docstring):
        yield from RAISED.findall(" ".join(sentence.split()))


def imported_names(tree: ast.Module) -> set[str]:
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


def test_every_exception_that_a_docstring_names_exists():
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in PRODUCT}
    classes = {
        node.name for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }
    missing = [
        f"{file.relative_to(ROOT)}: {name}"
        for file, tree in trees.items()
        for docstring in docstrings(tree)
        for name in raised_names(docstring)
        if name not in classes | set(dir(builtins)) | imported_names(tree)
    ]
    assert missing == []


def test_every_source_file_that_a_docstring_or_a_comment_names_exists():
    files = [*ROOT.glob("*.py"), *(file for folder in sources() for file in folder.rglob("*.py"))]
    paths_of_sources = [f"/{file.relative_to(ROOT)}" for file in files]
    missing = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in PRODUCT
        for source in [file.read_text(encoding="utf-8")]
        for text in (*docstrings(ast.parse(source)), *comments(source))
        for name in SOURCE.findall(text)
        if not any(path.endswith(f"/{name}") for path in paths_of_sources)
    ]
    assert missing == []


def test_an_exception_and_a_source_file_that_are_gone_are_noticed():
    docstring = "Do it. Raises InputError, NotFound for\nwhat is gone, and Refused. Whoever asks raises Gone."
    assert list(raised_names(docstring)) == ["InputError", "NotFound", "Refused", "Gone"]
    assert SOURCE.findall("see services/bridge/rotate.py, gone.py; *.py and x.pyc") == [
        "services/bridge/rotate.py",
        "gone.py",
    ]


def test_the_architecture_is_read_in_one_sitting():
    assert len(ARCHITECTURE.splitlines()) <= MOST_ARCHITECTURE_LINES


def test_each_walk_of_the_architecture_stays_short():
    chapters = dict(part.split("\n", 1) for part in ARCHITECTURE.split("\n## ")[1:])
    words = {title: len(text.split()) for title, text in chapters.items()}
    assert words.keys() == MOST_WORDS_OF_A_WALK.keys()
    assert {title: words[title] for title, most in MOST_WORDS_OF_A_WALK.items() if words[title] > most} == {}


def test_the_diagram_shows_each_layer_and_each_folder_of_the_services():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {name.removeprefix("receiver.") for line in contracts[0]["layers"] for name in line.split(" | ")}
    folders = {path.parent.name for path in (ROOT / "receiver" / "services").glob("*/__init__.py")}
    assert (layers | folders) - set(re.findall(r"\w+", DIAGRAM)) == set()


def test_the_newest_chapter_of_the_changelog_has_each_heading_once_and_in_order():
    newest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1]
    assert re.match(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)\n", newest)
    assert re.findall(r"^### (.+)$", newest, re.MULTILINE) == ["Added", "Changed", "Fixed", "Upgrade"]
