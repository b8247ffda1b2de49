"""Finds the store that a status token belongs to."""

from __future__ import annotations

from receiver.storage import stores
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database


def store_for_token(database: Database, token: str) -> str:
    """Return the id of the store that a status token belongs to. Raises NotFound."""
    with database.reading() as session:
        return stores.store_of_token(session, token_hash(token)).id
