"""Counts rejected calls and pings: in memory, and every few seconds with the next deliveries.

Nobody can make it grow: what is noted for a caller that is no known store goes under no store's name, and
of each kind only the newest samples stay. It is written with the next call whose address is looked up, right
or wrong: a ping, and a call refused before that, must not wait for the database. What a process had not
written when it ended, killed or told to stop, is not counted; nothing is decided by these numbers.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from receiver.domain.hourly_counts import HourlyEvent, HourlyKind, hour_of
from receiver.domain.rejections import RejectedCall, RejectionReason
from receiver.integrations.providers import PROVIDERS, Headers
from receiver.services.inbox.verify import kept_headers
from receiver.storage import hourly_counts, rejections
from receiver.storage.rejections import SAMPLES

WRITE_EVERY = timedelta(seconds=5)
NO_STORE = ""
HIDDEN = frozenset(name for provider in PROVIDERS.values() for name in provider.signature_headers)
LONGEST_VALUE = 200

Counted = Mapping[tuple[str, RejectionReason, datetime], int]  # by store, reason and hour


class RejectionLog:
    """Any number of threads may note; one at a time writes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, RejectionReason, datetime]] = Counter()  # by hour
        self._samples: dict[tuple[str, str], deque[RejectedCall]] = {}
        self._written_at = datetime.min.replace(tzinfo=UTC)

    def count(self, at: datetime, reason: RejectionReason, store_id: str = NO_STORE) -> None:
        """Count a rejection in memory, until `write`."""
        with self._lock:
            self._counts[store_id, reason, hour_of(at)] += 1

    def sample(self, at: datetime, reason: RejectionReason, store_id: str, headers: Headers) -> None:
        """Count it, and keep it among the newest of its kind."""
        self.count(at, reason, store_id)
        length = headers.get("content-length", "")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None
        shown = [_redacted(*header) for header in kept_headers(headers)]
        seen = RejectedCall(store_id, reason, at, shown, size)
        with self._lock:
            self._samples.setdefault((store_id, reason), deque(maxlen=SAMPLES)).append(seen)

    def is_due(self, now: datetime) -> bool:
        """Return whether counts in memory are due to be written."""
        return bool(self._counts) and now - self._written_at >= WRITE_EVERY

    def write(self, session: Session, now: datetime) -> None:
        """Write counts and samples in the caller's transaction, whose commit makes them durable."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            samples, self._samples = self._samples, {}
            self._written_at = now
        rejections.add_counts(session, _by_day(counts))
        rejections.add_samples(session, [item for kind in samples.values() for item in kind])
        for hour, refused in _by_hour(counts).items():
            hourly_counts.add(session, hour, refused)


def _by_day(counts: Counted) -> Counter[tuple[str, RejectionReason, date]]:
    days: Counter[tuple[str, RejectionReason, date]] = Counter()
    for (store_id, reason, hour), count in counts.items():
        days[store_id, reason, hour.date()] += count
    return days


def _by_hour(counts: Counted) -> dict[datetime, Counter[HourlyEvent]]:
    """Return the counts by hour and reason; a ping is no rejection."""
    hours: dict[datetime, Counter[HourlyEvent]] = {}
    for (_store_id, reason, hour), count in sorted(counts.items()):
        if reason is not RejectionReason.PING:
            hours.setdefault(hour, Counter())[HourlyKind.REFUSED, reason] += count
    return hours


def _redacted(name: str, value: str) -> list[str]:
    shown = f"({len(value)} characters)" if name in HIDDEN else value[:LONGEST_VALUE]
    return [name, shown]
