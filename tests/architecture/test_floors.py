"""Imports go down, never up or sideways; the domain stands on the standard library and one table of names."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# docs/decisions/0009: IDNA 2008 is a table of Unicode's, and the standard library's is that of 2003.
TABLES_OF_OTHERS = {"hosts.py": {"idna"}}
DOMAIN = sorted((ROOT / "receiver" / "domain").glob("*.py"))

# What each floor may import of ours. A floor not listed here is a floor nobody has thought about.
BASE = {"receiver.errors", "receiver.strict_json"}
BELOW = {
    "receiver.domain": set(),
    "receiver.documents": {"receiver.domain", *BASE},
    "receiver.storage": {"receiver.domain", *BASE},
    "receiver.integrations": {"receiver.domain", "wp_bridge", *BASE},
    "receiver.services": {
        "receiver.domain",
        "receiver.documents",
        "receiver.storage",
        "receiver.integrations",
        "receiver.settings",
        "wp_bridge",
        *BASE,
    },
    "receiver.container": {
        "receiver.sandbox.controls",
        "receiver.settings",
        "receiver.storage",
        "receiver.integrations",
        *BASE,
    },
    "receiver.sandbox.controls": {"receiver.errors"},
    "receiver.settings": {"receiver.errors"},
    "receiver.strict_json": {"receiver.errors"},
    "receiver.errors": set(),
    "receiver.version": set(),
    "receiver.request_id": set(),
    "wp_bridge": BASE,
}
SERVED = {*BELOW, "receiver.services", "receiver.container"}
BELOW["receiver.jobs"] = SERVED
BELOW["receiver.store_work"] = SERVED
BELOW["receiver.worker"] = {*SERVED, "receiver.jobs", "receiver.store_work"}
BELOW["receiver.web"] = SERVED
BELOW["receiver.cli"] = {*SERVED, "receiver.worker"}
BELOW["receiver.logs"] = {"receiver.request_id"}
BELOW["receiver.app"] = {*SERVED, "receiver.cli", "receiver.web", "receiver.logs"}
BELOW["receiver.sandbox"] = {*BELOW, "receiver.app"}
BELOW["wsgi"] = {"receiver.app"}


def floor_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "receiver" else parts[0]


def sources() -> list[Path]:
    folders = (ROOT / "receiver", ROOT / "wp_bridge")
    return sorted([ROOT / "wsgi.py", *(file for folder in folders for file in folder.rglob("*.py"))])


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if node.module == "receiver" else {node.module}
    return found


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_down(file):
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    floor = floor_of(module)
    if floor == "receiver":
        return  # the package's own docstring
    ours = {floor_of(name) for name in imports_of(file) if name.split(".")[0] in ("receiver", "wp_bridge")}
    assert ours - {floor} <= BELOW[floor]


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
