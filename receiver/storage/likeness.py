"""Stores that look like one merchant's, found by indexes, and staff's answers about them.

Only what is proven counts, on both sides: a link that its advertiser consented to, or an award. Anybody can
connect a shop on a shared host, or name somebody's ad account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from receiver.domain.decision import Stage
from receiver.domain.likeness import Likeness, pair_of
from receiver.paging import Page
from receiver.storage.links import is_proven
from receiver.storage.paging import Keyset, read_page
from receiver.storage.parameters import STORE_IDS, values_of
from receiver.storage.tables import Account, Award, Link, MerchantAnswer, Store

BY_ID = Keyset((Store.id,))
IN_ORDER = (Likeness.TIKTOK_USER, Likeness.BUSINESS_CENTER, Likeness.ACCOUNT_NAME, Likeness.HOST)


@dataclass(frozen=True)
class SimilarStore:
    """Another store, what it has in common with the first, and whether it holds back its award."""

    store: Store
    why: tuple[Likeness, ...]
    holds: bool  # it has an award of the programme, or one waits for staff


def find_alike(session: Session, store: Store, *, only_holding: bool = False) -> list[SimilarStore]:
    """Return the stores of other merchants in the programme that resemble this one, by id.

    Pairs that staff answered to be of different merchants are left out.
    """
    apart = different_merchants(session, [store.id])
    return find_alike_of(session, [store], apart, only_holding=only_holding).get(store.id, [])


def find_alike_of(
    session: Session,
    stores: Collection[Store],
    apart: Mapping[str, Collection[str]],
    *,
    only_holding: bool = False,
) -> dict[str, list[SimilarStore]]:
    """Return, by store, what `find_alike` returns, in as many statements as for one.

    `apart`: stores known to be of different merchants, by store, as `different_merchants` returns them.
    """
    marks = _marks(session, stores)
    likenesses: dict[str, dict[str, list[Likeness]]] = {}
    for likeness, by_store in marks.items():
        bearers = _bearers(session, likeness, set().union(*by_store.values()), only_holding)
        for store_id, values in by_store.items():
            for other_id in set().union(*(bearers[value] for value in values)) - {store_id}:
                likenesses.setdefault(store_id, {}).setdefault(other_id, []).append(likeness)
    others = _with_holding(session, set().union(*likenesses.values())) if likenesses else []
    # Not asked of the database: SQLite would look at all stores of the programme.
    return {
        store.id: [
            SimilarStore(other, tuple(likenesses[store.id][other.id]), holds)
            for other, holds in others
            if other.id in likenesses[store.id] and other.id not in apart.get(store.id, ())
            if other.programme == store.programme and other.merchant != store.merchant
        ]
        for store in stores
        if store.id in likenesses
    }


_DIFFERENT = select(MerchantAnswer.store_id, MerchantAnswer.other_id).where(
    or_(MerchantAnswer.store_id.in_(STORE_IDS), MerchantAnswer.other_id.in_(STORE_IDS))
)


def different_merchants(session: Session, store_ids: Collection[str]) -> dict[str, set[str]]:
    """Return, by store, the stores that staff answered to belong to another merchant."""
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for store_id, other_id in session.execute(_DIFFERENT, {"store_ids": list(store_ids)}):
        apart[store_id].add(other_id)
        apart[other_id].add(store_id)
    return apart


def answer_about(session: Session, item: str, other: str) -> MerchantAnswer | None:
    """Return staff's answer about a pair of stores, in either order; None without one."""
    return session.get(MerchantAnswer, pair_of(item, other))


def page_of_asked_about(session: Session, *, after: str | None, limit: int) -> Page[Store]:
    """Return a page of stores whose award waits for staff's answer about a similar one; `limit` 0 for all."""
    query = select(Store).where(Store.alike_since.is_not(None))
    return read_page(session, query, BY_ID, after=None if after is None else (after,), limit=limit)


# The values of one mark, by store.
Marks = dict[str, set[str]]


_MARKS_OF_LINKS = (
    select(Link.store_id, Link.tiktok_user_hash, Account.business_center, Account.name_key)
    .outerjoin(Account, Account.advertiser_id == Link.advertiser_id)
    .where(Link.store_id.in_(STORE_IDS), is_proven())
)
_AWARDED = select(Award.store_id).where(Award.store_id.in_(STORE_IDS))


def _marks(session: Session, stores: Collection[Store]) -> dict[Likeness, Marks]:
    """Return, by likeness, the values that stores may share; a store without any proof has none."""
    ids = {"store_ids": [store.id for store in stores]}
    links = session.execute(_MARKS_OF_LINKS, ids).all()
    awarded = set(session.scalars(_AWARDED, ids))
    marks: dict[Likeness, Marks] = {likeness: {} for likeness in IN_ORDER}
    for store_id, *values in links:
        for likeness, value in zip(IN_ORDER, values, strict=False):
            if value is not None:
                marks[likeness].setdefault(store_id, set()).add(value)
    proven = awarded.union(row.store_id for row in links)
    marks[Likeness.HOST] = {store.id: {store.host} for store in stores if store.host and store.id in proven}
    return {likeness: by_store for likeness, by_store in marks.items() if by_store}


def _bearers(
    session: Session, likeness: Likeness, values: Collection[str], only_holding: bool
) -> defaultdict[str, set[str]]:
    """Return, by value of a mark, the proven stores that have it."""
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    for value, store_id in session.execute(_who_bears(likeness, only_holding), {"values": list(values)}):
        bearers[value].add(store_id)
    return bearers


@cache
def _who_bears(likeness: Likeness, only_holding: bool) -> Select[Any, str]:
    query = _bearing(likeness)
    return query.where(_may_hold_award()) if only_holding else query


def _bearing(likeness: Likeness) -> Select[Any, str]:
    values = values_of("values")
    if likeness is Likeness.HOST:
        linked = exists().where(Link.store_id == Store.id, is_proven())
        proven = or_(linked, exists().where(Award.store_id == Store.id))
        return select(Store.host, Store.id).where(Store.host.in_(values), proven)
    mark = {
        Likeness.TIKTOK_USER: Link.tiktok_user_hash,
        Likeness.BUSINESS_CENTER: Account.business_center,
        Likeness.ACCOUNT_NAME: Account.name_key,
    }[likeness]
    query = select(mark, Link.store_id).join(Store, Store.id == Link.store_id)
    if likeness is not Likeness.TIKTOK_USER:
        query = query.join(Account, Account.advertiser_id == Link.advertiser_id)
    return query.where(mark.in_(values), is_proven())


def _with_holding(session: Session, store_ids: Collection[str]) -> list[tuple[Store, bool]]:
    """Return the stores by id, each with whether it has an award or may soon get one."""
    query = select(Store, _may_hold_award()).where(Store.id.in_(store_ids)).order_by(Store.id)
    return [(store, holds) for store, holds in session.execute(query)]


def _may_hold_award() -> ColumnElement[bool]:
    """Return the condition for stores with an award of their programme, or held with enough spend for one.

    A mere resemblance holds back no award.
    """
    awarded = exists().where(Award.store_id == Store.id, Award.programme == Store.programme)
    return or_(func.coalesce(Store.stage, "") == Stage.HELD, awarded)
