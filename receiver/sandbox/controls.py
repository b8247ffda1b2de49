"""Switches of the running sandbox: its clock, and the faults of TikTok and of shops.

They are small files in the sandbox's folder, which every process looks at. An installation that is no
sandbox has no such folder, and nothing can move its time.
"""

from __future__ import annotations

from receiver.sandbox.clock.controls import ClockControls
from receiver.sandbox.tiktok.faults import Faults
from receiver.sandbox.woocommerce.faults import ShopFaults


class Controls(ClockControls):
    """The sandbox's controls: its clock, and the fault switches of TikTok and of shops."""

    @property
    def faults(self) -> Faults:
        return Faults(self.folder / "faults")

    @property
    def shop_faults(self) -> ShopFaults:
        return ShopFaults(self.folder / "shop-faults")
