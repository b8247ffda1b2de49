"""A process imports what it uses: what it does not, it would hold in memory as long as it runs."""

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
# Started as an operator starts it; where the work would begin, it says what is loaded.
WORKER = """
import sys
from receiver.__main__ import main
from receiver.worker import loop
loop.run = lambda *_: print(*sys.modules)
sys.argv = ["ad-credit", "worker"]
main()
"""


def loaded(program: str, folder: Path) -> set[str]:
    """The modules of a process on SQLite."""
    settings = {
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://credit.example",
        "DATABASE_URL": f"sqlite:///{folder}/receiver.db",
    }
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX")}
    answer = subprocess.run(
        [sys.executable, "-c", program], env={**ours, **settings}, cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


def test_a_web_process_imports_no_worker_no_migrations_and_no_driver_but_its_databases(tmp_path):
    modules = loaded(WEB, tmp_path)
    assert "receiver.web.connect" in modules
    assert not modules & {"alembic", "huey", "mako", "psycopg", "receiver.storage.postgresql"}


def test_a_web_process_imports_what_only_staff_call_and_what_calls_others_when_that_is_asked_for(tmp_path):
    modules = loaded(WEB, tmp_path)
    assert not modules & {"receiver.web.admin", "receiver.web.api.admin.areas"}
    assert not modules & {"requests", "urllib3", "wp_bridge.safe_http", "wp_bridge.store"}


def test_a_worker_imports_no_page_and_no_migrations(tmp_path):
    modules = loaded(WORKER, tmp_path)
    assert "huey" in modules
    assert not modules & {"alembic", "flask_smorest", "mako", "receiver.web", "receiver.storage.postgresql"}


def test_a_worker_imports_no_flask_and_no_driver_but_its_databases(tmp_path):
    assert not loaded(WORKER, tmp_path) & {"flask", "werkzeug", "jinja2", "psycopg"}


@pytest.mark.parametrize("program", [WEB, WORKER])
def test_neither_imports_what_draws_on_a_terminal(program, tmp_path):
    assert not loaded(program, tmp_path) & {"rich", "pygments", "attr"}


@pytest.mark.parametrize("program", [WEB, WORKER])
def test_neither_imports_the_dialect_of_a_database_that_is_not_in_use(program, tmp_path):
    assert "sqlalchemy.dialects.postgresql" not in loaded(program, tmp_path)
