"""A token bucket: a burst, then so many a second."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from threading import Lock

MOST_KEYS = 10_000


class TokenBucket:
    """A bucket of tokens for each key; of too many keys the one that is longest quiet is forgotten."""

    def __init__(self, burst: int, a_second: float) -> None:
        self._burst, self._a_second = burst, a_second
        self._lock = Lock()
        self._left: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()

    def allow(self, key: Hashable, now: datetime) -> bool:
        """Take a token of the key's bucket; return False where it has none."""
        with self._lock:
            left, since = self._left.pop(key, (self._burst, now))
            left = min(self._burst, left + max(0.0, (now - since).total_seconds()) * self._a_second)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
            return left >= 1
