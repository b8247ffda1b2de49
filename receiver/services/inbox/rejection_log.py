"""Counts rejected calls and pings in memory, and writes them every few seconds with the next deliveries.

Its size is bounded: calls of unknown stores are counted together, and of each kind only the newest samples
stay. It is written with the next call whose address is looked up, right or wrong: a ping, and a call refused
before that, must not wait for the database. Counts that a process had not written when it ended are lost;
nothing is decided by these numbers.
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

RejectionCounts = Mapping[tuple[str, RejectionReason, datetime], int]  # by store, reason and hour


class RejectionLog:
    """The counts and samples of rejected calls. Thread-safe; one thread at a time writes."""

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
        """Count a rejection, and keep it among the newest samples of its kind."""
        self.count(at, reason, store_id)
        length = headers.get("content-length", "")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None
        redacted = [_redact(*header) for header in kept_headers(headers)]
        call = RejectedCall(store_id, reason, at, redacted, size)
        with self._lock:
            self._samples.setdefault((store_id, reason), deque(maxlen=SAMPLES)).append(call)

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


def _by_day(counts: RejectionCounts) -> Counter[tuple[str, RejectionReason, date]]:
    days: Counter[tuple[str, RejectionReason, date]] = Counter()
    for (store_id, reason, hour), count in counts.items():
        days[store_id, reason, hour.date()] += count
    return days


def _by_hour(counts: RejectionCounts) -> dict[datetime, Counter[HourlyEvent]]:
    """Return the counts by hour and reason; a ping is no rejection."""
    hours: dict[datetime, Counter[HourlyEvent]] = {}
    for (_store_id, reason, hour), count in sorted(counts.items()):
        if reason is not RejectionReason.PING:
            hours.setdefault(hour, Counter())[HourlyKind.REFUSED, reason] += count
    return hours


def _redact(name: str, value: str) -> list[str]:
    text = f"({len(value)} characters)" if name in HIDDEN else value[:LONGEST_VALUE]
    return [name, text]
