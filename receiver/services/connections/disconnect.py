"""The end of a connection at the store: webhooks and keys are deleted, and on request all personal data."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.domain.audit import AuditAction
from receiver.errors import Refused, ShopError
from receiver.logs import get_logger
from receiver.services.connections.ports import Shop, open_store
from receiver.services.connections.reconcile import LEASE, WITHIN
from receiver.services.context import ServiceContext
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.records import StoreRecord
from receiver.services.validation import require_text
from receiver.storage import audit, connections, erasure, stores, webhook_endpoints

log = get_logger(__name__)


@dataclass(frozen=True)
class Disconnection:
    """The store, and whether webhooks of ours may still stand there for its merchant to delete."""

    store: StoreRecord
    webhooks_left: bool


def leave_store(context: ServiceContext, store_id: str, *, reason: str, actor: str) -> Disconnection:
    """Delete our webhooks at the store, forget its keys, and disconnect it. Idempotent.

    A store that does not answer is disconnected all the same. The key itself stays in WooCommerce, which
    lets no key delete itself, until its merchant revokes it. Raises InputError and NotFound.
    """
    reason = require_text(reason, "reason")
    webhooks_left = _delete_webhooks(context, store_id)
    store = disconnect_store(context, store_id, reason=reason, actor=actor)
    with context.database.writing() as session:
        connections.forget_connection(session, store_id)
    return Disconnection(store, webhooks_left)


def finish_leaving(context: ServiceContext, store_id: str) -> None:
    """Delete our webhooks at a store that was disconnected, as far as it lets us, and forget its keys."""
    with context.database.writing() as session:
        connection = connections.claim_connection(session, store_id, context.now(), LEASE)
    if connection is None:
        return
    _delete_webhooks(context, store_id)
    with context.database.writing() as session:
        store = stores.get_store(session, store_id, locked=True)
        if store.disconnected_at is not None:  # it may have been connected again meanwhile
            connections.forget_connection(session, store_id)


def erase_store(context: ServiceContext, store_id: str, *, reason: str, actor: str) -> dict[str, int]:
    """Erase the personal data of a disconnected store; return counts of rows. Idempotent.

    What was decided stays, under ids that name nobody. Raises InputError, NotFound and Refused.
    """
    now = context.now()
    reason = require_text(reason, "reason")
    with context.database.writing() as session:
        store = stores.get_store(session, store_id, locked=True)
        if store.disconnected_at is None:
            raise Refused(f"store {store_id} is connected; disconnect it first")
        connections.forget_connection(session, store_id)
        counts = erasure.erase(session, store)
        audit.record(
            session, now, actor, AuditAction.STORES_ERASE, store_id, {"reason": reason, "rows": counts}
        )
    if not context.database.empty_log():
        log.warning(
            "erased, but a read that does not end keeps it in the log of the database", store_id=store_id
        )
    return counts


def _delete_webhooks(context: ServiceContext, store_id: str) -> bool:
    """Delete our webhooks at the store; return whether some may be left."""
    with context.database.reading() as session:
        stores.get_store(session, store_id)
        connection = connections.find_connection(session, store_id)
        if connection is None:
            return False
        numbers = [endpoint.webhook_id for endpoint in webhook_endpoints.created_endpoints(session, store_id)]
    shop = open_store(context.for_seconds(WITHIN), connection)
    try:
        for number in {*filter(None, numbers), *_own_webhook_ids(shop, store_id)}:
            shop.delete_webhook(number)
    except ShopError as error:
        log.warning("webhooks left at a store", store_id=store_id, trouble=error.trouble)
        return True
    return False


def _own_webhook_ids(shop: Shop, store_id: str) -> set[int]:
    """Return the ids of the webhooks with an address we made for the store, unrecorded ones too."""
    return {webhook.id for webhook in shop.webhooks() if f"/webhooks/woocommerce/{store_id}/" in webhook.url}
