"""The inbox: stores each verified delivery once, and counts its duplicates."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.domain.deliveries import UNDONE, DeliveryReason, DeliveryState
from receiver.storage.database import Driver, driver_of
from receiver.storage.delivery_queue import move
from receiver.storage.tables import Delivery
from receiver.storage.types import utc_as_text

QUEUED_AGAIN = 50  # times by duplicates of a delivery: each leads to an attempt that is stored

# The columns of a new delivery, with their types in PostgreSQL.
COLUMNS = {
    "identity": "text",
    "source": "text",
    "store_id": "text",
    "hook_id": "text",
    "topic": "text",
    "webhook_id": "text",
    "delivery_id": "text",
    "headers": "text",
    "body": "bytea",
    "body_sha256": "text",
    "body_bytes": "bigint",
    "received_at": "timestamptz",
    "due_at": "timestamptz",
    "state": "text",
    "reason": "text",
    "error": "text",
    "request_id": "text",
}
NAMES = ", ".join([*COLUMNS, "duplicates", "tries"])
ONCE = "ON CONFLICT (identity) DO NOTHING"
ROWS = 8  # of an SQLite statement with more rows than this: a multiple of it
SQLITE_ROW = f"({', '.join('?' * len(COLUMNS))}, 0, 0)"
POSTGRESQL = (
    f"INSERT INTO deliveries ({NAMES}) "  # noqa: S608 (names of ours)
    f"SELECT *, 0, 0 FROM unnest({', '.join(f'%b::{kind}[]' for kind in COLUMNS.values())}) {ONCE} "
    "RETURNING identity, id"
)


# Not frozen: a frozen one takes several times as long to build, and there is one for each call.
@dataclass(slots=True, repr=False)
class NewDelivery:
    """A verified delivery about to be stored; of two with one identity only the first is stored."""

    identity: str
    source: str
    store_id: str | None
    hook_id: str | None
    topic: str | None
    webhook_id: str | None
    delivery_id: str | None
    headers: list[list[str]]
    body: bytes | None  # None: not stored
    body_sha256: str
    received_at: datetime
    body_bytes: int | None = None  # of a body that is not stored
    reason: DeliveryReason | None = None  # why the body is not stored
    error: str | None = None  # the same in words
    request_id: str | None = None  # of the call that brought it


@dataclass(frozen=True)
class StoredDelivery:
    """The row of a stored delivery, and whether it existed before."""

    id: int
    duplicate: bool


def keep(session: Session, new: Sequence[NewDelivery]) -> list[StoredDelivery]:
    """Store one row per identity; return a StoredDelivery for each of `new`, in order."""
    new_ids = insert_new(driver_of(session), new)
    results: dict[int, StoredDelivery] = {}
    for place, item in sorted(enumerate(new), key=lambda pair: pair[1].identity):
        new_id = new_ids.pop(item.identity, None)
        results[place] = (
            StoredDelivery(_count_duplicate(session, item), True)
            if new_id is None
            else StoredDelivery(new_id, False)
        )
    return [results[place] for place in range(len(new))]


def insert_new(driver: Driver, new: Sequence[NewDelivery]) -> dict[str, int]:
    """Insert deliveries in one statement; return the new ids by identity. The first of an identity stays.

    Uses the driver directly: building the statement with SQLAlchemy costs more than running it.
    """
    if not new:
        return {}
    if isinstance(driver, sqlite3.Connection):
        return _insert_into_sqlite(driver, new)
    # Ordered by identity everywhere, so that two writers with the same rows cannot deadlock.
    ordered = sorted(new, key=attrgetter("identity"))
    columns = zip(*(_values(item, item.received_at) for item in ordered), strict=True)
    return dict(driver.execute(POSTGRESQL, [list(column) for column in columns]).fetchall())


def _insert_into_sqlite(driver: sqlite3.Connection, new: Sequence[NewDelivery]) -> dict[str, int]:
    """Insert deliveries into SQLite, without RETURNING.

    For each row of RETURNING the driver would release the interpreter once.
    """
    # Prepared statements stay in memory, up to 0.2 MB each: there are few sizes, filled up with the last row.
    rows = len(new) if len(new) < ROWS else -(-len(new) // ROWS) * ROWS
    values = [value for item in new for value in _values(item, utc_as_text(item.received_at))]
    values += values[-len(COLUMNS) :] * (rows - len(new))
    cursor = driver.execute(_sqlite_insert(rows), values)
    inserted = cursor.rowcount
    if inserted == len(new):  # the ids are consecutive: nobody else writes meanwhile
        assert cursor.lastrowid is not None
        first = cursor.lastrowid - inserted + 1
        return {item.identity: first + place for place, item in enumerate(new)}
    identities = {item.identity for item in new}
    newest = f"WHERE identity IN ({', '.join('?' * len(identities))}) ORDER BY id DESC LIMIT {inserted}"
    # New ids are larger than all earlier ones.
    return dict(driver.execute(f"SELECT identity, id FROM deliveries {newest}", [*identities]).fetchall())  # noqa: S608 (names of ours)


@lru_cache(maxsize=256)
def _sqlite_insert(rows: int) -> str:
    return f"INSERT INTO deliveries ({NAMES}) VALUES {', '.join([SQLITE_ROW] * rows)} {ONCE}"  # noqa: S608 (names of ours)


def _as_json(headers: list[list[str]]) -> str:
    """Return the headers as `json.dumps` writes them, in half the time."""
    return f"[{', '.join([f'[{quoted(name)}, {quoted(value)}]' for name, value in headers])}]"


def _values(delivery: NewDelivery, at: datetime | str) -> tuple[Any, ...]:
    """Return the values of a new delivery, in the order of COLUMNS."""
    return (
        delivery.identity,
        delivery.source,
        delivery.store_id,
        delivery.hook_id,
        delivery.topic,
        delivery.webhook_id,
        delivery.delivery_id,
        _as_json(delivery.headers),
        delivery.body,
        delivery.body_sha256,
        delivery.body_bytes if delivery.body is None else len(delivery.body),
        at,
        at,
        DeliveryState.RECEIVED.value,
        delivery.reason and delivery.reason.value,
        delivery.error,
        delivery.request_id,
    )


def _count_duplicate(session: Session, delivery: NewDelivery) -> int:
    """Count a duplicate on the row of the first; return its id.

    A row that came to nothing is queued again: the sender's second try is our next one.
    """
    row = _lock_row(session, identity=delivery.identity)
    assert row is not None
    row.duplicates += 1
    if row.state in UNDONE and row.duplicates <= QUEUED_AGAIN:
        move(row, DeliveryState.RECEIVED)
        row.due_at, row.tries, row.ended_at = delivery.received_at, 0, None
        is_kept = row.body is not None and delivery.body is None  # stored before its store was over a bound
        row.reason, row.error = (None, None) if is_kept else (delivery.reason, delivery.error)
        row.body = row.body if is_kept else delivery.body
    session.flush()
    return row.id


def _lock_row(session: Session, **which: Any) -> Delivery | None:
    query = select(Delivery).filter_by(**which).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()
