"""Stores: look-ups, locks, and pages by filters."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from receiver.domain.shop_identity import KnownStore
from receiver.domain.shops import other_scheme
from receiver.domain.store_filters import SCANNED_STORES, NoStage, StoreCondition, StoreFilters
from receiver.domain.troubles import TroubleId
from receiver.errors import NotFound
from receiver.paging import Page
from receiver.storage import store_names
from receiver.storage.chunks import chunks_of
from receiver.storage.database import driver_of
from receiver.storage.paging import Keyset, ScanPlan, scan
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import Connection, Link, Store, StoreTroubleRow, Terms, WebhookEndpoint
from receiver.storage.tables.links import IS_WITHDRAWN

ADDRESSES_LOCK = 0x61646472  # "addr": any number nobody else locks
NEWEST_FIRST = Keyset((Store.created_at, Store.id), descending=True)
IN_LINE = Keyset((Store.joined_at, Store.id))
BY_ID = Keyset((Store.id,))
CLOCK_TROUBLES = (TroubleId.CLOCK_AHEAD, TroubleId.CLOCK_BEHIND)

_BY_IDS = select(Store).where(Store.id.in_(STORE_IDS)).execution_options(populate_existing=True)
_LOCKED = select(Store.id).where(Store.id.in_(STORE_IDS)).order_by(Store.id).with_for_update(key_share=True)


def store_at(session: Session, urls: Sequence[str]) -> Store | None:
    """Return the store at one of these addresses, None without one."""
    return session.scalars(select(Store).where(Store.url.in_(urls)).limit(1)).first()


def get_store(session: Session, store_id: str, *, locked: bool = False) -> Store:
    """Return the store, fresh from the database; `locked` locks its row. Raises NotFound."""
    query = select(Store).where(Store.id == store_id).execution_options(populate_existing=True)
    is_id = store_id.isprintable()  # PostgreSQL takes no NUL
    if locked:
        query = query.with_for_update(key_share=True)  # its deliveries still come in
    store = session.scalars(query).first() if is_id else None
    if store is None:
        raise NotFound(f"there is no store {store_id}")
    return store


def get_stores(session: Session, store_ids: Iterable[str]) -> list[Store]:
    """Return the stores with these ids, in their order, fresh from the database. Raises NotFound."""
    ids = list(dict.fromkeys(store_ids))
    parameters = {"store_ids": list(filter(str.isprintable, ids))}
    stores_by_id = {store.id: store for store in session.scalars(_BY_IDS, parameters)}
    for store_id in ids:
        if store_id not in stores_by_id:
            raise NotFound(f"there is no store {store_id}")
    return [stores_by_id[store_id] for store_id in ids]


def store_of_uuid(session: Session, uuid: str) -> KnownStore | None:
    """Return the store of a shop's UUID, None for an unknown one."""
    row = session.execute(select(Store.id, Store.url).where(Store.shop_uuid == uuid)).first()
    return KnownStore(row.id, row.url, uuid) if row else None


def store_at_address(session: Session, url: str) -> KnownStore | None:
    """Return the store at an address, under either scheme."""
    query = select(Store.id, Store.url, Store.shop_uuid).where(Store.url.in_((url, other_scheme(url))))
    row = session.execute(query.limit(1)).first()
    return KnownStore(row.id, row.url, row.shop_uuid) if row else None


def store_of_token(session: Session, status_token_hash: str) -> Store:
    """Return the store of a status token. Raises NotFound, also for a disconnected store."""
    query = select(Store).where(Store.status_token_hash == status_token_hash)
    store = session.scalars(query.where(Store.disconnected_at.is_(None))).first()
    if store is None:
        raise NotFound("no store has this status token")
    return store


def lock_stores(session: Session, store_ids: Iterable[str]) -> None:
    """Lock stores until the commit: their decisions and awards.

    Deliveries still come in: rows that refer to a store do not wait (SQLite's writers wait anyway).
    """
    for ids in chunks_of(sorted(set(store_ids))):
        session.execute(_LOCKED, {"store_ids": ids}).all()


def mark_undecided(session: Session, store_ids: Iterable[str]) -> None:
    """Mark stores as undecided, so that they are soon decided anew."""
    for ids in chunks_of(sorted(set(store_ids))):
        session.execute(update(Store).where(Store.id.in_(ids)).values(decided_at=None))


def note_decided(session: Session, store_ids: Collection[str], at: datetime) -> None:
    """Record that the decisions of these stores were confirmed at a time."""
    if store_ids:
        statement = update(Store).where(Store.id.in_(store_ids)).values(decided_at=at)
        session.execute(statement, execution_options={"synchronize_session": False})


def stores_of_merchants(session: Session, merchants: Iterable[str], limit: int = 0) -> list[Store]:
    """Return the merchants' stores by id, fresh from the database; `limit` 0 for all."""
    query = select(Store).where(Store.merchant.in_(sorted(merchants))).order_by(Store.id)
    query = query.execution_options(populate_existing=True)
    return list(session.scalars(query.limit(limit) if limit else query))


def lock_programme(session: Session, programme: str) -> None:
    """Lock the programme against new stores until the commit (SQLite's writers wait anyway)."""
    session.execute(select(Terms.id).where(Terms.id == programme).with_for_update()).all()


def lock_addresses(session: Session) -> None:
    """Lock all stores' addresses and UUIDs until the commit (SQLite's writers wait anyway).

    Lock ordering: before any store's row, which comes before its programme and its connection.
    """
    if not isinstance(driver_of(session), sqlite3.Connection):
        session.execute(select(func.pg_advisory_xact_lock(ADDRESSES_LOCK)))


