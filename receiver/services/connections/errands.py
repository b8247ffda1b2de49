"""What staff ask of a store by console or API: written down there, and done by the worker."""

from __future__ import annotations

from datetime import datetime

import structlog

from receiver.errors import NotFound, ReceiverError
from receiver.services.connections.disconnect import finish_leaving
from receiver.services.connections.ports import Shops
from receiver.services.connections.reconcile import reconcile_store
from receiver.services.connections.rotate import finish_rotation
from receiver.storage import bridges, stores
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database

log = structlog.get_logger(__name__)


def ask_look(database: Database, now: datetime, store_id: str) -> None:
    """Ask for a check of a connected store. Twice is once. Raises NotFound."""
    with database.writing() as session:
        stores.get_store(session, store_id)
        bridge = bridges.bridge_of(session, store_id, locked=True)
        if bridge is None:
            raise NotFound(f"store {store_id} was never connected: we hold no keys of it")
        bridge.look_asked_at = bridge.look_asked_at or now


def stores_with_errands(database: Database, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Ids and addresses of the stores that something is to be done at."""
    with database.reading() as session:
        return bridges.stores_with_errands(session, now, limit)


def run_errand(
    database: Database, cipher: Cipher, shops: Shops, now: datetime, store_id: str, *, public_url: str
) -> None:
    """Do what was asked of one store; a fault holds up no other, and its lease brings it up again."""
    try:
        _run(database, cipher, shops, now, store_id, public_url=public_url)
    except ReceiverError as error:
        log.warning("errand not done", store_id=store_id, error=str(error))
    except Exception:  # the edge
        log.exception("errand not done", store_id=store_id)


def _run(
    database: Database, cipher: Cipher, shops: Shops, now: datetime, store_id: str, *, public_url: str
) -> None:
    with database.reading() as session:
        store, bridge = stores.get_store(session, store_id), bridges.bridge_of(session, store_id)
    if bridge is None:
        return
    if store.disconnected_at is not None:
        finish_leaving(database, cipher, shops, now, store_id)
        return
    if bridge.rotation is not None:
        finish_rotation(database, cipher, shops, now, store_id)
    if bridge.look_asked_at is not None:
        reconcile_store(database, cipher, shops, now, store_id, public_url=public_url)
