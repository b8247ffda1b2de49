"""The sandbox's clock: real time and how far ahead of it the sandbox is. It only ever moves forward."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from receiver.clock import utc_now
from receiver.sandbox.json_file import JsonFile


class MovableClock:
    """A clock that tells the sandbox's time; a move is seen at once by every process with the same file."""

    def __init__(self, file: Path) -> None:
        self._ahead = JsonFile(file, _parse_ahead)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        return self._ahead.value()

    def move_to(self, moment: datetime) -> None:
        """Move forward to a moment; one that has passed changes nothing. Not safe for two callers at once."""
        ahead = max(self.ahead, moment - utc_now())
        self._ahead.replace({"ahead_seconds": ahead.total_seconds()})


def _parse_ahead(document: Any) -> timedelta:
    ahead = timedelta(seconds=document["ahead_seconds"]) if document is not None else timedelta(0)
    if ahead < timedelta(0):
        raise ValueError("it only moves forward")
    return ahead
