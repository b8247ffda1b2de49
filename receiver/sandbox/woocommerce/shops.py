"""All shops of one server: each with an address of its own below /shops/."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from receiver.sandbox.woocommerce.faults import ShopFaults
from receiver.sandbox.woocommerce.outgoing import Outgoing
from receiver.sandbox.woocommerce.shop import SandboxShop, Setup

PREFIX = "/shops/"


class SandboxShops:
    """The open shops by id. `folder` holds their records; `base` is the server's address.

    A server on a free port has an address only once it listens: set `base` before a shop is opened.
    """

    def __init__(self, folder: Path, faults: ShopFaults, now: Callable[[], datetime], base: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.outgoing, self.faults = Outgoing(), faults
        self.base, self._folder, self._now = base, folder, now
        self._shops: dict[str, SandboxShop] = {}

    def open(self, id: str, setup: Setup | None = None) -> SandboxShop:
        """Open a shop with the records it was left with, or a new one; its id is a part of its address."""
        shop = SandboxShop(
            id,
            setup or Setup(),
            file=self._folder / f"{id}.json",
            outgoing=self.outgoing,
            faults=self.faults,
            now=self._now,
        )
        shop.url = f"{self.base}{PREFIX}{id}"
        self._shops[id] = shop
        return shop

    def get(self, id: str) -> SandboxShop | None:
        """Return the open shop of an id, None where there is none."""
        return self._shops.get(id)

    def all(self) -> list[SandboxShop]:
        """Return every open shop, in the order they were opened."""
        return list(self._shops.values())
