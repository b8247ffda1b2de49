"""Copies tables to another database as they stand: encrypted stays encrypted, and no JSON is written anew."""

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
class Copied:
    """A table that says the same on both sides; the checksum is of all its rows, in whatever order."""

    table: str
    rows: int
    checksum: str


class Tally:
    """The number of rows copied, and their sum."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def of(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Yield the rows, counting and hashing them."""
        for row in rows:
            self.rows += 1
            self._sum += int.from_bytes(sha256(repr(tuple(row)).encode()).digest())
            yield row

    @property
    def checksum(self) -> str:
        return f"{self._sum % 2**256:064x}"


def tables() -> list[Table]:
    """Return our tables, referenced ones first; Huey makes its own, which may be empty."""
    return Base.metadata.sorted_tables


def count_rows(session: Session, table: Table) -> int:
    """Count the rows of a table."""
    return session.scalar(select(func.count()).select_from(table)) or 0


def hold_empty(target: Session) -> None:
    """Let nobody else write into the tables until the transaction ends. Raises Refused when one has rows."""
    names = ", ".join(table.name for table in tables())
    if is_postgresql(target):  # SQLite's writing transaction holds the whole file
        target.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    filled = [table.name for table in tables() if target.scalar(select(exists().select_from(table)))]
    if filled:
        raise Refused(f"the database to copy into must be empty, and has rows in: {', '.join(filled)}")


def copy_table(source: Session, target: Session, table: Table, passed: Callable[[int], None]) -> Copied:
    """Copy all rows, then read them back. `passed` hears how many more rows were copied or read back.

    Raises Refused when a row cannot be kept, or what is read back is not what was copied.
    """
    sent, found = Tally(), Tally()
    try:
        _put(target, table, sent.of(_rows(source, table, passed)))
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        where = error.diag.context or f"{table.name}, row {sent.rows}"
        raise Refused(f"PostgreSQL cannot keep a row ({where}): {str(error).splitlines()[0]}") from error
    except sqlite3.IntegrityError as error:
        raise Refused(f"SQLite cannot keep a row of {table.name}: {error}") from error
    for _ in found.of(_rows(target, table, passed)):
        pass
    if (sent.rows, sent.checksum) != (found.rows, found.checksum):
        raise Refused(f"{table.name} came out different: {sent.rows} rows copied, {found.rows} read back")
    _go_on_counting(target, table)
    target.execute(text(f"ANALYZE {table.name}"))
    return Copied(table.name, sent.rows, sent.checksum)


def is_postgresql(session: Session) -> bool:
    """Return whether the session is on PostgreSQL."""
    return isinstance(driver_of(session), psycopg.Connection)


def _rows(session: Session, table: Table, passed: Callable[[int], None]) -> Iterator[Any]:
    for rows in session.execute(_as_kept(table), execution_options={"yield_per": BATCH}).partitions():
        yield from rows
        passed(len(rows))


def _as_kept(table: Table) -> Select[Any]:
    return select(*(type_coerce(column, _kept(column.type)) for column in table.columns))


def _kept(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """What a column holds, before our own types read it; only times stand differently in each database."""
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
    kept = insert(table).values(
        {column: bindparam(column.name, type_=_kept(column.type)) for column in table.columns}
    )
    names, rows = [column.name for column in table.columns], iter(rows)
    while batch := list(islice(rows, BATCH)):
        target.execute(kept, [dict(zip(names, row, strict=True)) for row in batch])


def _go_on_counting(target: Session, table: Table) -> None:
    """The next row gets the number after the highest."""
    counted = table.autoincrement_column
    if counted is None or not is_postgresql(target):
        return
    highest = target.scalar(select(func.max(counted)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, counted.name)
        target.execute(select(func.setval(sequence, highest)))
