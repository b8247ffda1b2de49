"""How often somebody may cause something: a burst, then so many a second."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

MOST_KEYS = 10_000


class Allowance:
    """A bucket of tokens for each key; of many keys those are forgotten that may do anything again."""

    def __init__(self, burst: int, a_second: float) -> None:
        self._burst, self._a_second = burst, a_second
        self._lock = Lock()
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, now: datetime) -> bool:
        """Whether once more is allowed now; if so it counts."""
        with self._lock:
            left, since = self._left.get(key, (self._burst, now))
            if len(self._left) > MOST_KEYS:
                self._left = {one: then for one, then in self._left.items() if self._is_used(then, now)}
            left = min(self._burst, left + max(0.0, (now - since).total_seconds()) * self._a_second)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            return left >= 1

    def _is_used(self, then: tuple[float, datetime], now: datetime) -> bool:
        return then[0] + (now - then[1]).total_seconds() * self._a_second < self._burst
