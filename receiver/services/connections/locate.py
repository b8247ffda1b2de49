"""Opening a shop with its keys, at the address that counts; no transaction is open meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import ReportedIdentity
from receiver.domain.shops import canonical, names_shop, other_scheme, without_language
from receiver.errors import ShopError
from receiver.services.connections.ports import Keys, Shops
from wp_bridge.errors import StoreTrouble


@dataclass(frozen=True)
class OpenedShop:
    """A shop that its keys opened at `address`, and what it reports there."""

    address: str
    rest_base: str
    facts: ShopFacts

    @property
    def reported(self) -> ReportedIdentity:
        return ReportedIdentity(self.address, self.facts.uuid, self.facts.home_url)


def open_shop(shops: Shops, keys: Keys, *, address: str, rest_base: str) -> OpenedShop:
    """Open the shop at the address that somebody named, or at its home.

    At its home where that is another address and the same keys open the same shop there. Raises ShopError.
    """
    opened = OpenedShop(address, rest_base, shops.open(rest_base, *keys.pair()).facts())
    homes = (open_same(shops, keys, home, opened) for home in _other_homes(opened))
    return next(filter(None, homes), opened)


def _other_homes(opened: OpenedShop) -> Iterator[str]:
    """Yield the home that the shop names, if elsewhere, and the address above a page in one language."""
    home = canonical(opened.facts.home_url)
    if home is not None and opened.reported.is_elsewhere:
        yield home
    above = without_language(opened.address)
    if above is not None:
        yield above


@dataclass(frozen=True)
class Sighting:
    """The shop at an address, as inspected with another shop's keys."""

    opened: OpenedShop | None
    trouble: StoreTrouble | None = None  # why it did not open
    same_uuid: bool | None = None  # None: not said
    is_home: bool | None = None

    @property
    def is_same(self) -> bool:
        """Return whether it is the same shop, at home there."""
        return self.same_uuid is True and self.is_home is True


def open_same(shops: Shops, keys: Keys, address: str, before: OpenedShop) -> OpenedShop | None:
    """Open the shop of `before` at another address; None unless it is the same shop, at home there.

    The same keys must open it, and it must have the same UUID.
    """
    sighting = inspect_address(shops, keys, address, before)
    return sighting.opened if sighting.is_same else None


def inspect_address(shops: Shops, keys: Keys, address: str, before: OpenedShop) -> Sighting:
    """Inspect an address with the keys of the shop of `before`."""
    if before.address.startswith("https:") and address.startswith("http:"):
        address = other_scheme(address)  # a proxy may hide https from the shop; keys never go without it
    try:
        base = shops.probe(address, http=before.rest_base.startswith("http:"))
        facts = shops.open(base, *keys.pair()).facts()
    except ShopError as error:
        return Sighting(None, error.trouble)
    return Sighting(
        OpenedShop(address, base, facts),
        same_uuid=None if facts.uuid is None else facts.uuid == before.facts.uuid,
        is_home=None if facts.home_url is None else names_shop(facts.home_url, address),
    )
