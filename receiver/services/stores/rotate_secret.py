"""Rotates the secret of a webhook made by hand."""

from __future__ import annotations

from datetime import timedelta

from receiver.domain.audit import AuditAction
from receiver.errors import InputError
from receiver.services.context import ServiceContext
from receiver.services.stores.credentials import new_secret
from receiver.services.stores.details import validate_secret
from receiver.storage import audit, stores, webhook_endpoints

LONGEST_OVERLAP = 24 * 30  # hours


def rotate_secret(
    context: ServiceContext,
    store_id: str,
    *,
    actor: str,
    overlap_hours: int = 24,
    webhook_secret: str | None = None,
) -> str:
    """Set a new secret of a webhook made by hand and return it; the old one is valid until the overlap ends.

    Raises NotFound and InputError.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP:
        raise InputError(f"must be 0 to {LONGEST_OVERLAP} hours", path="overlap")
    secret = new_secret() if webhook_secret is None else validate_secret(webhook_secret)
    now = context.now()
    with context.database.writing() as session:
        stores.get_store(session, store_id, locked=True)
        webhook_endpoints.end_secrets(session, store_id, now + timedelta(hours=overlap_hours))
        webhook_endpoints.add_secret(session, store_id, context.cipher.encrypt(secret), now)
        detail = {"overlap_hours": overlap_hours}
        audit.record(session, now, actor, AuditAction.STORES_ROTATE_SECRET, store_id, detail)
    return secret
