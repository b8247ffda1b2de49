"""A store's links to ad accounts, past and present."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from receiver.domain.limits import CLAIMS_OF_A_STORE
from receiver.storage.tables import Account, Link, Store

CLAIMS_DROPPED = 1_000  # at a time


def is_proven() -> ColumnElement[bool]:
    """A link that its advertiser ever consented to, whatever became of the consent."""
    return Link.proven_at.is_not(None)


def open_link(session: Session, store_id: str) -> Link | None:
    """The link that stands; a store has one at most."""
    query = select(Link).where(Link.store_id == store_id, Link.ended_at.is_(None)).order_by(Link.id.desc())
    return session.scalars(query).first()


def link_between(session: Session, store_id: str, advertiser_id: str) -> Link | None:
    query = select(Link).where(Link.store_id == store_id, Link.advertiser_id == advertiser_id)
    return session.scalars(query).first()


def end_other_links(session: Session, store_id: str, advertiser_id: str, at: datetime) -> None:
    """A store has one ad account at a time: what else stands ends."""
    query = select(Link).where(
        Link.store_id == store_id, Link.advertiser_id != advertiser_id, Link.ended_at.is_(None)
    )
    for link in session.scalars(query):
        link.ended_at = at


def drop_old_claims(session: Session, store_id: str) -> None:
    """Forget a store's oldest claims beyond CLAIMS_OF_A_STORE: ended, and never consented to.

    Nothing is decided by such a claim, and one that stands is never dropped: whatever a store has claimed
    before, the account it names now is linked. In steps, since an older version kept any number.
    """
    claims = select(Link.id).where(
        Link.store_id == store_id,
        Link.ended_at.is_not(None),
        Link.proven_at.is_(None),
        Link.consent.is_(None),
        Link.token_sealed.is_(None),
    )
    oldest = claims.order_by(Link.id.desc()).offset(CLAIMS_OF_A_STORE - 1).limit(CLAIMS_DROPPED)
    session.execute(delete(Link).where(Link.id.in_(oldest)), execution_options={"synchronize_session": False})


def links_of(session: Session, store_id: str) -> list[Link]:
    """All of a store's links, also those that ended."""
    return list(session.scalars(select(Link).where(Link.store_id == store_id)))


def consented_links(session: Session, advertiser_id: str) -> list[Link]:
    """The links to an ad account that hold a token, also those that ended."""
    query = select(Link).where(Link.advertiser_id == advertiser_id, Link.token_sealed.is_not(None))
    return list(session.scalars(query.order_by(Link.id)))


def links_with_token(session: Session) -> list[Link]:
    return list(session.scalars(select(Link).where(Link.token_sealed.is_not(None)).order_by(Link.id)))


def stores_of(session: Session, advertiser_id: str) -> list[Store]:
    """Return the stores that link an ad account now with its advertiser's consent."""
    query = select(Store).join(Link, Link.store_id == Store.id).order_by(Store.id)
    return list(session.scalars(query.where(Link.advertiser_id == advertiser_id, is_read())))


def open_links(session: Session, store_ids: Iterable[str]) -> dict[str, Link]:
    """Return the link of each of these stores that stands; a store without one is left out."""
    query = select(Link).where(Link.store_id.in_(store_ids), Link.ended_at.is_(None)).order_by(Link.id)
    return {link.store_id: link for link in session.scalars(query)}


def next_polls(session: Session, store_ids: Iterable[str]) -> dict[str, datetime]:
    """Return when each of these stores' ad account is read next, with that store's own consent."""
    query = select(Link.store_id, Account.next_poll_at).join(
        Account, Account.advertiser_id == Link.advertiser_id
    )
    found = session.execute(query.where(Link.store_id.in_(store_ids), is_read()).order_by(Link.id))
    return {store_id: at for store_id, at in found if at is not None}


def is_read() -> ColumnElement[bool]:
    """A link that stands, and whose own consent lets us read its account."""
    return Link.ended_at.is_(None) & Link.consent.is_(True)


def list_links(session: Session, store_id: str | None, limit: int, *, after: int | None = None) -> list[Link]:
    """The newest first; 0 = all."""
    query = select(Link).order_by(Link.id.desc())
    if store_id:
        query = query.where(Link.store_id == store_id)
    if after is not None:
        query = query.where(Link.id < after)
    return list(session.scalars(query.limit(limit) if limit else query))
