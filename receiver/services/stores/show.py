"""Shows a store."""

from __future__ import annotations

from receiver.services.records import record_of
from receiver.services.stores.records import StoreRecord
from receiver.storage import stores
from receiver.storage.database import Database


def show_store(database: Database, store_id: str) -> StoreRecord:
    """Return a store. Raises NotFound."""
    with database.reading() as session:
        return record_of(StoreRecord, stores.get_store(session, store_id))
