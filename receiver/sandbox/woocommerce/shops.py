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
    """`folder` holds what they keep; `base` is the server's address, known once it is served."""

    def __init__(self, folder: Path, faults: ShopFaults, now: Callable[[], datetime], base: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.outgoing, self.faults = Outgoing(), faults
        self._folder, self._now, self._base = folder, now, base
        self._shops: dict[str, SandboxShop] = {}

    def open(self, id: str, setup: Setup | None = None) -> SandboxShop:
        """A shop as it was left, or a new one. Its id is a part of its address."""
        shop = SandboxShop(
            id,
            setup or Setup(),
            file=self._folder / f"{id}.json",
            outgoing=self.outgoing,
            faults=self.faults,
            now=self._now,
        )
        shop.url = f"{self._base}{PREFIX}{id}"
        self._shops[id] = shop
        return shop

    def served_at(self, base: str) -> None:
        self._base = base
        for shop in self._shops.values():
            shop.url = f"{base}{PREFIX}{shop.id}"

    def get(self, id: str) -> SandboxShop | None:
        return self._shops.get(id)

    def all(self) -> list[SandboxShop]:
        return list(self._shops.values())
