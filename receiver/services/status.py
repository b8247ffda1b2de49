"""Answers where a store stands: the decision as of now, how fresh its figures are, and the next check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.domain.decision import Decision
from receiver.errors import NotFound
from receiver.services.decide import answer_for
from receiver.storage import links, spend, tables
from receiver.storage.database import Database
from receiver.storage.seal import token_hash

FRESH_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Status:
    """A decision and what a reader must know about its age."""

    store_name: str
    decision: Decision
    stale: bool  # figures that should be there are older than a day, or were never read
    next_check: datetime | None


def status_of(database: Database, now: datetime, store_id: str) -> Status:
    """Raises NotFound."""
    with database.reading() as session:
        store = session.get(tables.Store, store_id)
        if store is None:
            raise NotFound(f"there is no store {store_id}")
        return _status(session, store, now)


def status_for_token(database: Database, now: datetime, token: str) -> Status:
    """The status of the store a status token belongs to. Raises NotFound for a token of no store."""
    with database.reading() as session:
        query = select(tables.Store).where(
            tables.Store.status_token_hash == token_hash(token), tables.Store.disconnected_at.is_(None)
        )
        store = session.scalars(query).first()
        if store is None:
            raise NotFound("no store has this status token")
        return _status(session, store, now)


def _status(session: Session, store: tables.Store, now: datetime) -> Status:
    link = links.open_link(session, store.id)
    account = spend.account(session, link.advertiser_id) if link else None
    read_at = account.spend_read_at if account else None
    stale = account is not None and (read_at is None or now - read_at > FRESH_FOR)
    next_check = account.next_poll_at if account else None
    return Status(store.name, answer_for(session, store, now), stale, next_check)
