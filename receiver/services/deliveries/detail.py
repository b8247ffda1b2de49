"""One delivery in full: its attempts, whether its bytes still prove themselves, and its body to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receiver.documents.redaction import redacted
from receiver.errors import InputError, Refused
from receiver.services.context import ServiceContext
from receiver.services.deliveries.signature_check import (
    SignatureCheck,
    VerificationStatus,
    body_hash,
    signature,
)
from receiver.storage import audit, deliveries
from receiver.storage.database import Database
from receiver.storage.tables import Attempt, Delivery
from receiver.strict_json import read_json


@dataclass(frozen=True)
class DeliveryDetail:
    """A delivery with its body, and what can be said about it."""

    delivery: Delivery
    attempts: Sequence[Attempt]
    body_hash: VerificationStatus  # do the bytes still match body_sha256
    signature: SignatureCheck


def delivery_detail(context: ServiceContext, delivery_id: int) -> DeliveryDetail:
    """Raises NotFound."""
    secret = context.settings.tiktok_app_secret
    with context.database.reading() as session:
        delivery = deliveries.get_delivery(session, delivery_id)
        return DeliveryDetail(
            delivery,
            deliveries.attempts(session, delivery_id),
            body_hash(delivery),
            signature(session, context.cipher, context.now(), delivery, secret),
        )


def redacted_body(delivery: Delivery) -> tuple[Any, list[str]]:
    """Its JSON without secrets and people, and where something was hidden. Raises Refused."""
    try:
        return redacted(read_json(_kept_body(delivery), path="body"))
    except InputError as error:
        raise Refused(f"delivery {delivery.id} is shown only as raw bytes: {error}") from error


def raw_body(database: Database, now: datetime, delivery_id: int, *, actor: str) -> bytes:
    """Exactly what was received; who looked is audited. Raises NotFound and Refused."""
    with database.writing() as session:
        delivery = deliveries.get_delivery(session, delivery_id)
        raw = _kept_body(delivery)
        detail = {"bytes": len(raw), "body_sha256": delivery.body_sha256}
        audit.record(session, now, actor, "delivery read raw", f"delivery {delivery_id}", detail)
    return raw


def _kept_body(delivery: Delivery) -> bytes:
    if delivery.body is None:
        raise Refused(f"the body of delivery {delivery.id} was dropped")
    return delivery.body
