"""Seals every stored secret anew under the first key of SECRET_KEYS, so that old keys can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select, update
from sqlalchemy.orm import Session

from receiver.errors import ReceiverError
from receiver.storage.database import Database
from receiver.storage.seal import Seal
from receiver.storage.tables import Base

BATCH = 500  # short transactions: the receiving side waits for the same lock


@dataclass(frozen=True)
class Resealed:
    """What came of one column; `unreadable` names rows whose key is no longer in SECRET_KEYS."""

    column: str
    resealed: int
    unreadable: tuple[str, ...]


def reseal_all(database: Database, seal: Seal) -> list[Resealed]:
    """Renew every sealed column, batch by batch. Stopping half-way leaves everything readable."""
    return [_reseal(database, seal, table, column) for table, column in sealed_columns()]


def sealed_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that holds a secret: they are all named `…_sealed`."""
    for table in Base.metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if column.name.endswith("_sealed"))


def _reseal(database: Database, seal: Seal, table: Table, column: Column[Any]) -> Resealed:
    (key,) = table.primary_key.columns
    renewed, unreadable, after = 0, list[str](), None
    while True:
        query = select(key, column).where(column.is_not(None)).order_by(key).limit(BATCH)
        with database.writing() as session:
            rows = session.execute(query if after is None else query.where(key > after)).all()
            for row_id, sealed in rows:
                try:
                    renewed += _renew(session, seal, table, column, row_id, sealed)
                except ReceiverError:
                    unreadable.append(str(row_id))
        if len(rows) < BATCH:
            return Resealed(f"{table.name}.{column.name}", renewed, tuple(unreadable))
        after = rows[-1][0]


def _renew(session: Session, seal: Seal, table: Table, column: Column[Any], row_id: Any, sealed: str) -> int:
    """1 when renewed, 0 when somebody replaced the secret meanwhile. Raises ReceiverError."""
    seal.open(sealed)
    (key,) = table.primary_key.columns
    unchanged = (key == row_id) & (column == sealed)
    change = update(table).where(unchanged).values({column.name: seal.renew(sealed)})
    return int(session.execute(change).rowcount)  # type: ignore[attr-defined]
