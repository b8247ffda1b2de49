"""Bounds on what a store asserts of itself: its owner signs the signals and runs the site we read.

A claim may say less than the service saw, never more. docs/threat-model.md lists every claim and its bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCK_ALLOWANCE = timedelta(minutes=10)  # a store's clock may be off by that much
PROMPT = timedelta(days=1)  # a signal that took longer proves no moment


@dataclass(frozen=True)
class DatedClaim:
    """A date as a store's signal asserts it, and what of it counts.

    `at` is the date in force. `claimed_at` is the date asserted, kept beside it where the two differ.
    """

    at: datetime
    claimed_at: datetime | None


def bound_date(claimed_at: datetime, *, joined_at: datetime, received_at: datetime) -> DatedClaim:
    """Return the asserted date, no earlier than the store joined, no later than the signal was received."""
    at = max(joined_at, min(claimed_at, received_at))
    return DatedClaim(at, None if at == claimed_at else claimed_at)


def is_exact(
    exact: bool | None, claimed_at: datetime, *, joined_at: datetime, received_at: datetime
) -> bool | None:
    """Return whether the store saw the link happen at `claimed_at`; any doubt makes a yes a no.

    Doubtful are a date before the store joined, one ahead of our clock, and one told more than a day late.
    """
    if exact is not True:
        return exact
    delay = received_at - claimed_at
    return claimed_at >= joined_at - CLOCK_ALLOWANCE and -CLOCK_ALLOWANCE <= delay <= PROMPT


def clock_skew(claimed_at: datetime, *, received_at: datetime) -> int:
    """Return the seconds by which a store's clock is ahead of ours; negative where it is behind."""
    return round((claimed_at - received_at).total_seconds())


def is_skewed(skew: int | None) -> bool:
    """Return whether a store's clock is off by more than the allowance; None: never measured."""
    return skew is not None and abs(skew) > CLOCK_ALLOWANCE.total_seconds()
