"""Values as staff read them: yes and no, unknown, lists in a line, and times to the minute in their zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from receiver.documents.money import amount_text
from receiver.i18n.words import money_text
from receiver.web.admin.times import readers_zone


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
