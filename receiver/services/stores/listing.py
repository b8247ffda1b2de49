"""Lists stores for staff: stage, ad account, next poll and troubles of each."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from receiver.domain.decision import Stage
from receiver.domain.store_filters import NoStage, StoreCondition, StoreFilters
from receiver.domain.troubles import ADVICE, TROUBLES, TroubleId
from receiver.paging import Page, first_rows
from receiver.services.stores.identifiers import webhook_path
from receiver.services.stores.records import StoreRecord
from receiver.services.validation import check_filters
from receiver.storage import links, store_troubles, stores
from receiver.storage.database import Database
from receiver.storage.tables import Link, Store

STAGES: tuple[Stage | NoStage, ...] = (*Stage, *NoStage)
CONDITIONS: tuple[StoreCondition | TroubleId, ...] = (
    *StoreCondition,
    *(trouble for trouble in TROUBLES if trouble.value not in set(StoreCondition)),
)


def page_of_stores(
    database: Database, filters: StoreFilters, *, after: str | None, limit: int
) -> Page[dict[str, Any]]:
    """Return a page of stores, the newest first; `after` is the `next` of the page before.

    Raises InputError.
    """
    check_filters({**asdict(filters), "after": after})
    with database.reading() as session:
        page = stores.page_of_stores(session, filters, after=after, limit=limit)
        ids = [store.id for store, _ in page.rows]
        linked, polls = links.open_links(session, ids), links.next_polls(session, ids)
        troubled = store_troubles.troubles_of_stores(session, ids)

    def show(row: tuple[Store, frozenset[StoreCondition]]) -> dict[str, Any]:
        store, conditions = row
        noticed = troubled.get(store.id, ())
        ids = [trouble.value for trouble in TROUBLES if trouble in noticed and trouble not in ADVICE]
        return {**_row(store, linked.get(store.id), polls.get(store.id), conditions), "troubles": ids}

    return page.show(show)


def list_stores(database: Database, filters: StoreFilters, limit: int) -> list[dict[str, Any]]:
    """Return the first stores of the listing, `limit` of them or all with 0. Raises InputError."""

    def read(after: str | None, size: int) -> Page[dict[str, Any]]:
        return page_of_stores(database, filters, after=after, limit=size)

    return first_rows(read, limit)


def store_row(store: StoreRecord, public_url: str) -> dict[str, Any]:
    """Return a store as the API and the command line show it, without secrets."""
    return {**_columns(store), "webhook_url": public_url + webhook_path(store.id)}


def _row(
    store: Store, link: Link | None, next_poll: datetime | None, conditions: frozenset[StoreCondition]
) -> dict[str, Any]:
    return {
        **_columns(store),
        "progress": store.progress,
        "advertiser_id": link.advertiser_id if link else None,
        "next_poll": next_poll,
        "conditions": [item for item in StoreCondition if item in conditions],
    }


def _columns(store: StoreRecord | Store) -> dict[str, Any]:
    return {
        "id": store.id,
        "url": store.url,
        "name": store.name,
        "country": store.country,
        "currency": store.currency,
        "merchant": store.merchant,
        "platform": store.platform,
        "programme": store.programme,
        "joined_at": store.joined_at,
        "admitted_at": store.admitted_at,
        "place_reserved_until": store.reserved_until if store.admitted_at else None,
        "created_at": store.created_at,
        "disconnected_at": store.disconnected_at,
        "installed_at": store.installed_at,
        "set_up_at": store.set_up_at,
        "removed_at": store.removed_at,
        "clock_skew": store.clock_skew,
        "stage": store.stage,
        "verdict": store.verdict,
        "decided_at": store.decided_at,
        "doubts": store.discrepancies or [],
    }
