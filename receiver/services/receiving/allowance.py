"""How often somebody may cause something: a burst, then so many a second."""

from __future__ import annotations

from datetime import datetime
from threading import Lock


class Allowance:
    """A bucket of tokens for each key; keys must be few, such as the ids of known stores."""

    def __init__(self, burst: int, a_second: float) -> None:
        self._burst, self._a_second = burst, a_second
        self._lock = Lock()
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, now: datetime) -> bool:
        """Whether once more is allowed now; if so it counts."""
        with self._lock:
            left, since = self._left.get(key, (self._burst, now))
            left = min(self._burst, left + max(0.0, (now - since).total_seconds()) * self._a_second)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            return left >= 1
