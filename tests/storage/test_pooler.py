"""A pooler that takes our session's settings away is refused in a sentence, by doctor and readiness alike."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest

from receiver.errors import OptionsRefused
from receiver.services.operations import doctor
from receiver.services.operations.doctor import CheckState
from receiver.services.operations.readiness import check_readiness
from receiver.storage import pooler
from receiver.storage.database import Database
from receiver.storage.pooler import DROPPED, SHARED, pooler_problem
from receiver.storage.postgresql import AT_SERVER
from tests.factories import OPEN


class Pooled(psycopg.Connection):
    """A connection through a pooler: the server connections that answer, and their settings."""

    def __init__(self, announced: int, backends: list[int], settings: dict[str, str]) -> None:
        self.announced, self.backends, self.settings = announced, backends, settings

    @property
    def info(self):
        return SimpleNamespace(backend_pid=self.announced)

    def execute(self, statement):
        name = statement.rpartition(" ")[2]
        if name == "pg_backend_pid()":
            value = self.backends[0] if len(self.backends) == 1 else self.backends.pop(0)
        else:
            value = self.settings[name]
        return SimpleNamespace(fetchone=lambda: (value,))

    def __del__(self, **_):
        pass


class PooledDatabase:
    """A database whose connections come from a pooler, in turn."""

    is_sqlite = False

    def __init__(self, *connections: Pooled) -> None:
        self.connections = list(connections)

    @contextmanager
    def autocommit_connection(self):
        yield self.connections.pop(0)


OURS = {name: str(AT_SERVER[name]) for name in pooler.HELD}


def test_a_database_without_a_pooler_has_no_problem(container):
    assert pooler_problem(container.database) is None


def test_the_very_connection_needs_no_second_one():
    assert pooler_problem(PooledDatabase(Pooled(7, [7], OURS))) is None


def test_one_server_connection_for_two_of_ours_is_no_session():
    database = PooledDatabase(Pooled(1, [7], OURS), Pooled(2, [8, 7, 8], OURS))
    assert pooler_problem(database) == SHARED


def test_a_pooler_in_session_mode_may_stay_where_the_settings_hold():
    assert pooler_problem(PooledDatabase(Pooled(1, [7], OURS), Pooled(2, [8], OURS))) is None


@pytest.mark.parametrize("name", pooler.HELD)
def test_a_setting_that_a_pooler_dropped_is_told(name):
    settings = {**OURS, name: "0"}
    assert pooler_problem(PooledDatabase(Pooled(1, [7], settings), Pooled(2, [8], settings))) == DROPPED


def test_refused_start_up_options_are_told_as_a_poolers():
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    refusal = psycopg.OperationalError("FATAL: unsupported startup parameter: options")
    with pytest.raises(OptionsRefused, match="pooler"), database.reading():
        raise refusal


def test_doctor_and_readiness_say_the_same_sentence(container, monkeypatch):
    for module in ("doctor", "readiness"):
        monkeypatch.setattr(f"receiver.services.operations.{module}.pooler_problem", lambda _: SHARED)
    assert SHARED in check_readiness(container.at(OPEN))
    check = doctor._schema(container.database)
    assert (check.state, check.finding) == (CheckState.FAIL, SHARED)
