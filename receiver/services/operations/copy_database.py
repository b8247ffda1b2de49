"""Copies a whole SQLite database to PostgreSQL in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Column, make_url, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from receiver.errors import ReceiverError, Refused
from receiver.services.context import ServiceContext
from receiver.services.operations.rotate_keys import encrypted_columns
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.migrate import require_newest
from receiver.storage.table_copy import BATCH, CopiedTable, copy_table, count_rows, lock_empty_tables, tables

# Is called with the current table, the total of rows (each counts twice), and how many more have passed.
Progress = Callable[[str, int, int], None]


def is_postgresql(url: str) -> bool:
    """Return whether a URL names a PostgreSQL database as this version connects to one."""
    try:
        return make_url(url).drivername == "postgresql+psycopg"
    except (ArgumentError, ValueError):
        return False


def copy_to(context: ServiceContext, url: str, progress: Progress) -> list[CopiedTable]:
    """Copy the database into the one at `url`, as `copy_database` does."""
    target = Database(url)
    try:
        return copy_database(context, target, progress)
    finally:
        target.close()


def copy_database(context: ServiceContext, target: Database, progress: Progress) -> list[CopiedTable]:
    """Copy the context's SQLite database, unused meanwhile, into an empty migrated target, and read it back.

    Where it ends early, the target stays empty. Raises Refused, StorageUnavailable.
    """
    source = context.database
    if not source.is_sqlite or target.is_sqlite:
        raise Refused("only SQLite can be copied, and only to PostgreSQL")
    require_newest(source, "the database to copy")
    require_newest(target, "the database to copy into")
    with source.exclusive() as source_session:
        check_secrets(source_session, context.cipher)
        with target.migrating() as target_session:
            return copy_tables(source_session, target_session, progress)


def check_secrets(session: Session, cipher: Cipher) -> None:
    """Raise Refused where a secret cannot be decrypted: secrets are copied as they are."""
    unreadable = [str(column) for _, column in encrypted_columns() if not _all_open(session, cipher, column)]
    if unreadable:
        raise Refused(f"SECRET_KEYS lacks the key of secrets in: {', '.join(unreadable)}")


def _all_open(session: Session, cipher: Cipher, column: Column[Any]) -> bool:
    try:
        for encrypted in session.scalars(select(column).where(column.is_not(None))).yield_per(BATCH):
            cipher.decrypt(encrypted)
    except ReceiverError:
        return False
    return True


def copy_tables(source_session: Session, target_session: Session, progress: Progress) -> list[CopiedTable]:
    """Copy every table and read it back. Raises Refused where a target table has rows."""
    lock_empty_tables(target_session)
    total = 2 * sum(count_rows(source_session, table) for table in tables())
    return [
        copy_table(source_session, target_session, table, partial(progress, table.name, total))
        for table in tables()
    ]
