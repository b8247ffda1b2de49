"""Imports go down, never up or sideways; the domain stands on the standard library and one table of names."""

import ast
import re
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
# docs/decisions/0009: IDNA 2008 is a table of Unicode's, and the standard library's is that of 2003.
TABLES_OF_OTHERS = {"hosts.py": {"idna"}}
DOMAIN = sorted((ROOT / "receiver" / "domain").glob("*.py"))


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if node.module == "receiver" else {node.module}
    return found


def test_the_import_contracts_of_pyproject_are_kept():
    assert lint_imports(no_cache=True) == 0


@pytest.mark.parametrize(
    "file", sorted((ROOT / "receiver" / "domain").glob("*.py")), ids=lambda file: file.name
)
def test_the_domain_needs_only_the_standard_library(file):
    outside = {name.split(".")[0] for name in imports_of(file)} - {"receiver"}
    assert outside - sys.stdlib_module_names <= TABLES_OF_OTHERS.get(file.name, set())


def test_nothing_in_the_domain_asks_the_time_or_the_world():
    asks = r"\b(datetime\.now|utcnow|date\.today|time\.time|random\.|os\.environ|open)\("
    for file in DOMAIN:
        assert not re.search(asks, file.read_text()), file.name
