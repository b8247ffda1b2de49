"""A process imports only what it uses: a module that it does not use costs memory as long as it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[2]
WEB = """
import sys
import wsgi
client = wsgi.app.test_client()
assert client.get("/healthz").status_code == 200
client.post("/webhooks/woocommerce/st_1", data=b"{}")
assert client.get("/api/v1/status").status_code == 401
assert client.get("/connect").status_code == 200
print(*sys.modules)
"""
# Started as an operator starts it; in place of the loop it prints what is loaded.
WORKER = """
import sys
from receiver.__main__ import main
from receiver.worker import loop
loop.run = lambda *_: print(*sys.modules)
sys.argv = ["ad-credit", "worker"]
main()
"""
# What `ad-credit run` becomes.
WATCH = """
import sys
from receiver.cli.watch import watch_command
print(*sys.modules)
"""


def loaded_modules(program: str, folder: Path) -> set[str]:
    """Return the modules that a program on SQLite has loaded."""
    settings = {
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://credit.example",
        "DATABASE_URL": f"sqlite:///{folder}/receiver.db",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX")}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


def test_a_web_process_imports_no_worker_no_migrations_and_no_driver_but_its_databases(tmp_path):
    modules = loaded_modules(WEB, tmp_path)
    assert "receiver.web.connect" in modules
    assert not modules & {"alembic", "huey", "mako", "psycopg", "receiver.storage.postgresql"}


def test_a_web_process_imports_what_only_staff_call_and_what_calls_others_when_that_is_asked_for(tmp_path):
    modules = loaded_modules(WEB, tmp_path)
    assert not modules & {"receiver.web.admin", "receiver.web.api.admin.areas"}
    assert not modules & {"requests", "urllib3", "wp_bridge.safe_http", "wp_bridge.store"}


def test_a_worker_imports_no_page_and_no_migrations(tmp_path):
    modules = loaded_modules(WORKER, tmp_path)
    assert "huey" in modules
    assert not modules & {"alembic", "flask_smorest", "mako", "receiver.web", "receiver.storage.postgresql"}


def test_a_worker_imports_no_flask_and_no_driver_but_its_databases(tmp_path):
    assert not loaded_modules(WORKER, tmp_path) & {"flask", "werkzeug", "jinja2", "psycopg"}


@pytest.mark.parametrize("program", [WEB, WORKER])
def test_neither_imports_what_draws_on_a_terminal(program, tmp_path):
    assert not loaded_modules(program, tmp_path) & {"rich", "pygments", "attr"}


@pytest.mark.parametrize("program", [WEB, WORKER])
def test_neither_imports_the_dialect_of_a_database_that_is_not_in_use(program, tmp_path):
    assert "sqlalchemy.dialects.postgresql" not in loaded_modules(program, tmp_path)


def test_what_watches_over_web_and_worker_imports_neither_database_nor_flask(tmp_path):
    heavy = {"sqlalchemy", "flask", "cryptography", "structlog", "receiver.settings", "receiver.container"}
    assert not loaded_modules(WATCH, tmp_path) & heavy
