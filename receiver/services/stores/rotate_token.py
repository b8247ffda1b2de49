"""Rotates the status token of a store."""

from __future__ import annotations

from datetime import datetime

from receiver.domain.audit import AuditAction
from receiver.services.stores.credentials import new_token
from receiver.storage import audit, stores
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database


def rotate_token(database: Database, now: datetime, store_id: str, *, actor: str) -> str:
    """Replace the status token of a store and return the new one. Raises NotFound."""
    token = new_token()
    with database.writing() as session:
        stores.get_store(session, store_id, locked=True).status_token_hash = token_hash(token)
        audit.record(session, now, actor, AuditAction.STORES_ROTATE_TOKEN, store_id, {})
    return token
