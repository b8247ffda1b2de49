"""Compiled SQL statements shared by all engines of a test process, since nearly every test makes a database.

SQLAlchemy keeps them for one engine, by its dialect; to compile each statement anew took a quarter of the
time of the tests that use a database. Dialects of one class are alike here: no test asks for other ones.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

STATEMENTS = 5_000  # more than there are, so that none is evicted
_compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS)


def share_compiled_statements() -> None:
    """Share compiled statements among all engines made from now on."""
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        dialect.__eq__ = _is_alike  # type: ignore[method-assign, assignment]
        dialect.__hash__ = _by_class  # type: ignore[method-assign, assignment]
    event.listen(Engine, "engine_connect", _share)


def _is_alike(item: object, other: object) -> bool:
    return type(item) is type(other)


def _by_class(item: object) -> int:
    return hash(type(item))


def _share(connection: Connection) -> None:
    connection.engine._compiled_cache = _compiled
