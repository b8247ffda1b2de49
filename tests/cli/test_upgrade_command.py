"""`upgrade` does what `upgrade --check` said, which changes nothing; `run` says first what is wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from alembic.script import Script
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from flask.cli import ScriptInfo
from sqlalchemy import text

from receiver.__main__ import ad_credit
from receiver.app import create_app
from receiver.cli import run as run_module
from receiver.container import Container, build_container
from receiver.services.operations.doctor import CheckState, diagnose_before_start
from receiver.storage.cipher import Cipher
from receiver.storage.migrate import current_revision, migrate_down, newest_revision, pending_scripts
from tests.cli.conftest import CommandRunner
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.signals import add_shop

BEFORE_CONTRACTING = "0031"
EXPANDING = "0042"


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Container]:
    container = build_container(make_settings(database_url=empty_database_url))
    yield container
    container.database.close()


def upgrade(container: Container, *words: str) -> Result:
    return CommandRunner(container, "upgrade")(*words)


def plan(container: Container) -> dict[str, Any]:
    answer = upgrade(container, "--check", "--json")
    assert answer.exit_code == 0, answer.output
    document: dict[str, Any] = json.loads(answer.stdout)
    return document


def pending_after(container: Container, revision: str) -> list[Script]:
    migrate_down(container.database, revision, cipher=container.cipher)
    return pending_scripts(container.database)


def test_check_names_each_step_and_its_rows_and_changes_nothing(container: Container) -> None:
    keep_store(container, "st_1")
    keep_store(container, "st_2")
    migrate_down(container.database, BEFORE_CONTRACTING, cipher=container.cipher)

    upgrade_plan = plan(container)

    assert (upgrade_plan["from"], upgrade_plan["to"], upgrade_plan["done"]) == (
        BEFORE_CONTRACTING,
        newest_revision(),
        False,
    )
    first = upgrade_plan["steps"][0]
    assert (first["revision"], first["takes_away"]) == ("0032", True)
    assert "adds stores.shop_uuid" in first["does"]
    assert "drops bridges.store_uuid" in first["does"]
    assert first["rows"] == 2
    assert upgrade_plan["previous_version_may_run"] is False
    assert "back up" in upgrade_plan["first"]
    assert "stop web and worker" in upgrade_plan["first"]
    assert current_revision(container.database) == BEFORE_CONTRACTING


def test_an_upgrade_that_only_adds_lets_the_version_before_run(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    (script,) = (
        pending for pending in pending_after(container, BEFORE_CONTRACTING) if pending.revision == EXPANDING
    )
    monkeypatch.setattr("receiver.services.operations.upgrade.pending_scripts", lambda _: [script])
    upgrade_plan = plan(container)
    assert upgrade_plan["previous_version_may_run"] is True
    assert "stop" not in upgrade_plan["first"]
    assert [step["takes_away"] for step in upgrade_plan["steps"]] == [False]
    assert upgrade_plan["steps"][0]["does"] == "adds deliveries.request_id, adds accounts.requested_by"


def test_upgrade_does_what_check_said_and_again_changes_nothing(container: Container) -> None:
    migrate_down(container.database, BEFORE_CONTRACTING, cipher=container.cipher)
    plan_before = plan(container)
    upgraded = json.loads(upgrade(container, "--json").stdout)
    assert (upgraded["done"], upgraded["steps"]) == (True, plan_before["steps"])
    assert current_revision(container.database) == newest_revision()
    again = plan(container)
    assert (again["steps"], again["first"]) == ([], "nothing: the database is what this version needs")


def test_an_empty_database_needs_neither_backup_nor_stop(empty: Container) -> None:
    upgrade_plan = plan(empty)
    assert (upgrade_plan["from"], upgrade_plan["previous_version_may_run"]) == (None, True)
    assert upgrade_plan["first"] == "nothing: the database is empty"


def test_a_database_of_a_newer_version_is_refused_in_one_line(container: Container) -> None:
    with container.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    runner = create_app(container=container).test_cli_runner()
    for words in (["upgrade", "--check"], ["upgrade"], ["migrate"], ["worker"]):
        answer = runner.invoke(args=words)
        assert (answer.exit_code, answer.stdout) == (1, ""), words
        assert answer.stderr == (
            "Error: the database is at revision 9999, which a newer version than this one made; "
            "start that version, or restore a backup that this one made\n"
        )


def test_doctor_sends_nobody_to_migrate_a_database_of_a_newer_version(container: Container) -> None:
    with container.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    (check, *_) = diagnose_before_start(container)
    assert (check.name, check.state) == ("database", CheckState.FAIL)
    assert check.finding.endswith("which a newer version than this one made")
    assert check.do == "start that version, or restore a backup that this one made"


def test_an_address_that_nobody_can_listen_on_is_told_in_one_line_before_anything_is_started(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        monkeypatch.setattr(ScriptInfo, "load_app", lambda _: create_app(container=container))
        for words in (["--port", port], ["--port", "9", "--host", "203.0.113.7"], ["--host", "no host"]):
            answer = CliRunner().invoke(ad_credit, ["run", *words])
            assert answer.exit_code == 1, answer.output
            assert answer.stderr.startswith("Error: web cannot listen on port ")
            assert answer.stderr.endswith("; choose others with --host and --port\n")
            assert answer.stderr.count("\n") == 1


def failures(container: Container) -> list[str]:
    with create_app(container=container).app_context():
        return list(run_module._failures())


def test_run_says_first_in_a_line_each_what_is_wrong(container: Container) -> None:
    assert failures(container) == []  # no worker runs yet, and no network is asked
    add_shop(container)
    without_key = replace(container, cipher=Cipher((Fernet.generate_key().decode(),)))
    (line,) = failures(without_key)
    assert line.startswith("doctor: secrets: ")
    assert line.endswith("; add the lost key to the end of SECRET_KEYS")
    assert "\n" not in line


def test_run_migrates_an_empty_database_before_anything_is_started(empty: Container) -> None:
    with create_app(container=empty).app_context():
        assert run_module._prepare() == empty.settings.web_threads
    assert current_revision(empty.database) == newest_revision()
