"""What can be switched in the sandbox while it runs: its clock, and the faults of TikTok and of shops.

They are small files in the sandbox's folder, which every process looks at. An installation that is no
sandbox has no such folder, and nothing can move its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from receiver.sandbox.controls.clock import MovableClock
from receiver.sandbox.controls.clock_moves import ClockMoves
from receiver.sandbox.controls.faults import Faults
from receiver.sandbox.controls.shop_faults import ShopFaults


@dataclass(frozen=True)
class Controls:
    """`folder` is the sandbox's."""

    folder: Path

    @property
    def clock(self) -> MovableClock:
        return MovableClock(self.folder / "clock.json")

    @property
    def faults(self) -> Faults:
        return Faults(self.folder / "faults")

    @property
    def shop_faults(self) -> ShopFaults:
        return ShopFaults(self.folder / "shop-faults")

    @property
    def moves(self) -> ClockMoves:
        return ClockMoves(self.folder)
