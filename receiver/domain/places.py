"""The places of a programme with a cap: who holds one, for how long, and who is next.

A place is taken by an advertiser's consent, or given by staff. Until then it is only reserved: otherwise
somebody who connects a hundred shops on one morning would keep every merchant out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

RESERVED_FOR = timedelta(days=7)
UNPROVEN_PER_HOST = 3  # reservations at a time: anybody can make shops on a host of his own


@dataclass(frozen=True)
class Seeker:
    """A store that has a place reserved, or waits for one."""

    store_id: str
    merchant: str
    host: str | None
    joined_at: datetime
    reserved_until: datetime | None  # None: it never had a place reserved
    proven_at: datetime | None  # when its advertiser consented, or it earned an award; None: neither


@dataclass(frozen=True)
class Places:
    """The changes of places, by store id."""

    confirmed: frozenset[str]  # reserved before, and its own from now on
    lapsed: frozenset[str]  # reserved before, and free again
    assigned: dict[str, datetime | None]  # new; until when it is reserved, None: its own


@dataclass(frozen=True)
class PlaceInLine:
    """A store's place among those that wait for one."""

    place: int  # from 1
    of: int


def place_in_line(seekers: Iterable[Seeker], store_id: str) -> PlaceInLine | None:
    """Return a store's place in the order in which places are assigned; None where it does not wait."""
    line = [item.store_id for item in sorted(seekers, key=_queue_order)]
    return PlaceInLine(line.index(store_id) + 1, len(line)) if store_id in line else None


def is_reserved(reserved_until: datetime | None, at: datetime) -> bool:
    """Return whether no reservation has lapsed at this moment; True for None, where none was made yet."""
    return reserved_until is None or at < reserved_until


def assign_places(
    capacity: int | None,
    owners: Iterable[str],
    reserved: Sequence[Seeker],
    queue: Sequence[Seeker],
    at: datetime,
) -> Places:
    """Confirm, free and assign places as of a moment; return the changes by store id.

    `owners` are the merchants whose place is their own, `reserved` the stores with a reservation, `queue`
    those that wait. A merchant has one place for all its stores. Proven stores come first, by the time of
    their consent, then the others, by the time they joined. A reservation that lapsed is not given again:
    such a store comes back by being proven.
    """
    proven = {item.merchant for item in (*reserved, *queue) if item.proven_at or capacity is None}
    owner_merchants = {*owners, *(item.merchant for item in reserved if item.merchant in proven)}
    confirmed = {item.store_id for item in reserved if item.merchant in owner_merchants}
    reservations = [
        item for item in reserved if item.store_id not in confirmed and is_reserved(item.reserved_until, at)
    ]
    lapsed = {item.store_id for item in reserved} - confirmed - {item.store_id for item in reservations}
    until = {item.merchant: item.reserved_until for item in reservations}
    on_host = Counter(item.host for item in reservations)
    line = sorted(queue, key=_queue_order)
    for item in line:
        is_full = capacity is not None and len(owner_merchants) + len(until) >= capacity  # nobody is in both
        if is_full or item.merchant in owner_merchants or item.merchant in until:
            continue
        if item.merchant in proven:
            owner_merchants.add(item.merchant)
        elif on_host[item.host] < UNPROVEN_PER_HOST and is_reserved(item.reserved_until, at):
            until[item.merchant] = item.reserved_until or at + RESERVED_FOR
            on_host[item.host] += 1
    inside = [item for item in line if item.merchant in owner_merchants or item.merchant in until]
    assigned = {
        item.store_id: None if item.merchant in owner_merchants else until[item.merchant] for item in inside
    }
    return Places(frozenset(confirmed), frozenset(lapsed), assigned)


def _queue_order(seeker: Seeker) -> tuple[bool, datetime, str]:
    return seeker.proven_at is None, seeker.proven_at or seeker.joined_at, seeker.store_id
