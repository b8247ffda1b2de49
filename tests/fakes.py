"""Small honest stand-ins, each with a name."""

from __future__ import annotations

from datetime import datetime, timedelta


class FrozenClock:
    """Says the same time until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)
