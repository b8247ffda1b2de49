"""The detail of a delivery: its attempts, the re-check of its hash and signature, and its redacted body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from receiver.documents.redaction import redact
from receiver.domain.audit import AuditAction
from receiver.errors import InputError, Refused
from receiver.services.context import ServiceContext
from receiver.services.deliveries.search import DeliverySummary
from receiver.services.deliveries.signature_check import (
    SignatureCheck,
    VerificationStatus,
    body_hash,
    signature,
)
from receiver.services.records import record_of
from receiver.storage import audit, deliveries, store_names
from receiver.strict_json import read_json


@dataclass(frozen=True)
class DeliveryAttempt:
    """An attempt to process a delivery, and its outcome."""

    at: datetime
    actor: str
    outcome: str
    error: str | None
    replay_id: int | None


@dataclass(frozen=True)
class DeliveryDetail:
    """A delivery with its headers, body and attempts, and the checks of its bytes."""

    delivery: DeliverySummary
    headers: Sequence[tuple[str, str]]
    body: bytes | None = field(repr=False)  # None: dropped
    attempts: Sequence[DeliveryAttempt]
    body_hash: VerificationStatus  # whether the bytes still match body_sha256
    signature: SignatureCheck


def delivery_detail(context: ServiceContext, delivery_id: int) -> DeliveryDetail:
    """Return a delivery with its attempts, re-checked hash and signature, and body. Raises NotFound."""
    with context.database.reading() as session:
        delivery = deliveries.get_delivery(session, delivery_id)
        return DeliveryDetail(
            DeliverySummary.of(delivery, store_names.names_of(session, [delivery.store_id])),
            [(name, value) for name, value in delivery.headers],
            delivery.body,
            [record_of(DeliveryAttempt, attempt) for attempt in deliveries.attempts(session, delivery_id)],
            body_hash(delivery),
            signature(session, context.cipher, context.now(), delivery, context.settings.app_secrets),
        )


def redacted_body(detail: DeliveryDetail) -> tuple[Any, list[str]]:
    """Return the redacted JSON of a delivery, and the paths of what is hidden. Raises Refused."""
    number = detail.delivery.id
    try:
        return redact(read_json(_require_body(number, detail.body), path="body"))
    except InputError as error:
        raise Refused(f"delivery {number} is shown only as raw bytes: {error}") from error


def raw_body(context: ServiceContext, delivery_id: int, *, actor: str) -> bytes:
    """Return the body exactly as received, and record in the audit log who read it.

    Raises NotFound for an unknown delivery, and Refused where the body was deleted.
    """
    now = context.now()
    with context.database.writing() as session:
        delivery = deliveries.get_delivery(session, delivery_id)
        raw = _require_body(delivery_id, delivery.body)
        detail = {"bytes": len(raw), "body_sha256": delivery.body_sha256}
        audit.record(session, now, actor, AuditAction.DELIVERY_READ_RAW, f"delivery {delivery_id}", detail)
    return raw


def _require_body(delivery_id: int, body: bytes | None) -> bytes:
    if body is None:
        raise Refused(f"the body of delivery {delivery_id} was dropped")
    return body
