"""Tickets: the one way from a store's admin into the consent pages, for one browser and a short while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.domain.shops import is_page_of
from receiver.errors import InputError
from receiver.services.context import ServiceContext
from receiver.storage import consents, stores
from receiver.storage.cipher import token_hash
from receiver.storage.tables import ConsentFlow, Store

TICKET_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, repr=False)
class Ticket:
    """A ticket that the store's admin is sent on with; only its hash is stored."""

    text: str
    expires_at: datetime


def issue_ticket(context: ServiceContext, status_token: str, return_url: str | None) -> Ticket:
    """Issue a ticket for the store of a status token.

    Raises NotFound, and InputError for a return page at another site.
    """
    now = context.now()
    with context.database.writing() as session:
        return _issue(session, now, stores.store_of_token(session, token_hash(status_token)), return_url)


def issue_ticket_for(context: ServiceContext, store_id: str, return_url: str | None) -> Ticket:
    """Issue a ticket for a store whose merchant has just proved its keys. Raises as `issue_ticket` does."""
    now = context.now()
    with context.database.writing() as session:
        return _issue(session, now, stores.get_store(session, store_id), return_url)


def _issue(session: Session, now: datetime, store: Store, return_url: str | None) -> Ticket:
    text = secrets.token_urlsafe(32)
    if return_url is not None and not is_page_of(return_url, store.url):
        raise InputError(f"must be a page of {store.url}", path="return_url")
    flow = ConsentFlow(
        id=f"cf_{secrets.token_hex(16)}",
        store_id=store.id,
        ticket_hash=token_hash(text),
        return_url=return_url,
        created_at=now,
        expires_at=now + TICKET_LASTS,
    )
    consents.add_flow(session, flow)
    return Ticket(text, flow.expires_at)
