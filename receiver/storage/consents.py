"""Advertisers on their way through TikTok's consent; tickets, states and browsers are known by hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from receiver.storage.tables import ConsentFlow

PER_STORE = 10  # whoever holds a status token cannot fill the disk


def add_flow(session: Session, flow: ConsentFlow) -> None:
    """Store a consent flow; only the newest PER_STORE of a store remain."""
    session.add(flow)
    session.flush()
    newest = select(ConsentFlow.id).where(ConsentFlow.store_id == flow.store_id)
    newest = newest.order_by(ConsentFlow.created_at.desc(), ConsentFlow.id).limit(PER_STORE)
    session.execute(
        delete(ConsentFlow).where(ConsentFlow.store_id == flow.store_id, ConsentFlow.id.not_in(newest))
    )


def find_flow(session: Session, flow_id: str, *, locked: bool = False) -> ConsentFlow | None:
    """Return a consent flow, fresh from the database; None for an unknown id. `locked` locks its row."""
    query = select(ConsentFlow).where(ConsentFlow.id == flow_id).execution_options(populate_existing=True)
    return session.scalars(query.with_for_update() if locked else query).first()


def flow_of_state(session: Session, state_hash: str) -> ConsentFlow | None:
    """Lock and return the flow of a state: of two requests with one state, the second finds it spent."""
    query = select(ConsentFlow).where(ConsentFlow.state_hash == state_hash)
    return session.scalars(query.with_for_update()).first()


def flow_of_ticket(session: Session, ticket_hash: str) -> ConsentFlow | None:
    """Return the consent flow of a ticket, None for an unknown one."""
    return session.scalars(select(ConsentFlow).where(ConsentFlow.ticket_hash == ticket_hash)).first()


def take_ticket(
    session: Session, ticket_hash: str, browser_hash: str, now: datetime, expires_at: datetime
) -> bool:
    """Bind the ticket to this browser; return False where it is expired or another browser was faster."""
    updated = session.execute(
        update(ConsentFlow)
        .where(ConsentFlow.ticket_hash == ticket_hash, ConsentFlow.browser_hash.is_(None))
        .where(ConsentFlow.expires_at > now)
        .values(browser_hash=browser_hash, expires_at=expires_at)
        .returning(ConsentFlow.id)
    )
    return updated.first() is not None


def purge_flows(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` flows created before a time; return their number."""
    old = select(ConsentFlow.id).where(ConsentFlow.created_at < before).limit(limit)
    deleted = session.execute(delete(ConsentFlow).where(ConsentFlow.id.in_(old)).returning(ConsentFlow.id))
    return len(deleted.all())


def forget_flows(session: Session, store_id: str) -> None:
    """Delete the store's consent flows with the tokens pending in them."""
    session.execute(delete(ConsentFlow).where(ConsentFlow.store_id == store_id))
