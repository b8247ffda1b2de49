"""The sandbox's clock: real time and how far ahead of it the sandbox is. It only ever moves forward."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from receiver.clock import utc_now
from receiver.sandbox.json_file import JsonFile


class MovableClock:
    """Says the sandbox's time; whoever moves it, all who look at the same file see it at once."""

    def __init__(self, file: Path) -> None:
        self._ahead = JsonFile(file, _ahead)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        return self._ahead.value()

    def move_to(self, moment: datetime) -> None:
        """A moment that has passed already changes nothing. Only one may move it at a time."""
        ahead = max(self.ahead, moment - utc_now())
        self._ahead.replace({"ahead_seconds": ahead.total_seconds()})


def _ahead(kept: Any) -> timedelta:
    ahead = timedelta(seconds=kept["ahead_seconds"]) if kept is not None else timedelta(0)
    if ahead < timedelta(0):
        raise ValueError("it only moves forward")
    return ahead
