"""Hourly counts of events that are too many to store, or to count at each request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
HourlyEvent = tuple["HourlyKind", str]  # a kind, and which of its kind: empty where there is but one


class HourlyKind(StrEnum):
    """A kind of event that is counted."""

    PROCESSED = "processed"  # deliveries that ended well, with an effect or ignored
    DEAD = "dead"  # deliveries that nobody tries again by itself; one that is replayed may be so again
    REFUSED = "refused"  # calls to the webhook addresses, by RejectionReason
    TIKTOK_CALL = "tiktok_call"  # calls to TikTok, by its code


def hour_of(at: datetime) -> datetime:
    """Return the start (UTC) of the hour of a moment."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
