"""Stores that look like one merchant's, found by indexes, and staff's answers about them.

Only what is proven counts, on both sides: a link that its advertiser consented to, or an award. Anybody can
connect a shop on a shared host, or name somebody's ad account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from receiver.domain.decision import Stage
from receiver.domain.likeness import Likeness, pair_of
from receiver.paging import Page
from receiver.storage.links import is_proven
from receiver.storage.paging import Keyset, read_page
from receiver.storage.tables import Account, Award, Link, MerchantAnswer, Store

BY_ID = Keyset((Store.id,))


@dataclass(frozen=True)
class Alike:
    """Another store, what it has in common with the one asked about, and whether it stops its award."""

    store: Store
    why: tuple[Likeness, ...]
    holds: bool  # it has an award of the programme, or one waits for staff


def find_alike(session: Session, store: Store, *, only_holding: bool = False) -> list[Alike]:
    """Stores of other merchants of the programme that staff have not told apart from this one, by id."""
    ways = _ways(session, store)
    if not ways:
        return []
    found: dict[str, list[Likeness]] = {}
    for likeness, ids in ways.items():
        for store_id in session.scalars(ids.where(_holds(store)) if only_holding else ids):
            found.setdefault(store_id, []).append(likeness)
    apart = told_apart(session, store.id)
    others = session.scalars(select(Store).where(Store.id.in_(found)).order_by(Store.id)).all()
    holding = set(session.scalars(select(Store.id).where(Store.id.in_(found), _holds(store))))
    # Not asked of the database: SQLite would look at all stores of the programme.
    return [
        Alike(other, tuple(found[other.id]), other.id in holding)
        for other in others
        if other.programme == store.programme and other.merchant != store.merchant and other.id not in apart
    ]


def told_apart(session: Session, store_id: str) -> set[str]:
    """Stores that staff said to be of another merchant than this one."""
    first, second = MerchantAnswer.store_id, MerchantAnswer.other_id
    query = select(first, second).where(or_(first == store_id, second == store_id))
    return {other for row in session.execute(query) for other in row if other != store_id}


def answer_about(session: Session, item: str, other: str) -> MerchantAnswer | None:
    return session.get(MerchantAnswer, pair_of(item, other))


def page_of_asked_about(session: Session, *, after: str | None, limit: int) -> Page[Store]:
    """Return a page of the stores whose award waits for an answer, by id; `limit` 0 for all."""
    query = select(Store).where(Store.alike_since.is_not(None))
    return read_page(session, query, BY_ID, after=None if after is None else (after,), limit=limit)


def _ways(session: Session, store: Store) -> dict[Likeness, Select[str]]:
    """For each likeness the ids of stores that share it; none for a store of which nothing is proven."""
    own = session.scalars(select(Link).where(Link.store_id == store.id, is_proven())).all()
    has_award = session.scalar(select(exists().where(Award.store_id == store.id)))
    if not own and not has_award:
        return {}
    accounts = session.scalars(
        select(Account).where(Account.advertiser_id.in_({link.advertiser_id for link in own}))
    ).all()
    users = _known(link.tiktok_user_hash for link in own)
    centers = _known(account.business_center for account in accounts)
    names = _known(account.name_key for account in accounts)
    by_account = _others(store).join(Account, Account.advertiser_id == Link.advertiser_id)
    ways = {
        Likeness.TIKTOK_USER: users and _others(store).where(Link.tiktok_user_hash.in_(users)),
        Likeness.BUSINESS_CENTER: centers and by_account.where(Account.business_center.in_(centers)),
        Likeness.ACCOUNT_NAME: names and by_account.where(Account.name_key.in_(names)),
        Likeness.HOST: store.host and _on_host(store),
    }
    return {likeness: query for likeness, query in ways.items() if isinstance(query, Select)}


def _known(values: Iterable[str | None]) -> set[str]:
    return {value for value in values if value is not None}


def _others(store: Store) -> Select[str]:
    """By a link that its advertiser consented to."""
    query = select(Link.store_id).join(Store, Store.id == Link.store_id)
    return query.where(is_proven(), Link.store_id != store.id).distinct()


def _on_host(store: Store) -> Select[str]:
    proven = or_(
        exists().where(Link.store_id == Store.id, is_proven()), exists().where(Award.store_id == Store.id)
    )
    return select(Store.id).where(Store.host == store.host, Store.id != store.id, proven)


def _holds(store: Store) -> ColumnElement[bool]:
    """Who only looks alike stops nobody: that takes an award, or money spent for one."""
    awarded = exists().where(Award.store_id == Store.id, Award.programme == store.programme)
    return and_(Store.programme == store.programme, or_(Store.stage == Stage.HELD, awarded))
