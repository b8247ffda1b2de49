"""Stores that have a place in a programme, have one reserved or wait for one, and what proves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from receiver.storage.chunks import chunks_of
from receiver.storage.links import is_proven
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import Award, Link, Store
from receiver.storage.tables.stores import IS_RESERVED
from receiver.storage.types import Utc


def merchants_with_own_place(session: Session, programme: str) -> set[str]:
    """Return the merchants with an unreserved place: by proof, by staff, or from before reservations."""
    has_place = (Store.admitted_at.is_not(None), Store.reserved_until.is_(None))
    query = select(Store.merchant).where(Store.programme == programme, *has_place)
    return set(session.scalars(query.distinct()))


def count_merchants(session: Session, programme: str) -> int:
    """Count the merchants that have a place, reserved ones too."""
    admitted = (Store.programme == programme) & Store.admitted_at.is_not(None)
    return session.scalar(select(func.count(Store.merchant.distinct())).where(admitted)) or 0


def merchants_with_place(session: Session, programme: str, among: Iterable[str]) -> set[str]:
    """Return which of these merchants have a place, reserved ones too."""
    query = select(Store.merchant).where(Store.programme == programme, Store.admitted_at.is_not(None))
    return set(session.scalars(query.where(Store.merchant.in_(sorted(among))).distinct()))


def reserved_stores(session: Session, programme: str) -> list[Store]:
    """Return stores whose place is reserved, by id."""
    query = select(Store).where(IS_RESERVED, Store.programme == programme).order_by(Store.id)
    return list(session.scalars(query))


def programmes_to_share_out(session: Session) -> list[str]:
    """Return programmes in which a store waits or holds a reservation."""
    waits = Store.admitted_at.is_(None) & Store.disconnected_at.is_(None)
    query = select(Store.programme).where(or_(waits, IS_RESERVED)).distinct()
    return list(session.scalars(query.order_by(Store.programme)))


def proven_since(session: Session, stores: Sequence[Store]) -> dict[str, datetime]:
    """Return, by store, when it first proved itself by a consent or an award; unproven ones are left out.

    An ad account proves only the first merchant: otherwise one account could take every place.
    """
    first_proofs: dict[str, datetime] = {}
    for ids in chunks_of([store.id for store in stores]):
        for query in (_FIRST_AWARDS, _FIRST_PROOFS):
            for store_id, at in session.execute(query, {"store_ids": ids}):
                if at is not None:
                    first_proofs[store_id] = min(at, first_proofs.get(store_id, at))
    return first_proofs


def _proves_another() -> ColumnElement[bool]:
    """Return the condition for links whose advertiser consented earlier for another connected merchant."""
    link, store = aliased(Link), aliased(Store)
    return exists().where(
        link.advertiser_id == Link.advertiser_id,
        or_(link.proven_at < Link.proven_at, (link.proven_at == Link.proven_at) & (link.id < Link.id)),
        store.id == link.store_id,
        store.programme == Store.programme,
        store.merchant != Store.merchant,
        store.disconnected_at.is_(None),
    )


_FIRST_AWARDS = (
    select(Award.store_id, func.min(Award.decided_at, type_=Utc))
    .where(Award.store_id.in_(STORE_IDS))
    .group_by(Award.store_id)
)
_FIRST_PROOFS = (
    select(Link.store_id, func.min(Link.proven_at, type_=Utc))
    .join(Store, Store.id == Link.store_id)
    .where(Link.store_id.in_(STORE_IDS), is_proven(), ~_proves_another())
    .group_by(Link.store_id)
)
