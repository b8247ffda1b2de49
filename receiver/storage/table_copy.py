"""Copies of tables into another database, unchanged: encrypted values stay encrypted, JSON keeps its text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import (
    Select,
    Table,
    TypeDecorator,
    bindparam,
    exists,
    func,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from receiver.errors import Refused
from receiver.storage.database import driver_of
from receiver.storage.tables import Base
from receiver.storage.types import Utc

BATCH = 500  # rows in memory: a body may have a MiB


@dataclass(frozen=True)
class CopiedTable:
    """A table that is equal on both sides; its checksum covers all rows, in any order."""

    table: str
    rows: int
    checksum: str


class Tally:
    """A count and an order-independent checksum of rows."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def count(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Yield the rows, counting and hashing them."""
        for row in rows:
            self.rows += 1
            self._sum += int.from_bytes(sha256(repr(tuple(row)).encode()).digest())
            yield row

    @property
    def checksum(self) -> str:
        return f"{self._sum % 2**256:064x}"


def tables() -> list[Table]:
    """Return our tables, referenced ones first; those of Huey are its own, and may be empty."""
    return Base.metadata.sorted_tables


def count_rows(session: Session, table: Table) -> int:
    """Count the rows of a table."""
    return session.scalar(select(func.count()).select_from(table)) or 0


def lock_empty_tables(target: Session) -> None:
    """Lock the tables against other writers until the transaction ends. Raises Refused where one has rows."""
    names = ", ".join(table.name for table in tables())
    if is_postgresql(target):  # SQLite's writing transaction holds the whole file
        target.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    filled = [table.name for table in tables() if target.scalar(select(exists().select_from(table)))]
    if filled:
        raise Refused(f"the database to copy into must be empty, and has rows in: {', '.join(filled)}")


def copy_table(
    source: Session, target: Session, table: Table, on_progress: Callable[[int], None]
) -> CopiedTable:
    """Copy all rows of a table, then read them back and compare.

    `on_progress` is called with the number of further rows copied or read back. Raises Refused where a row
    cannot be stored, or the rows read back differ.
    """
    copied, read_back = Tally(), Tally()
    try:
        _put(target, table, copied.count(_rows(source, table, on_progress)))
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        where = error.diag.context or f"{table.name}, row {copied.rows}"
        raise Refused(f"PostgreSQL cannot keep a row ({where}): {str(error).splitlines()[0]}") from error
    except sqlite3.IntegrityError as error:
        raise Refused(f"SQLite cannot keep a row of {table.name}: {error}") from error
    for _ in read_back.count(_rows(target, table, on_progress)):
        pass
    if (copied.rows, copied.checksum) != (read_back.rows, read_back.checksum):
        raise Refused(
            f"{table.name} came out different: {copied.rows} rows copied, {read_back.rows} read back"
        )
    _advance_sequence(target, table)
    target.execute(text(f"ANALYZE {table.name}"))
    return CopiedTable(table.name, copied.rows, copied.checksum)


def is_postgresql(session: Session) -> bool:
    """Return whether the session is on PostgreSQL."""
    return isinstance(driver_of(session), psycopg.Connection)


def _rows(session: Session, table: Table, on_progress: Callable[[int], None]) -> Iterator[Any]:
    for rows in session.execute(_select_stored(table), execution_options={"yield_per": BATCH}).partitions():
        yield from rows
        on_progress(len(rows))


def _select_stored(table: Table) -> Select[Any]:
    return select(*(type_coerce(column, _stored_type(column.type)) for column in table.columns))


def _stored_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type that reads a column as stored, bypassing our own types except for times."""
    return kind.impl_instance if isinstance(kind, TypeDecorator) and not isinstance(kind, Utc) else kind


def _put(target: Session, table: Table, rows: Iterable[Any]) -> None:
    driver = driver_of(target)
    if isinstance(driver, sqlite3.Connection):
        _insert(target, table, rows)
        return
    names = SQL(", ").join(Identifier(column.name) for column in table.columns)
    into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), names)
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _insert(target: Session, table: Table, rows: Iterable[Any]) -> None:
    statement = insert(table).values(
        {column: bindparam(column.name, type_=_stored_type(column.type)) for column in table.columns}
    )
    names, rows = [column.name for column in table.columns], iter(rows)
    while batch := list(islice(rows, BATCH)):
        target.execute(statement, [dict(zip(names, row, strict=True)) for row in batch])


def _advance_sequence(target: Session, table: Table) -> None:
    """Set PostgreSQL's sequence of a table, so that the next row gets the id after the highest."""
    column = table.autoincrement_column
    if column is None or not is_postgresql(target):
        return
    highest = target.scalar(select(func.max(column)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        target.execute(select(func.setval(sequence, highest)))
