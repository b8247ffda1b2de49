"""A store's links to ad accounts, past and present."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, union, update
from sqlalchemy.orm import Session

from receiver.domain.limits import CLAIMS_OF_A_STORE
from receiver.paging import Page
from receiver.storage.paging import Keyset, read_page
from receiver.storage.parameters import ADVERTISER_IDS, STORE_IDS
from receiver.storage.tables import Account, Link, Store

CLAIMS_DROPPED = 1_000  # at a time
BY_NUMBER = Keyset((Link.id,), descending=True)


def is_proven() -> ColumnElement[bool]:
    """Return the condition for links whose advertiser ever consented, even if it was withdrawn since."""
    return Link.proven_at.is_not(None)


def open_link(session: Session, store_id: str) -> Link | None:
    """Return the open link of a store, None without one; there is at most one."""
    query = select(Link).where(Link.store_id == store_id, Link.ended_at.is_(None)).order_by(Link.id.desc())
    return session.scalars(query).first()


def link_between(session: Session, store_id: str, advertiser_id: str) -> Link | None:
    """Return the link of a store to an ad account, open or ended; None without one."""
    query = select(Link).where(Link.store_id == store_id, Link.advertiser_id == advertiser_id)
    return session.scalars(query).first()


def end_other_links(session: Session, store_id: str, advertiser_id: str, at: datetime) -> None:
    """End the store's open links to other ad accounts: a store has one at a time."""
    query = select(Link).where(
        Link.store_id == store_id, Link.advertiser_id != advertiser_id, Link.ended_at.is_(None)
    )
    for link in session.scalars(query):
        link.ended_at = at


def drop_old_claims(session: Session, store_ids: Collection[str]) -> None:
    """Delete each store's oldest claims beyond CLAIMS_OF_A_STORE: links ended and never consented to.

    No decision rests on such a claim, and an open one is never deleted: whatever a store has claimed before,
    the account it names now is linked. At most CLAIMS_DROPPED at a time, since an older version kept any
    number.
    """
    if not store_ids:
        return
    newer = func.row_number().over(partition_by=Link.store_id, order_by=Link.id.desc())
    claims = (
        select(Link.id, newer.label("place"))
        .where(
            Link.store_id.in_(store_ids),
            Link.ended_at.is_not(None),
            Link.proven_at.is_(None),
            Link.consent.is_(None),
            Link.token_encrypted.is_(None),
        )
        .subquery()
    )
    oldest = select(claims.c.id).where(claims.c.place >= CLAIMS_OF_A_STORE).limit(CLAIMS_DROPPED)
    session.execute(delete(Link).where(Link.id.in_(oldest)), execution_options={"synchronize_session": False})


def forget_dating_signals(session: Session, store_id: str) -> None:
    """Keep the dates of a store's links from changing by late signals of before."""
    statement = update(Link).where(Link.store_id == store_id, Link.linked_news.is_not(None))
    session.execute(statement.values(linked_news=None))


def links_of(session: Session, store_id: str) -> list[Link]:
    """Return all links of a store, ended ones included."""
    return list(session.scalars(select(Link).where(Link.store_id == store_id)))


def consented_links(session: Session, advertiser_id: str) -> list[Link]:
    """Return the links to an ad account that hold a token, ended ones included."""
    query = select(Link).where(Link.advertiser_id == advertiser_id, Link.token_encrypted.is_not(None))
    return list(session.scalars(query.order_by(Link.id)))


def links_with_token(session: Session) -> list[Link]:
    """Return all links that hold a token, by id."""
    return list(session.scalars(select(Link).where(Link.token_encrypted.is_not(None)).order_by(Link.id)))


def stores_of(session: Session, advertiser_id: str) -> list[Store]:
    """Return the stores that link an ad account now with their advertiser's consent, by id."""
    query = select(Store).join(Link, Link.store_id == Store.id).order_by(Store.id)
    return list(session.scalars(query.where(Link.advertiser_id == advertiser_id, is_read())))


_OPEN = select(Link).where(Link.store_id.in_(STORE_IDS), Link.ended_at.is_(None)).order_by(Link.id)


