"""Token buckets: a burst, then a number of tokens a second."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from threading import Lock

MOST_KEYS = 10_000


class TokenBucket:
    """A token bucket for each key; beyond MOST_KEYS the least recently used one is dropped."""

    def __init__(self, burst: int, a_second: float) -> None:
        self._burst, self._a_second = burst, a_second
        self._lock = Lock()
        self._buckets: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()

    def allow(self, key: Hashable, now: datetime) -> bool:
        """Take a token of the key's bucket; return False where it has none."""
        with self._lock:
            tokens, since = self._buckets.pop(key, (self._burst, now))
            tokens = min(self._burst, tokens + max(0.0, (now - since).total_seconds()) * self._a_second)
            self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
            if len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
            return tokens >= 1
