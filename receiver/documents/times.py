"""Times as documents write them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(1024)  # a document repeats the times at which its facts were read
def time_text(at: datetime) -> str:
    """Return the time in ISO 8601, in UTC with a Z, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
