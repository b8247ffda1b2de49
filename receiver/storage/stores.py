"""Stores: found, listed, counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from receiver.errors import NotFound
from receiver.storage.database import driver_of
from receiver.storage.tables import Store, Terms

ADDRESSES_LOCK = 0x61646472  # "addr": any number nobody else locks


def store_at(session: Session, urls: Sequence[str]) -> Store | None:
    """The store at one of these addresses."""
    return session.scalars(select(Store).where(Store.url.in_(urls)).limit(1)).first()


def get_store(session: Session, store_id: str, *, locked: bool = False) -> Store:
    """The store, fresh from the database; `locked` keeps others from changing it. Raises NotFound."""
    query = select(Store).where(Store.id == store_id).execution_options(populate_existing=True)
    is_id = store_id.isprintable()  # PostgreSQL takes no NUL
    store = session.scalars(query.with_for_update() if locked else query).first() if is_id else None
    if store is None:
        raise NotFound(f"there is no store {store_id}")
    return store


def store_of_token(session: Session, status_token_hash: str) -> Store:
    """Raises NotFound, also for a store that disconnected."""
    query = select(Store).where(Store.status_token_hash == status_token_hash)
    store = session.scalars(query.where(Store.disconnected_at.is_(None))).first()
    if store is None:
        raise NotFound("no store has this status token")
    return store


def list_stores(session: Session, limit: int) -> list[Store]:
    """The newest first; 0 = all."""
    query = select(Store).order_by(Store.created_at.desc(), Store.id)
    return list(session.scalars(query.limit(limit) if limit else query))


def stores_of_merchants(session: Session, merchants: Iterable[str], limit: int = 0) -> list[Store]:
    """By id, fresh from the database; 0 = all."""
    query = select(Store).where(Store.merchant.in_(sorted(merchants))).order_by(Store.id)
    query = query.execution_options(populate_existing=True)
    return list(session.scalars(query.limit(limit) if limit else query))


def lock_programme(session: Session, programme: str) -> None:
    """Until the commit nobody else adds a store to the programme (SQLite's writers wait anyway)."""
    session.execute(select(Terms.id).where(Terms.id == programme).with_for_update()).all()


def lock_addresses(session: Session) -> None:
    """Until the commit nobody else gives a store an address or a UUID (SQLite's writers wait anyway).

    Taken before any store's row, which is taken before its programme and its connection.
    """
    if not isinstance(driver_of(session), sqlite3.Connection):
        session.execute(select(func.pg_advisory_xact_lock(ADDRESSES_LOCK)))


def waiting_stores(session: Session, programme: str | None, limit: int = 0) -> list[Store]:
    """Stores without a place, of one programme or all; who joined first comes first. 0 = all."""
    query = select(Store).where(_waits()).order_by(Store.joined_at, Store.id)
    if programme is not None:
        query = query.where(Store.programme == programme)
    return list(session.scalars(query.limit(limit) if limit else query))


def _waits() -> ColumnElement[bool]:
    return Store.admitted_at.is_(None) & Store.disconnected_at.is_(None)
