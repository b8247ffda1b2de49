"""Values as staff read them, and days as they mean them: yes and no, unknown, money, times in their zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from receiver.documents.money import amount_text
from receiver.errors import InputError
from receiver.i18n.words import money_text


def readers_zone() -> tzinfo:
    """The zone that whoever is signed in chose on their account's page."""
    return ZoneInfo(g.person.timezone if g.get("person") else "UTC")


def start_of(text: str, path: str, days_later: int = 0) -> datetime:
    """When that day begins, or one so many days later. Raises InputError."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days_later), time(), readers_zone())
    except (ValueError, OverflowError):
        raise InputError("must be a date such as 2025-11-20", path=path) from None


def plain(value: Any) -> str:
    """`True` → "yes", `None` → "unknown", a time (or its ISO text with a Z) → "2025-11-02 10:05 UTC"."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if isinstance(value, str) and value.endswith("Z"):
        with suppress(ValueError):
            value = datetime.fromisoformat(value)
    return (
        f"{value.astimezone(readers_zone()):%Y-%m-%d %H:%M %Z}" if isinstance(value, datetime) else str(value)
    )


def money(value: Decimal | str | None, currency: str | None) -> str:
    """As the sentences write it, "$4,980.00"; what is not known is no zero."""
    return "unknown" if value is None else money_text(Decimal(value), currency)


def amount(value: Decimal | None) -> str:
    """As documents write it; what is not known is no zero."""
    return "unknown" if value is None else amount_text(value)
