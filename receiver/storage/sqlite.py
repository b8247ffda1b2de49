"""SQLite's engine: the set-up of its connections, and the removal of deleted data from its files."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from receiver.storage.sqlite_files import make_folder, make_private

BUSY_MS = 10_000
SHRINK_PAGES = 1_000  # of 4 KiB
# `secure_delete` overwrites what is deleted, also in pages that stay in use and in those that wait for reuse.
ALWAYS = (
    *("auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL"),
    *("foreign_keys=ON", "secure_delete=ON"),
)
# To empty the log takes a moment without readers, for which writers wait: so not for long at a time.
EMPTY_LOG_MS, EMPTY_LOG_TRIES = 250, 20


def make_engine(url: URL, first: tuple[str, ...] = (), **pool: Any) -> Engine:
    """Create the engine, its file and its folder.

    `first`: pragmas of each connection before it reads the file; `pool`: settings of the pool.
    """
    file = Path(url.database or "")
    make_folder(file)
    how = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, hide_parameters=True, connect_args=how, **pool)

    @event.listens_for(engine, "do_connect")
    def make_file(*_: Any) -> None:
        make_private(file)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
        # Only a file without tables takes auto_vacuum; then deleted rows can give their room back.
        for pragma in (*first, *ALWAYS):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine


def shrink(driver: sqlite3.Connection) -> None:
    """Give unused pages back to the disk, in pieces, so that others can write in between."""
    (pages,) = driver.execute("PRAGMA freelist_count").fetchone()
    for _ in range(0, pages, SHRINK_PAGES):
        driver.executescript(f"PRAGMA incremental_vacuum({SHRINK_PAGES})")


def empty_log(driver: sqlite3.Connection) -> bool:
    """Truncate the write-ahead log; return False while a long read keeps it as it is."""
    driver.execute(f"PRAGMA busy_timeout={EMPTY_LOG_MS}").close()
    try:
        return any(_truncate_log(driver) for _ in range(EMPTY_LOG_TRIES))
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()


def _truncate_log(driver: sqlite3.Connection) -> bool:
    (busy, _pages, _copied) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
