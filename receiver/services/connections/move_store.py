"""Moving a store to another address: its keys, webhook addresses, history and awards go with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.deliveries import DeliveryFilters, DeliveryReason, DeliveryState
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.services.deliveries import replay
from receiver.services.stores.details import validate_url
from receiver.services.stores.lineage import mark_move
from receiver.services.validation import require_text
from receiver.storage import address_claims, audit, connections, stores
from receiver.storage.tables import Store
from wp_bridge.store import INDEX_PHP


def move_store(
    context: ServiceContext, store_id: str, *, url: str, reason: str, actor: str
) -> dict[str, Any]:
    """Move a store to the address staff name, and replay the messages held for naming that address.

    The store is not called: it is checked at the new address next. The old address is free from then on.
    Raises InputError, NotFound, and Refused where another store stands or the store is there already.
    """
    now = context.now()
    reason, url = require_text(reason, "reason"), validate_url(url)
    with context.database.writing() as session:
        stores.lock_addresses(session)
        store = stores.get_store(session, store_id, locked=True)
        old_url = store.url
        relocate(session, now, store, url, actor=actor, reason=reason)
    replayed = replay_held(context, store_id, actor=actor, reason=reason)
    return {"id": store_id, "old_url": old_url, "url": url, "messages_replayed": replayed}


def relocate(
    session: Session,
    now: datetime,
    store: Store,
    url: str,
    *,
    actor: str,
    reason: str,
    rest_base: str | None = None,
) -> None:
    """Give the store its new address, and delete the claims that this answers.

    `rest_base`: what stands before its wp-json there, where that was seen. The caller has locked the
    addresses and the store. Raises Refused.
    """
    _check_is_free(session, store, url)
    old_url, store.url = store.url, url
    store.moved_at, store.moved_from = now, old_url
    mark_move(session, store)
    connection = connections.find_connection(session, store.id, locked=True)
    if connection is not None:
        behind = INDEX_PHP if connection.rest_base.endswith(f"/{INDEX_PHP}") else ""
        connection.rest_base = rest_base or url + behind
        connection.next_check_at, connection.failures = now, 0
        connection.trouble = connection.lease_until = connection.check_requested_at = None
    detail = {"old_url": old_url, "url": url, "reason": reason}
    audit.record(session, now, actor, AuditAction.STORES_MOVE, store.id, detail)
    address_claims.end_claims_at(session, store.id, url)
    store.decided_at = None  # to be decided anew: its troubles have changed


def _check_is_free(session: Session, store: Store, url: str) -> None:
    """Raise Refused where the store, or another one, is at the address already."""
    if url == store.url:
        raise Refused(f"store {store.id} is at {url} already")
    there = stores.store_at_address(session, url)
    if there is not None and there.id != store.id:
        name = stores.get_store(session, there.id).name
        raise Refused(f"another store is at {there.url}: {name} ({there.id})")


def replay_held(context: ServiceContext, store_id: str, *, actor: str, reason: str) -> int:
    """Replay a store's messages that were held for naming another address; return their number.

    Those that still name another one are held again.
    """
    filters = DeliveryFilters(state=DeliveryState.DEAD, store=store_id, cause=DeliveryReason.ELSEWHERE)
    if replay.preview(context, filters).to_replay == 0:
        return 0
    return replay.start(context, filters, actor=actor, reason=reason).total
