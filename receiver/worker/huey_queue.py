"""Huey's queue, in the database of everything else, and its consumer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlalchemy import func, select

from receiver.errors import StorageUnavailable
from receiver.optional_imports import as_if_not_installed
from receiver.storage.database import Database
from receiver.storage.sqlite import BUSY_MS

with as_if_not_installed("psycopg"):  # which takes 10 MB, and has no part in a queue in SQLite
    from huey import PostgresHuey, SqliteHuey, crontab, storage
    from huey.api import Huey
    from huey.consumer import Consumer

__all__ = ["Huey", "QuietConsumer", "crontab", "open_queue"]

LOCK = 0x68756579  # "huey": any number nobody else locks


class QuietConsumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """Huey's threads without its signal handlers: whoever runs the worker says when to stop."""

    def _set_signal_handlers(self) -> None:
        pass


def open_queue(database: Database) -> Huey:
    """Open Huey's queue in our database. Raises StorageUnavailable."""
    if database.is_sqlite:
        return _open_or_raise(lambda: _queue_in_sqlite(database), sqlite3.Error)
    import psycopg  # here: a worker on SQLite needs no other driver

    storage.psycopg = psycopg
    return _open_or_raise(lambda: _queue_in_postgresql(database), psycopg.Error)


def _open_or_raise(open_queue: Callable[[], Huey], error_of_driver: type[Exception]) -> Huey:
    try:
        return open_queue()
    except error_of_driver as error:
        raise StorageUnavailable(f"the job queue cannot be opened: {str(error).strip()}") from error


def _queue_in_sqlite(database: Database) -> Huey:
    file, seconds = database.url.database, BUSY_MS / 1000
    return SqliteHuey("receiver", filename=file, fsync=True, timeout=seconds, results=False)


def _queue_in_postgresql(database: Database) -> Huey:
    with database.writing() as session:
        # Of two that make the same missing table at once, PostgreSQL fails one.
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        return PostgresHuey("receiver", connection=database.connect, results=False)
