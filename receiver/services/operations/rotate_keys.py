"""Encrypts every stored secret anew under the first key of SECRET_KEYS, so that old keys can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select, update
from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.errors import ReceiverError
from receiver.services.context import ServiceContext
from receiver.storage import audit
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.tables import Base
from receiver.storage.types import EncryptedText

BATCH = 500  # short transactions: the receiving side waits for the same lock


@dataclass(frozen=True)
class RotatedColumn:
    """The result for one column; `unreadable`: keys of rows that SECRET_KEYS no longer decrypts."""

    column: str
    rotated: int
    unreadable: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Return the row that the command and the API show; `resealed` is the old name of `rotated`."""
        counts = {"rotated": self.rotated, "unreadable": len(self.unreadable), "resealed": self.rotated}
        return {"column": self.column, **counts}


def rotate_keys(context: ServiceContext, actor: str) -> list[RotatedColumn]:
    """Rotate every encrypted column, batch by batch, and record it in the audit log.

    A rotation that is stopped half-way leaves everything readable.
    """
    columns = _rotate_columns(context.database, context.cipher)
    counts = {"resealed": sum(item.rotated for item in columns)}
    with context.database.writing() as session:
        audit.record(session, context.now(), actor, AuditAction.SECRETS_ROTATE, "secrets", counts)
    return columns


def encrypted_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Yield every column that holds a secret, with its table."""
    for table in Base.metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if isinstance(column.type, EncryptedText))


def _rotate_columns(database: Database, cipher: Cipher) -> list[RotatedColumn]:
    return [_rotate_column(database, cipher, table, column) for table, column in encrypted_columns()]


def _rotate_column(database: Database, cipher: Cipher, table: Table, column: Column[Any]) -> RotatedColumn:
    (key,) = table.primary_key.columns
    renewed, unreadable, after = 0, list[str](), None
    while True:
        query = select(key, column).where(column.is_not(None)).order_by(key).limit(BATCH)
        with database.writing() as session:
            rows = session.execute(query if after is None else query.where(key > after)).all()
            for row_id, encrypted in rows:
                try:
                    renewed += _rotate_row(session, cipher, table, column, row_id, encrypted)
                except ReceiverError:
                    unreadable.append(str(row_id))
        if len(rows) < BATCH:
            return RotatedColumn(f"{table.name}.{column.name}", renewed, tuple(unreadable))
        after = rows[-1][0]


def _rotate_row(
    session: Session, cipher: Cipher, table: Table, column: Column[Any], row_id: Any, encrypted: str
) -> int:
    """Return 1 when renewed, 0 when the secret was replaced meanwhile. Raises ReceiverError."""
    cipher.decrypt(encrypted)
    (key,) = table.primary_key.columns
    unchanged = (key == row_id) & (column == encrypted)
    change = update(table).where(unchanged).values({column: cipher.rotate(encrypted)})
    return int(session.execute(change).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