def open_links(session: Session, store_ids: Iterable[str]) -> dict[str, Link]:
    """Return the open links by store; a store without one is left out."""
    return {link.store_id: link for link in session.scalars(_OPEN, {"store_ids": list(store_ids)})}


def next_polls(session: Session, store_ids: Iterable[str]) -> dict[str, datetime]:
    """Return, by store, when its ad account is read next with the store's own consent."""
    query = select(Link.store_id, Account.next_poll_at).join(
        Account, Account.advertiser_id == Link.advertiser_id
    )
    rows = session.execute(query.where(Link.store_id.in_(store_ids), is_read()).order_by(Link.id))
    return {store_id: at for store_id, at in rows if at is not None}


def is_read() -> ColumnElement[bool]:
    """Build the condition for open links whose own consent lets us read the account."""
    return Link.ended_at.is_(None) & Link.consent.is_(True)


def page_of_links(
    session: Session, store_id: str | None, *, after: int | None = None, limit: int
) -> Page[Link]:
    """Return a page of one store's links or of all, the newest first; `limit` 0 for all."""
    query = select(Link).where(Link.store_id == store_id) if store_id else select(Link)
    return read_page(session, query, BY_NUMBER, after=None if after is None else (after,), limit=limit)


@dataclass(frozen=True)
class ProvenLink:
    """A link that its advertiser consented to, of a store that was set up."""

    id: int
    store_id: str
    advertiser_id: str
    proven_at: datetime
    programme: str
    set_up_at: datetime


_OF_SET_UP = (
    select(Link.id, Link.store_id, Link.advertiser_id, Link.proven_at, Store.programme, Store.set_up_at)
    .join(Store, Store.id == Link.store_id)
    .where(is_proven(), Store.set_up_at.is_not(None))
)
# Each has its own index: with `or` between them, all links are looked at.
_PROVEN = union(
    _OF_SET_UP.where(Link.store_id.in_(STORE_IDS)), _OF_SET_UP.where(Link.advertiser_id.in_(ADVERTISER_IDS))
)


def proven_links(
    session: Session, store_ids: Collection[str], advertiser_ids: Collection[str]
) -> set[ProvenLink]:
    """Return the proven links of these stores, and those to these accounts, of stores that were set up."""
    ids = {"store_ids": list(store_ids), "advertiser_ids": list(advertiser_ids)}
    return {
        ProvenLink(id, store_id, advertiser_id, proven_at, programme, set_up_at)
        for id, store_id, advertiser_id, proven_at, programme, set_up_at in session.execute(_PROVEN, ids)
        if proven_at is not None and set_up_at is not None
    }


class ProvenLinks:
    """Proven links, indexed by their stores and accounts."""

    def __init__(self, proven: Iterable[ProvenLink]) -> None:
        self._of_stores: defaultdict[str, list[ProvenLink]] = defaultdict(list)
        self._to_accounts: defaultdict[str, list[ProvenLink]] = defaultdict(list)
        for link in proven:
            self._of_stores[link.store_id].append(link)
            self._to_accounts[link.advertiser_id].append(link)

    def around(self, store_ids: Iterable[str], advertiser_id: str) -> Iterator[ProvenLink]:
        """Yield the links of these stores, and those to this account."""
        for store_id in store_ids:
            yield from self._of_stores.get(store_id, ())
        yield from self._to_accounts.get(advertiser_id, ())


def set_up_before(store: Store, link: Link | None, lineage: Collection[str], proven: ProvenLinks) -> bool:
    """Return whether this account or store completed the set-up earlier, under another store or link.

    Only links that an advertiser consented to count, in the order of those consents, which the service saw
    itself; a mere claim counts for nothing. `lineage`: ids of earlier records of the store.
    """
    if link is None or link.proven_at is None:
        return False
    return any(
        other.programme == store.programme
        and other.set_up_at <= link.proven_at
        and other.proven_at < link.proven_at
        and other.id != link.id
        for other in proven.around({store.id, *lineage}, link.advertiser_id)
    )
