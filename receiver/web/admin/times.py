"""Days as the reader means them, in the zone they chose."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from flask import g

from receiver.errors import InputError


def readers_zone() -> tzinfo:
    """The zone that whoever is signed in chose on their account's page."""
    return ZoneInfo(g.person.timezone if g.get("person") else "UTC")


def start_of(text: str, path: str, days_later: int = 0) -> datetime:
    """When that day begins, or one so many days later. Raises InputError."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days_later), time(), readers_zone())
    except (ValueError, OverflowError):
        raise InputError("must be a date such as 2025-11-20", path=path) from None
