"""Disconnects a store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.programmes.places import fill_places
from receiver.services.records import record_of
from receiver.services.stores.records import StoreRecord
from receiver.services.validation import require_text
from receiver.storage import audit, awards, connections, consents, links, stores
from receiver.storage.figures import end_consent
from receiver.storage.tables import Store


def disconnect_store(
    context: ServiceContext,
    store_id: str,
    *,
    reason: str,
    actor: str,
    keys_removed: bool = False,
) -> StoreRecord:
    """Disconnect a store; its decisions stay. Idempotent.

    Its webhooks are answered 410, its status token and the advertiser's token are deleted. Unless it earned
    an award, its place goes to the next merchant in line. `keys_removed`: the plugin removed our keys at the
    shop; otherwise its merchant gets a notice about them. Raises InputError and NotFound.
    """
    now = context.now()
    reason = require_text(reason, "reason")
    with context.database.writing() as session:
        stores.lock_stores(session, [store_id])
        store = stores.get_store(session, store_id)
        if store.disconnected_at is None:
            _cut(session, store, now)
            connection = connections.find_connection(session, store_id)
            store.keys_left_at = now if connection is not None and not keys_removed else None
            if connection is not None:
                # To delete our webhooks there.
                connection.check_requested_at = connection.check_requested_at or now
            audit.record(session, now, actor, AuditAction.STORES_DISCONNECT, store_id, {"reason": reason})
    placed = fill_places(context, store.programme)
    decide_each(context, [store_id, *placed])
    return record_of(StoreRecord, store)


def _cut(session: Session, store: Store, now: datetime) -> None:
    store.disconnected_at, store.status_token_hash = now, None
    if awards.award_of(session, store) is None:
        store.admitted_at = None
    for link in links.links_of(session, store.id):
        end_consent(session, link, now, consent=None)
    consents.forget_flows(session, store.id)
