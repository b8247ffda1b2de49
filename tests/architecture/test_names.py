"""The product's language: a class name means one class, and a docstring says what a function does."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(
    file
    for folder in ("receiver", "wp_bridge")
    for file in (ROOT / folder).rglob("*.py")
    if "migrations" not in file.parts
)
RIDDLE = re.compile(r"(What|Whether|Which|Where|Who|Of)\b")


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for file in PRODUCT:
        yield from ((file, node) for node in ast.walk(ast.parse(file.read_text())))


def test_a_class_name_is_defined_once():
    classes = (node.name for _, node in nodes() if isinstance(node, ast.ClassDef))
    names = Counter(name for name in classes if name != "Meta")  # marshmallow looks for an inner class Meta
    assert [name for name, times in names.items() if times > 1] == []


def test_no_docstring_of_a_public_function_is_a_riddle():
    functions = (
        (file, node)
        for file, node in nodes()
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    )
    riddles = [
        f"{file.relative_to(ROOT)}: {node.name}: {said.splitlines()[0]}"
        for file, node in functions
        if RIDDLE.match(said := ast.get_docstring(node) or "")
    ]
    assert riddles == []
