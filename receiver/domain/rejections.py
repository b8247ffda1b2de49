"""Calls to the webhook addresses that became no delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class RejectedCall:
    """One call that was rejected, without its body and credentials."""

    store_id: str  # empty: no known store
    reason: str
    at: datetime
    headers: list[list[str]]  # [[name, value], …]
    bytes: int | None  # of the body as announced; None: not told


@dataclass(frozen=True)
class RejectionCount:
    """How many calls were rejected on a day in UTC, of one store and for one reason."""

    store_id: str
    reason: str
    day: date
    count: int
