"""Puts deliveries into the inbox by the driver's own means: building a statement costs more than running it.

One statement for all, in which of two with one identity the first stays.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from receiver.domain.deliveries import DeliveryState
from receiver.storage.database import Driver
from receiver.storage.types import utc_as_text


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
    body: bytes | None  # None: not kept
    body_sha256: str
    received_at: datetime
    body_bytes: int | None = None  # of a body that is not kept
    error: str | None = None  # why it is not


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
    "body_bytes": "bigint",
    "received_at": "timestamptz",
    "due_at": "timestamptz",
    "state": "text",
    "error": "text",
}
NAMES = ", ".join([*COLUMNS, "duplicates", "tries"])
ONCE = "ON CONFLICT (identity) DO NOTHING RETURNING identity, id"
SQLITE_ROW = f"({', '.join('?' * len(COLUMNS))}, 0, 0)"
POSTGRESQL = (
    f"INSERT INTO deliveries ({NAMES}) "  # noqa: S608 (names of ours)
    f"SELECT *, 0, 0 FROM unnest({', '.join(f'%b::{kind}[]' for kind in COLUMNS.values())}) {ONCE}"
)


def insert_new(driver: Driver, new: Sequence[NewDelivery]) -> dict[str, int]:
    """The ids of those that were not there, by identity."""
    if not new:
        return {}
    # In one order everywhere, so that two writers with the same rows wait for each other and no more.
    ordered = sorted(new, key=attrgetter("identity"))
    if isinstance(driver, sqlite3.Connection):
        places = ", ".join([SQLITE_ROW] * len(new))
        statement = f"INSERT INTO deliveries ({NAMES}) VALUES {places} {ONCE}"  # noqa: S608 (names of ours)
        values = [value for one in ordered for value in _values(one, utc_as_text(one.received_at))]
        return dict(driver.execute(statement, values).fetchall())
    columns = zip(*(_values(one, one.received_at) for one in ordered), strict=True)
    return dict(driver.execute(POSTGRESQL, [list(column) for column in columns]).fetchall())


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
        one.body_bytes if one.body is None else len(one.body),
        at,
        at,
        DeliveryState.RECEIVED.value,
        one.error,
    )
