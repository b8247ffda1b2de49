"""Staff's requests to a store, by console or API: written down here, and carried out by the worker."""

from __future__ import annotations

from receiver.errors import NotFound
from receiver.services.connections.disconnect import finish_leaving
from receiver.services.connections.isolation import isolate_errors
from receiver.services.connections.reconcile import reconcile_store
from receiver.services.connections.rotate import finish_rotation
from receiver.services.context import ServiceContext
from receiver.storage import connections, stores


def request_check(context: ServiceContext, store_id: str) -> None:
    """Request a check of a connected store. Idempotent. Raises NotFound."""
    now = context.now()
    with context.database.writing() as session:
        stores.get_store(session, store_id)
        connection = connections.find_connection(session, store_id, locked=True)
        if connection is None:
            raise NotFound(f"store {store_id} was never connected: we hold no keys of it")
        connection.check_requested_at = connection.check_requested_at or now


def stores_with_errands(context: ServiceContext, limit: int) -> list[tuple[str, str]]:
    """Return ids and addresses of the stores that have an errand, `limit` of them."""
    now = context.now()
    with context.database.reading() as session:
        return connections.stores_with_errands(session, now, limit)


def request_leaving(context: ServiceContext) -> None:
    """Request once more to leave the stores that disconnected, where their keys are still here.

    A check that ended meanwhile may have taken the request for its own.
    """
    now = context.now()
    with context.database.writing() as session:
        connections.request_leaving(session, now)


def run_errand(context: ServiceContext, store_id: str) -> None:
    """Carry out what was requested of one store; an error is logged and holds up no other store."""
    with isolate_errors("errand not done", store_id):
        _run(context, store_id)


def _run(context: ServiceContext, store_id: str) -> None:
    with context.database.reading() as session:
        store, connection = (
            stores.get_store(session, store_id),
            connections.find_connection(session, store_id),
        )
    if connection is None:
        return
    if store.disconnected_at is not None:
        finish_leaving(context, store_id)
        return
    if connection.rotation is not None:
        finish_rotation(context, store_id)
    if connection.check_requested_at is not None:
        reconcile_store(context, store_id)
