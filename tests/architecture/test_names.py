"""The project's language: unique class names, docstrings that begin with a verb, telling variables."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from jinja2 import Environment
from jinja2.nodes import Name

ROOT = Path(__file__).parents[2]
PRODUCT, TESTS = ("receiver", "wp_bridge"), ("tests", "bench")
# Of a variable called so nobody can guess what it holds.
NAMELESS = {"one", "told", "said", "found", "kept", "given", "asked", "made", "left"}
RIDDLE = re.compile(r"(What|Whether|Which|Where|Who|Whose|Of|How)\b")
# Columns and fields of the API, whose names others rely on.
FIXED = {
    "receiver/services/problems/listing.py: kept",
    "receiver/storage/programme_statistics.py: given",
    "receiver/storage/tables/links.py: found",
    "receiver/storage/tables/problems.py: kept",
    "receiver/storage/tables/stores.py: asked",
    "receiver/web/api/admin/operations.py: found",
    "receiver/web/api/admin/problems.py: kept",
}
VERBS = frozenset((Path(__file__).parent / "verbs.txt").read_text().split())
# Read as attributes, or described by what they yield: a noun names them.
NOUNS = re.compile(r"\.setter$|\bproperty$|\bcached_property$|\bfixture\b|^override$|^overload$")


@dataclass(frozen=True)
class FunctionAt:
    """A function, where it is, and whether others may call it."""

    place: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    is_public: bool

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def is_noun(self) -> bool:
        return any(
            NOUNS.search(ast.unparse(decorator).split("(")[0]) for decorator in self.node.decorator_list
        )


def test_a_class_name_is_defined_once() -> None:
    assert duplicates(*PRODUCT) == []
    assert duplicates(*TESTS) == []


def duplicates(*folders: str) -> list[str]:
    classes = (node.name for _, node in nodes(*folders) if isinstance(node, ast.ClassDef))
    names = Counter(name for name in classes if name != "Meta")  # marshmallow looks for an inner class Meta
    return [name for name, times in names.items() if times > 1]


def test_no_docstring_of_a_module_or_a_class_is_a_riddle() -> None:
    riddles = [
        f"{file.relative_to(ROOT)}: {getattr(node, 'name', 'module')}: {docstring.splitlines()[0]}"
        for file, node in nodes(*PRODUCT)
        if isinstance(node, ast.Module | ast.ClassDef)
        and RIDDLE.match(docstring := ast.get_docstring(node) or "")
    ]
    assert riddles == []


def test_a_functions_docstring_begins_with_a_verb() -> None:
    # Of a test it is a remark beside its name. A plain verb that is missing belongs into verbs.txt.
    fragments = [
        f"{function.place}: {function.docstring.splitlines()[0]}"
        for function in functions(*PRODUCT, *TESTS)
        if function.docstring
        and not function.is_noun
        and not function.node.name.startswith("test_")
        and first_word(function.docstring) not in VERBS
    ]
    assert fragments == []


def first_word(docstring: str) -> str:
    return docstring.split()[0].strip(".,:;")


def test_every_public_function_of_the_product_has_a_docstring() -> None:
    bare = [
        function.place
        for function in functions(*PRODUCT)
        if function.is_public and not function.is_noun and not function.docstring
    ]
    assert bare == []


def test_no_variable_is_called_by_a_word_that_names_nothing() -> None:
    nameless = {
        f"{file.relative_to(ROOT)}: {name}"
        for file, node in nodes(*PRODUCT, *TESTS)
        for name in variables_of(node)
        if name in NAMELESS
    }
    assert nameless == FIXED


def test_no_variable_of_a_template_is_called_by_a_word_that_names_nothing() -> None:
    nameless = {
        f"{file.relative_to(ROOT)}: {name.name}"
        for file in (ROOT / "receiver").rglob("*.html")
        for name in Environment().parse(file.read_text()).find_all(Name)
        if name.name in NAMELESS
    }
    assert sorted(nameless) == []


@cache
def trees(folder: str) -> list[tuple[Path, ast.Module]]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return [(file, ast.parse(file.read_text())) for file in files if "migrations" not in file.parts]


def nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for folder in folders:
        yield from ((file, node) for file, tree in trees(folder) for node in ast.walk(tree))


def functions(*folders: str) -> Iterator[FunctionAt]:
    for file, tree in chain.from_iterable(map(trees, folders)):
        yield from functions_in(tree, str(file.relative_to(ROOT)), is_public=True)


def functions_in(tree: ast.AST, place: str, *, is_public: bool) -> Iterator[FunctionAt]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            public = is_public and not node.name.startswith("_")
            yield FunctionAt(f"{place}: {node.name}", node, public)
            yield from functions_in(node, f"{place}: {node.name}", is_public=False)
        elif isinstance(node, ast.ClassDef):
            public = is_public and not node.name.startswith("_")
            yield from functions_in(node, f"{place}: {node.name}", is_public=public)
        else:
            yield from functions_in(node, place, is_public=is_public)


def variables_of(node: ast.AST) -> set[str]:
    """Return arguments and variables of a function, fields of a class, or what a template is given."""
    if isinstance(node, ast.Call):
        return set(keywords_of(node)) if is_rendering(node) else set()
    if isinstance(node, ast.ClassDef):
        return {
            target.id for item in node.body for target in targets_of(item) if isinstance(target, ast.Name)
        }
    if not isinstance(node, ast.FunctionDef | ast.Lambda):
        return set()
    inner = list(ast.walk(node))
    assigned = {item.id for item in inner if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
    return assigned | {item.arg for item in inner if isinstance(item, ast.arg)}


def is_rendering(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "render_template"


def keywords_of(call: ast.Call) -> Iterator[str]:
    yield from (keyword.arg for keyword in call.keywords if keyword.arg)


def targets_of(item: ast.stmt) -> list[ast.expr]:
    if isinstance(item, ast.AnnAssign):
        return [item.target]
    return item.targets if isinstance(item, ast.Assign) else []
