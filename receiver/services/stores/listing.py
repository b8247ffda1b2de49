"""Lists stores as staff see them: where each stands, what its account is read by, what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from receiver.domain.decision import Stage
from receiver.domain.troubles import TROUBLES
from receiver.errors import InputError
from receiver.services.stores.registry import webhook_path
from receiver.storage import links
from receiver.storage.database import Database
from receiver.storage.store_search import UNDECIDED, Condition, StoreFilters, look_through
from receiver.storage.tables import Link, Store

LONGEST_FILTER = 200
STAGES = (*Stage, UNDECIDED)
CONDITIONS = tuple(dict.fromkeys((*map(str, Condition), *TROUBLES)))


@dataclass(frozen=True)
class StorePage:
    """Stores as `_row` tells them; `next` is None on the last page.

    There may be fewer than asked for and a `next` all the same: one look goes through so many only.
    """

    rows: Sequence[dict[str, Any]]
    next: str | None


def page_of_stores(database: Database, filters: StoreFilters, *, after: str | None, limit: int) -> StorePage:
    """The newest first; `after` is the `next` of the page before. Raises InputError."""
    _check(filters, after)
    with database.reading() as session:
        found = look_through(session, filters, after=after, limit=limit)
        ids = [store.id for store, _ in found.stores]
        linked, polls = links.open_links(session, ids), links.next_polls(session, ids)
        rows = [
            _row(store, linked.get(store.id), polls.get(store.id), conditions)
            for store, conditions in found.stores
        ]
        return StorePage(rows, found.next)


def store_row(store: Store, public_url: str) -> dict[str, Any]:
    """All of a store's row but its secrets."""
    return {
        "id": store.id,
        "url": store.url,
        "name": store.name,
        "country": store.country,
        "currency": store.currency,
        "merchant": store.merchant,
        "programme": store.programme,
        "joined_at": store.joined_at,
        "admitted_at": store.admitted_at,
        "place_reserved_until": store.reserved_until if store.admitted_at else None,
        "created_at": store.created_at,
        "disconnected_at": store.disconnected_at,
        "webhook_url": public_url + webhook_path(store.id),
        "installed_at": store.installed_at,
        "set_up_at": store.set_up_at,
        "removed_at": store.removed_at,
        "clock_skew": store.clock_skew,
        "stage": store.stage,
        "verdict": store.verdict,
        "decided_at": store.decided_at,
        "doubts": store.doubts or [],
    }


def _check(filters: StoreFilters, after: str | None) -> None:
    for name, value in {**asdict(filters), "after": after}.items():
        if value is not None and (len(value) > LONGEST_FILTER or not value.isprintable()):
            raise InputError(f"must be at most {LONGEST_FILTER} characters on one line", path=name)
    for name, allowed in (("stage", STAGES), ("condition", CONDITIONS)):
        if getattr(filters, name) not in (None, *allowed):
            raise InputError(f"must be one of {', '.join(allowed)}", path=name)


def _row(
    store: Store, link: Link | None, next_poll: datetime | None, conditions: frozenset[Condition]
) -> dict[str, Any]:
    return {
        "id": store.id,
        "name": store.name,
        "url": store.url,
        "country": store.country,
        "merchant": store.merchant,
        "programme": store.programme,
        "joined_at": store.joined_at,
        "stage": store.stage,
        "verdict": store.verdict,
        "decided_at": store.decided_at,
        "doubts": store.doubts or [],
        "progress": store.progress,
        "advertiser_id": link.advertiser_id if link else None,
        "next_poll": next_poll,
        "conditions": [one for one in Condition if one in conditions],
    }
