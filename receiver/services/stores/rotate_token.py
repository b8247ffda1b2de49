"""Rotates the status token of a store."""

from __future__ import annotations

from receiver.domain.audit import AuditAction
from receiver.services.context import ServiceContext
from receiver.services.stores.credentials import new_token
from receiver.storage import audit, stores
from receiver.storage.cipher import token_hash


def rotate_token(context: ServiceContext, store_id: str, *, actor: str) -> str:
    """Replace the status token of a store and return the new one. Raises NotFound."""
    now = context.now()
    token = new_token()
    with context.database.writing() as session:
        stores.get_store(session, store_id, locked=True).status_token_hash = token_hash(token)
        audit.record(session, now, actor, AuditAction.STORES_ROTATE_TOKEN, store_id, {})
    return token