def waiting_stores(session: Session, programme: str, limit: int = 0) -> list[Store]:
    """Return the stores of a programme that wait for a place, in the order of joining; `limit` 0 for all."""
    query = select(Store).where(Store.programme == programme, _OWN_CONDITIONS[StoreCondition.WAITING])
    query = query.order_by(*IN_LINE.order())
    return list(session.scalars(query.limit(limit) if limit else query))


def page_of_stores(
    session: Session, filters: StoreFilters, *, after: str | None, limit: int
) -> Page[tuple[Store, frozenset[StoreCondition]]]:
    """Return a page of stores, each with all its conditions, the newest first.

    Waiting stores come in the order of joining. Raises InputError for a bad `after`.
    """
    plan = _plan(session, filters)
    if not plan.conditions:
        plan = replace(plan, bound=limit)
    keys = scan(session, plan, after=plan.by.read(after), limit=limit, cursor=plan.by.write)
    stores = _with_conditions(session, [key[-1] for key in keys.rows])
    return Page(stores, keys.next)


def _with_conditions(session: Session, ids: Sequence[str]) -> list[tuple[Store, frozenset[StoreCondition]]]:
    """Return the stores with these ids and the conditions of each, in the order of `ids`."""
    conditions = [_condition_holds(condition) for condition in StoreCondition]
    rows = {}
    for store, *holds in session.execute(select(Store, *conditions).where(Store.id.in_(ids))):
        rows[store.id] = (
            store,
            frozenset(item for item, is_true in zip(StoreCondition, holds, strict=True) if is_true),
        )
    return [rows[store_id] for store_id in ids]


def _plan(session: Session, filters: StoreFilters) -> ScanPlan:
    """Plan the scan so that the rarest of the filters leads."""
    stores = select().select_from(Store)
    if filters.text is not None and (ids := _identified_by(session, filters.text)):
        return _led_by(filters, "text", stores.where(Store.id.in_(ids)), NEWEST_FIRST)
    if filters.condition not in (None, StoreCondition.CONNECTED):
        return _led_by(filters, "condition", *_of_condition(filters.condition))
    for name in ("stage", "country"):
        if getattr(filters, name) is not None:
            return _led_by(filters, name, stores.where(_conditions(filters)[name]), NEWEST_FIRST)
    if filters.condition is not None:
        return _led_by(filters, "condition", *_of_condition(filters.condition))
    return _led_by(filters, "", stores, NEWEST_FIRST)


def _led_by(filters: StoreFilters, leading: str, rows: Select[()], by: Keyset) -> ScanPlan:
    rest = [condition for name, condition in _conditions(filters).items() if name != leading]
    return ScanPlan(rows, by, rest, SCANNED_STORES)


def _of_condition(condition: StoreCondition | TroubleId) -> tuple[Select[()], Keyset]:
    """Return the rows of the condition's own index, and their order; the last column is a store's id."""
    if condition in _OWN_CONDITIONS:
        by = IN_LINE if condition == StoreCondition.WAITING else BY_ID
        return select().select_from(Store).where(_OWN_CONDITIONS[condition]), by
    table, holds = _source_of(condition)
    rows = select().select_from(table).join(Store, Store.id == table.store_id).where(holds)
    return rows.distinct(), Keyset((table.store_id,))


_OWN_CONDITIONS: Mapping[str, ColumnElement[bool] | TextClause] = {
    StoreCondition.WAITING: and_(Store.admitted_at.is_(None), Store.disconnected_at.is_(None)),
    StoreCondition.DISCONNECTED: Store.disconnected_at.is_not(None),
}


def _source_of(condition: StoreCondition | TroubleId) -> tuple[Any, ColumnElement[bool] | TextClause]:
    """Return the table whose rows show that a store meets a condition, and which of its rows do."""
    tables: dict[str, tuple[Any, ColumnElement[bool] | TextClause]] = {
        StoreCondition.CONNECTED: (Connection, true()),
        StoreCondition.IN_TROUBLE: (Connection, Connection.trouble.is_not(None)),
        StoreCondition.WEBHOOKS_OFF: (WebhookEndpoint, WebhookEndpoint.trouble.is_not(None)),
        StoreCondition.CONSENT_LOST: (Link, IS_WITHDRAWN),
        StoreCondition.CLOCK_OFF: (StoreTroubleRow, StoreTroubleRow.id.in_(CLOCK_TROUBLES)),
    }
    return tables.get(condition, (StoreTroubleRow, StoreTroubleRow.id == condition))


def _condition_holds(condition: StoreCondition | TroubleId) -> ColumnElement[bool] | TextClause:
    if condition in _OWN_CONDITIONS:
        return _OWN_CONDITIONS[condition]
    table, holds = _source_of(condition)
    return exists().where(table.store_id == Store.id, holds).correlate(Store)


def _conditions(filters: StoreFilters) -> dict[str, ColumnElement[bool] | TextClause]:
    """Return the conditions that a store must meet, by the name of their filter."""
    conditions: dict[str, ColumnElement[bool] | TextClause] = {}
    if filters.stage is not None:
        undecided = filters.stage is NoStage.UNDECIDED
        conditions["stage"] = Store.stage.is_(None) if undecided else Store.stage == filters.stage
    if filters.country is not None:
        conditions["country"] = Store.country == filters.country
    if filters.condition is not None:
        conditions["condition"] = _condition_holds(filters.condition)
    if filters.text is not None:
        conditions["text"] = _matches_text(filters.text)
    return conditions


def _matches_text(text: str) -> ColumnElement[bool]:
    of_account = Link.advertiser_id.contains(text, autoescape=True)
    linked = exists().where(Link.store_id == Store.id, of_account).correlate(Store)
    return or_(store_names.matches_text(text), linked)


def _identified_by(session: Session, text: str) -> list[str]:
    return list(session.scalars(store_names.identified_by(text).limit(SCANNED_STORES)))
