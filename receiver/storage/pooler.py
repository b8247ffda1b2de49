"""Detection of a pooler between this service and PostgreSQL that loses the settings of a connection.

Time-outs and durable commits are settings of the session. A pooler that hands each transaction another
connection, or drops start-up options, leaves statements without an end, and nobody would notice.
"""

from __future__ import annotations

import sqlite3

from receiver.storage.database import Database, Driver

TRIES = 5
HELP = "connect to PostgreSQL itself, or set up a pooler in session mode as docs/deployment.md says"
SHARED = f"DATABASE_URL leads through a pooler that gives each transaction another connection; {HELP}"
DROPPED = f"DATABASE_URL leads through a pooler that drops our time-outs; {HELP}"
HELD = ("lock_timeout", "statement_timeout", "synchronous_commit")


def pooler_problem(database: Database) -> str | None:
    """Return the error text for an unsuitable pooler, None without one. Raises StorageUnavailable."""
    if database.is_sqlite:
        return None
    with database.autocommit_connection() as mine:
        if _backend_pid(mine) == _announced_pid(mine):  # a pooler announces a number of its own
            return None
        with database.autocommit_connection() as other:
            if {_backend_pid(other) for _ in range(TRIES)} & {_backend_pid(mine)}:
                return SHARED
        return None if _holds_settings(mine) else DROPPED


def _announced_pid(connection: Driver) -> int:
    assert not isinstance(connection, sqlite3.Connection)
    return connection.info.backend_pid


def _backend_pid(connection: Driver) -> int:
    return int(_value(connection, "SELECT pg_backend_pid()"))


def _holds_settings(connection: Driver) -> bool:
    from receiver.storage.postgresql import AT_SERVER  # here: readiness is asked for on SQLite too

    return all(_value(connection, f"SHOW {name}") == AT_SERVER[name] for name in HELD)


def _value(connection: Driver, statement: str) -> str:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return str(row[0])
