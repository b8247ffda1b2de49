"""The times of a connected store's checks: every four hours or so, sooner after news or a passing fault."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

EVERY = timedelta(hours=4)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=15), timedelta(hours=12)
AFTER_NEWS = timedelta(seconds=30)  # a shop that saves settings saves several
GONE_FOR = timedelta(hours=24)  # our plugin, at each check: then nobody wants the connection any more
REFUSED = timedelta(hours=24)  # revoked keys come back only by a new connect


def next_check(store_id: str, now: datetime) -> datetime:
    """Return when to check a store again: every four hours, up to an eighth sooner or later.

    The offset follows from the store's id, so that stores added together drift apart.
    """
    return now + EVERY * (0.875 + _share(store_id) / 4)


def retry(store_id: str, now: datetime, failures: int) -> datetime:
    """Return when to check a store again after so many failures in a row (1 or more).

    Exponential back-off, spread by the store.
    """
    longest: timedelta = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failures - 1, 10))
    return now + longest * (0.75 + _share(store_id) / 4)


def is_gone(gone_at: datetime | None, checked_at: datetime | None) -> bool:
    """Return whether our plugin was missing from a first check to a last one that lie a day apart."""
    return gone_at is not None and checked_at is not None and checked_at - gone_at >= GONE_FOR


def _share(store_id: str) -> float:
    return int.from_bytes(hashlib.sha256(store_id.encode()).digest()[:4]) / 2**32
