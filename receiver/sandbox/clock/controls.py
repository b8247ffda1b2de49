"""The clock's part of the sandbox's controls: the time itself, and its moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from receiver.sandbox.clock.movable_clock import MovableClock
from receiver.sandbox.clock.moves import ClockMoves


@dataclass(frozen=True)
class ClockControls:
    """The controls of the clock, in the sandbox's `folder`."""

    folder: Path

    @property
    def clock(self) -> MovableClock:
        return MovableClock(self.folder / "clock.json")

    @property
    def moves(self) -> ClockMoves:
        return ClockMoves(self.folder)
