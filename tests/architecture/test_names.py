"""The product's language: a class name means one class, and a docstring names its subject."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from jinja2 import Environment
from jinja2.nodes import Name

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(
    file
    for folder in ("receiver", "wp_bridge")
    for file in (ROOT / folder).rglob("*.py")
    if "migrations" not in file.parts
)
NAMELESS = {"one", "told", "said"}
RIDDLE = re.compile(r"(What|Whether|Which|Where|Who|Whose|Of|How)\b")


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for file in PRODUCT:
        yield from ((file, node) for node in ast.walk(ast.parse(file.read_text())))


def test_a_class_name_is_defined_once() -> None:
    classes = (node.name for _, node in nodes() if isinstance(node, ast.ClassDef))
    names = Counter(name for name in classes if name != "Meta")  # marshmallow looks for an inner class Meta
    assert [name for name, times in names.items() if times > 1] == []


def test_no_docstring_of_a_module_a_class_or_a_public_function_is_a_riddle() -> None:
    riddles = [
        f"{file.relative_to(ROOT)}: {getattr(node, 'name', 'module')}: {docstring.splitlines()[0]}"
        for file, node in nodes()
        if is_documented(node) and RIDDLE.match(docstring := ast.get_docstring(node) or "")
    ]
    assert riddles == []


def is_documented(node: ast.AST) -> TypeGuard[ast.Module | ast.ClassDef | ast.FunctionDef]:
    if isinstance(node, ast.FunctionDef):
        return not node.name.startswith("_")
    return isinstance(node, ast.Module | ast.ClassDef)


def test_no_variable_is_called_by_a_word_that_names_nothing() -> None:
    nameless = {
        f"{file.relative_to(ROOT)}: {name}"
        for file, node in nodes()
        for name in variables_of(node)
        if name in NAMELESS
    }
    assert sorted(nameless) == []


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


def test_no_variable_of_a_template_is_called_by_a_word_that_names_nothing() -> None:
    nameless = {
        f"{file.relative_to(ROOT)}: {name.name}"
        for file in (ROOT / "receiver").rglob("*.html")
        for name in Environment().parse(file.read_text()).find_all(Name)
        if name.name in NAMELESS
    }
    assert sorted(nameless) == []
