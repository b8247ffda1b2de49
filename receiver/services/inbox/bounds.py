"""Daily bounds of what is stored for a store; a signed delivery beyond them is answered 200 all the same.

Deliveries are counted in memory and written with later ones every few seconds, as rejections are: counts that
a killed process had not written are lost, and the store may send as much again.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryReason, identity
from receiver.domain.limits import (
    OVER_BYTES,
    OVER_DELIVERIES,
    SAME_BODY_ROWS,
    DailyUsage,
    Keep,
    day_of,
    how_to_keep,
)
from receiver.storage import store_days
from receiver.storage.inbox import NewDelivery

WRITE_EVERY = timedelta(seconds=5)
REMEMBERED = 10_000  # bodies


class DailyBounds:
    """The counts of all stores' deliveries by day. Thread-safe; one thread at a time writes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unwritten: dict[tuple[str, date], Counter[str]] = {}
        self._bodies: OrderedDict[tuple[str, date, str], tuple[int, str]] = OrderedDict()
        self._written_at = datetime.min.replace(tzinfo=UTC)

    def limit(self, new: NewDelivery, day_total: DailyUsage) -> NewDelivery:
        """Return the delivery as it is to be stored within its store's daily limits.

        `day_total`: the store's total of that day in the database.
        """
        assert new.store_id is not None
        day = day_of(new.received_at)
        with self._lock:
            first = self._first_identity(new, new.store_id, day)
            counts = self._unwritten.get((new.store_id, day))
            if counts is None:
                counts = self._unwritten[new.store_id, day] = Counter(deliveries=0, body_bytes=0)
            size = len(new.body) if new.body is not None else 0
            usage = DailyUsage(
                day_total.deliveries + counts["deliveries"], day_total.body_bytes + counts["body_bytes"]
            )
            keep = how_to_keep(usage, size)
            # Beyond the day's rows the first of these bodies may have no row either.
            if first is not None and keep is not Keep.MERGED:
                counts["merged"] += 1
                return replace(new, identity=first)
            counts["deliveries"] += 1
            if keep is Keep.WHOLE:
                counts["body_bytes"] += size
                if new.reason is DeliveryReason.TOO_LARGE:
                    counts["shortened"] += 1
                return new
            counts[keep] += 1
            return _shorten(new) if keep is Keep.SHORTENED else _merge(new, new.store_id, day)

    def is_due(self, now: datetime) -> bool:
        """Return whether counts in memory are due to be written."""
        return bool(self._unwritten) and now - self._written_at >= WRITE_EVERY

    def write(self, session: Session, now: datetime) -> None:
        """Write the counts in the caller's transaction, whose commit makes them durable."""
        with self._lock:
            counts, self._unwritten = self._unwritten, {}
            self._written_at = now
        store_days.add(session, counts)

    def _first_identity(self, new: NewDelivery, store_id: str, day: date) -> str | None:
        """Return the identity of the day's first delivery with this body, once enough rows have it."""
        key = (store_id, day, new.body_sha256)
        rows, first = self._bodies.pop(key, (0, new.identity))
        self._bodies[key] = (rows + 1, first)
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
        return first if rows >= SAME_BODY_ROWS else None


def _shorten(new: NewDelivery) -> NewDelivery:
    assert new.body is not None
    return replace(
        new,
        headers=[],
        body=None,
        body_bytes=len(new.body),
        reason=DeliveryReason.OVER_BYTES,
        error=OVER_BYTES,
    )


def _merge(new: NewDelivery, store_id: str, day: date) -> NewDelivery:
    """Return the delivery as the one row that represents all beyond the day's limit."""
    shared = identity("over the day's deliveries", store_id, day.isoformat())
    return replace(
        new,
        identity=shared,
        headers=[],
        body=None,
        body_bytes=None,
        reason=DeliveryReason.OVER_DELIVERIES,
        error=OVER_DELIVERIES,
    )
