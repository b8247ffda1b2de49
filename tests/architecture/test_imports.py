"""Imports go down, never up or sideways; the domain needs the standard library and one table of names."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[2]
# docs/decisions/0009: the standard library has IDNA 2003 only.
TABLES_OF_OTHERS = {"hosts.py": {"idna"}}
DOMAIN = sorted((ROOT / "receiver" / "domain").glob("*.py"))
# Requests a page, then imports every module of the product but those of the sandbox.
WHOLE_PRODUCT = """
import importlib, pathlib, sys
import wsgi
wsgi.app.test_client().get("/admin/")
for root in ("receiver", "wp_bridge"):
    for file in pathlib.Path(root).rglob("*.py"):
        name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(("receiver.sandbox", "receiver.storage.migrations")):
            importlib.import_module(name)
print(sorted(name for name in sys.modules if name.startswith("receiver.sandbox")))
"""


def sandbox_modules(folder, **marks):
    """Return the names of the sandbox's modules in a process that loaded the whole product."""
    settings = {
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "http://127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder}/receiver.db",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX")}
    answer = subprocess.run(
        [sys.executable, "-c", WHOLE_PRODUCT],
        env={**environment, **settings, **marks},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return ast.literal_eval(answer.stdout.splitlines()[-1])


def imports_of(file: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules |= names if node.module == "receiver" else {node.module}
    return modules


def test_the_import_contracts_of_pyproject_are_kept():
    command = Path(sys.executable).with_name("lint-imports")  # in this process it would silence every logger
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


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


def test_without_sandbox_yes_nothing_of_the_sandbox_is_in_the_process(tmp_path):
    assert sandbox_modules(tmp_path) == []
    assert sandbox_modules(tmp_path, SANDBOX="no") == []


def test_sandbox_yes_plugs_it_in(tmp_path):
    modules = sandbox_modules(tmp_path, SANDBOX="yes", SANDBOX_FOLDER=str(tmp_path))
    assert "receiver.sandbox.plug" in modules
    assert "receiver.sandbox.console.pages" in modules


def test_no_service_takes_a_database_and_a_time_instead_of_the_context():
    functions = (
        (file, node)
        for file in sorted((ROOT / "receiver").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    parts = {"database", "now"}
    assert [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file, node in functions
        if parts <= {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    ] == []
