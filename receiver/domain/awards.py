"""The states of an award, and when one is overdue."""

from __future__ import annotations

from datetime import UTC, date, datetime

STATES = ("due", "issued", "credited", "expired", "blocked")


def is_overdue(state: str, due_by: date, now: datetime) -> bool:
    """Whether an award that nobody has issued is past its date (by UTC: staff sit in no account's zone)."""
    return state == "due" and now.astimezone(UTC).date() > due_by
