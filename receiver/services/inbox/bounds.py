"""Keeps what a store can make us keep within its day's bounds; what is signed is answered 200 all the same.

What was sent is counted in memory and written with the next deliveries every few seconds, as rejections are:
what a process had not written when it was killed is counted once more.
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
    """Any number of threads may ask; one at a time writes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unwritten: dict[tuple[str, date], Counter[str]] = {}
        self._bodies: OrderedDict[tuple[str, date, str], tuple[int, str]] = OrderedDict()
        self._written_at = datetime.min.replace(tzinfo=UTC)

    def bounded(self, new: NewDelivery, written: DailyUsage) -> NewDelivery:
        """Return the delivery as it is to be stored within its store's daily limits.

        `written`: what the database counted for the store that day.
        """
        assert new.store_id is not None
        day = day_of(new.received_at)
        with self._lock:
            first = self._repeated(new, new.store_id, day)
            counts = self._unwritten.get((new.store_id, day))
            if counts is None:
                counts = self._unwritten[new.store_id, day] = Counter(deliveries=0, body_bytes=0)
            size = len(new.body) if new.body is not None else 0
            usage = DailyUsage(
                written.deliveries + counts["deliveries"], written.body_bytes + counts["body_bytes"]
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
            return _shortened(new) if keep is Keep.SHORTENED else _merged(new, new.store_id, day)

    def is_due(self, now: datetime) -> bool:
        """Return whether counts in memory are due to be written."""
        return bool(self._unwritten) and now - self._written_at >= WRITE_EVERY

    def write(self, session: Session, now: datetime) -> None:
        """Write the counts in the caller's transaction, whose commit makes them durable."""
        with self._lock:
            counts, self._unwritten = self._unwritten, {}
            self._written_at = now
        store_days.add(session, counts)

    def _repeated(self, new: NewDelivery, store_id: str, day: date) -> str | None:
        """Return the identity of the first delivery with this body, once enough rows have it."""
        key = (store_id, day, new.body_sha256)
        rows, first = self._bodies.pop(key, (0, new.identity))
        self._bodies[key] = (rows + 1, first)
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
        return first if rows >= SAME_BODY_ROWS else None


def _shortened(new: NewDelivery) -> NewDelivery:
    assert new.body is not None
    return replace(
        new,
        headers=[],
        body=None,
        body_bytes=len(new.body),
        reason=DeliveryReason.OVER_BYTES,
        error=OVER_BYTES,
    )


def _merged(new: NewDelivery, store_id: str, day: date) -> NewDelivery:
    """Return the one row that stands for all deliveries beyond the day's limit."""
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
