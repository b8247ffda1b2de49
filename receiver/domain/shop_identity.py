"""The identity of a shop: the store at the address its keys opened, whatever the shop reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from receiver.domain.shops import names_shop


class ClaimReason(StrEnum):
    """The reason why a claim of identity is held for staff."""

    COPY = "copy"  # a shop reports the UUID of a store that is at another address
    HOME = "home"  # a shop reports another store's address as its home
    REPLACED = "replaced"  # a store's own address reports another UUID than before
    ELSEWHERE = "elsewhere"  # a store, or a message signed with its secret, names another address as home


@dataclass(frozen=True)
class KnownStore:
    """A store in our records; `uuid` is None until it reports one."""

    id: str
    url: str
    uuid: str | None


@dataclass(frozen=True)
class ReportedIdentity:
    """The identity a shop reports at the address where its REST API was opened with keys."""

    address: str
    uuid: str | None
    home_url: str | None

    @property
    def is_elsewhere(self) -> bool:
        """Return whether it names another address as its home."""
        return self.home_url is not None and not names_shop(self.home_url, self.address)


@dataclass(frozen=True)
class MoveEvidence:
    """The evidence for a move: what the old address, and the store's keys at the new one, show."""

    redirects: bool  # the old address leads there for good
    trouble: str | None  # wp_bridge.errors.StoreTrouble: why the new one did not open
    same_uuid: bool | None = None  # null: not said
    is_home: bool | None = None  # what stands there calls the address its home; null: not said


@dataclass(frozen=True)
class Neighbours:
    """The known stores that a report touches: at its address, with its UUID, at the home it names."""

    at_address: KnownStore | None = None
    of_uuid: KnownStore | None = None
    at_home: KnownStore | None = None


@dataclass(frozen=True)
class FalseClaim:
    """A claim that is not believed, and the store that it is about."""

    why: ClaimReason
    store_id: str


def false_claim(identity: ReportedIdentity, neighbours: Neighbours) -> FalseClaim | None:
    """Return the claim that is not believed; None where there is none.

    A false claim names a store that does not stand at this address, or replaces the one that does.
    """
    here = neighbours.at_address.id if neighbours.at_address else None
    if neighbours.of_uuid is not None and neighbours.of_uuid.id != here:
        return FalseClaim(ClaimReason.COPY, neighbours.of_uuid.id)
    if identity.is_elsewhere and neighbours.at_home is not None and neighbours.at_home.id != here:
        return FalseClaim(ClaimReason.HOME, neighbours.at_home.id)
    if neighbours.at_address is not None and is_another(neighbours.at_address, identity.uuid):
        return FalseClaim(ClaimReason.REPLACED, neighbours.at_address.id)
    if identity.is_elsewhere and neighbours.at_address is not None:
        return FalseClaim(ClaimReason.ELSEWHERE, neighbours.at_address.id)
    return None


def is_another(store: KnownStore, uuid: str | None) -> bool:
    """Return whether a UUID belongs to another installation than the store's own."""
    return uuid is not None and store.uuid not in (None, uuid)
