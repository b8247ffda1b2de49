"""A merchant's request for fresh figures: the account is polled and the store checked, once a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from receiver.domain.poll_reasons import PollReason
from receiver.services.context import ServiceContext
from receiver.services.polling.request_poll import request_poll
from receiver.storage import connections, links, stores
from receiver.storage.cipher import token_hash

EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class RefreshAnswer:
    """The answer to a request for fresh figures, and the moment from which to ask again."""

    accepted: bool
    again_at: datetime


def refresh_for_token(context: ServiceContext, status_token: str) -> RefreshAnswer:
    """Request a poll for the store of a status token. Raises NotFound for an unknown token."""
    now = context.now()
    with context.database.writing() as session:
        store = stores.store_of_token(session, token_hash(status_token))
        store = stores.get_store(session, store.id, locked=True)
        if store.refreshed_at is not None and now < store.refreshed_at + EVERY:
            return RefreshAnswer(False, store.refreshed_at + EVERY)
        store.refreshed_at = now
        connections.reschedule_check(session, store.id, now)
        link = links.open_link(session, store.id)
    if link is not None and link.consent:
        with context.database.writing() as session:  # of its own: a poll locks the account before its stores
            request_poll(session, link.advertiser_id, now, PollReason.ASKED)
    return RefreshAnswer(True, now + EVERY)
