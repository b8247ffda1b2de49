"""Puts deliveries into the inbox by the driver's own means: building a statement costs more than running it.

One statement for all, in which of two with one identity the first stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from receiver.domain.deliveries import State


@dataclass(frozen=True, repr=False)
class NewDelivery:
    """A verified delivery about to be kept; of two with one identity only the first is."""

    identity: str
    source: str
    store_id: str | None
    hook_id: str | None
    topic: str | None
    webhook_id: str | None
    delivery_id: str | None
    headers: list[list[str]]
    body: bytes
    body_sha256: str
    received_at: datetime


# Each column with its type in PostgreSQL and what stands in it.
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
    "received_at": "timestamptz",
    "due_at": "timestamptz",
    "state": "text",
}
NAMES = ", ".join([*COLUMNS, "duplicates", "tries"])
ONCE = "ON CONFLICT (identity) DO NOTHING RETURNING identity, id"
SQLITE_ROW = f"({', '.join('?' * len(COLUMNS))}, 0, 0)"
POSTGRESQL = (
    f"INSERT INTO deliveries ({NAMES}) "  # noqa: S608 (names of ours)
    f"SELECT *, 0, 0 FROM unnest({', '.join(f'%b::{kind}[]' for kind in COLUMNS.values())}) {ONCE}"
)


def insert_new(connection: Connection, new: Sequence[NewDelivery]) -> dict[str, int]:
    """The ids of those that were not there, by identity."""
    values: list[Any]
    if connection.dialect.name == "sqlite":
        places = ", ".join([SQLITE_ROW] * len(new))
        statement = f"INSERT INTO deliveries ({NAMES}) VALUES {places} {ONCE}"  # noqa: S608 (names of ours)
        values = [value for one in new for value in _values(one, _sqlite_time(one.received_at))]
    else:
        statement = POSTGRESQL
        rows = (_values(one, one.received_at) for one in new)
        values = [list(column) for column in zip(*rows, strict=True)]
    return dict(connection.exec_driver_sql(statement, tuple(values)).all())


def _values(one: NewDelivery, at: datetime | str) -> tuple[Any, ...]:
    """In the order of COLUMNS."""
    return (
        one.identity,
        one.source,
        one.store_id,
        one.hook_id,
        one.topic,
        one.webhook_id,
        one.delivery_id,
        json.dumps(one.headers),
        one.body,
        one.body_sha256,
        at,
        at,
        State.RECEIVED.value,
    )


def _sqlite_time(at: datetime) -> str:
    """As types.Utc keeps it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
