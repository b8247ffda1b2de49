"""New secrets for the webhooks that this service created, without losing a delivery meanwhile."""

from __future__ import annotations

from datetime import timedelta

from receiver.domain.audit import AuditAction
from receiver.errors import InputError, ShopError
from receiver.services.connections.ports import open_store
from receiver.services.connections.reconcile import LEASE, WITHIN
from receiver.services.context import ServiceContext
from receiver.services.stores.credentials import new_secret
from receiver.services.stores.rotate_secret import LONGEST_OVERLAP
from receiver.storage import audit, connections, stores, webhook_endpoints


def request_rotation(context: ServiceContext, store_id: str, *, overlap_hours: int, actor: str) -> bool:
    """Request a rotation of the secrets at the store; return whether there are keys to do so.

    `overlap_hours`: how long the old secrets verify. Raises NotFound and InputError.
    """
    _check_overlap(overlap_hours)
    with context.database.writing() as session:
        stores.get_store(session, store_id)
        connection = connections.find_connection(session, store_id, locked=True)
        if connection is None:  # its webhooks were made by hand
            return False
        connection.rotation = {"overlap_hours": overlap_hours, "actor": actor}
        return True


def finish_rotation(context: ServiceContext, store_id: str) -> None:
    """Run a requested rotation once; that a store refuses it is recorded in the audit log."""
    now = context.now()
    with context.database.writing() as session:
        connection = connections.claim_connection(session, store_id, now, LEASE)
        rotation = connection.rotation if connection else None
    if rotation is None:
        return
    trouble = None
    try:
        rotate_webhook_secrets(context, store_id, **rotation)
    except ShopError as error:
        trouble = error.trouble
    with context.database.writing() as session:
        connection = connections.find_connection(session, store_id, locked=True)
        if connection is not None:
            connection.rotation = connection.lease_until = None
            connection.trouble = trouble or connection.trouble
        if trouble is not None:
            detail = {"trouble": trouble}
            audit.record(session, now, rotation["actor"], AuditAction.SECRETS_NOT_ROTATED, store_id, detail)


def rotate_webhook_secrets(
    context: ServiceContext, store_id: str, *, overlap_hours: int, actor: str
) -> list[str]:
    """Rotate the secrets of the webhooks we created; return the topics whose secret is new.

    The old secret verifies until the overlap is over. Both verify before the store is told, and the old one
    ends only after it was: whatever falls in between, what the store signs is verified. Raises ShopError,
    NotFound and InputError.
    """
    _check_overlap(overlap_hours)
    now = context.now()
    with context.database.reading() as session:
        stores.get_store(session, store_id)
        connection = connections.find_connection(session, store_id)
        if connection is None:  # its webhooks were made by hand
            return []
        created = [
            (endpoint.id, endpoint.topic, endpoint.webhook_id)
            for endpoint in webhook_endpoints.created_endpoints(session, store_id)
        ]
    shop = open_store(context.for_seconds(WITHIN), connection)
    topics = []
    for endpoint_id, topic, webhook_id in created:
        if webhook_id is None or topic is None:
            continue
        secret = new_secret()
        with context.database.writing() as session:
            before = webhook_endpoints.newest_secret(session, endpoint_id)
            webhook_endpoints.add_secret(session, endpoint_id, context.cipher.encrypt(secret), now)
        shop.change_secret(webhook_id, secret)
        with context.database.writing() as session:
            if before is not None:
                webhook_endpoints.end_older_secrets(
                    session, endpoint_id, before.id, now + timedelta(hours=overlap_hours)
                )
            detail = {"topic": topic, "overlap_hours": overlap_hours}
            audit.record(session, now, actor, AuditAction.STORES_ROTATE_SECRET, store_id, detail)
        topics.append(topic)
    return topics


def _check_overlap(hours: int) -> None:
    if not 0 <= hours <= LONGEST_OVERLAP:
        raise InputError(f"must be 0 to {LONGEST_OVERLAP} hours", path="overlap")
