"""Values as staff read them: yes and no, unknown, lists in a line, and times to the minute in UTC."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any


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
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value)
