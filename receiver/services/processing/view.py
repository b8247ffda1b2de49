"""One delivery in full: its attempts, whether its bytes still prove themselves, and its body to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from receiver.documents.redaction import redacted
from receiver.errors import InputError, ReceiverError, Refused
from receiver.services.receiving.tiktok_calls import SOURCE as TIKTOK
from receiver.services.receiving.tiktok_calls import Scheme, problem_of
from receiver.services.receiving.verify import Verifier
from receiver.storage import audit, deliveries, hooks
from receiver.storage.database import Database, driver_of
from receiver.storage.seal import Seal
from receiver.storage.tables import Attempt, Delivery
from receiver.strict_json import read_json

SIGNATURE = "x-wc-webhook-signature"


class Proof(StrEnum):
    """What a check of the kept bytes says now."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not verified"
    UNKNOWN = "unknown"  # bytes, signature or secret are not there to check with


@dataclass(frozen=True)
class Viewed:
    """A delivery with its body, and what can be said about it."""

    delivery: Delivery
    attempts: Sequence[Attempt]
    body_hash: Proof  # do the bytes still match body_sha256
    signature: Proof  # does it verify with the secrets that are valid now


def view(
    database: Database, seal: Seal, now: datetime, delivery_id: int, *, tiktok_secret: str = ""
) -> Viewed:
    """Raises NotFound."""
    with database.reading() as session:
        delivery = deliveries.known_delivery(session, delivery_id)
        return Viewed(
            delivery,
            deliveries.attempts(session, delivery_id),
            _body_hash(delivery),
            _signature(session, seal, now, delivery, tiktok_secret),
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
        delivery = deliveries.known_delivery(session, delivery_id)
        raw = _kept_body(delivery)
        detail = {"bytes": len(raw), "body_sha256": delivery.body_sha256}
        audit.record(session, now, actor, "delivery read raw", f"delivery {delivery_id}", detail)
    return raw


def _kept_body(delivery: Delivery) -> bytes:
    if delivery.body is None:
        raise Refused(f"the body of delivery {delivery.id} was dropped")
    return delivery.body


def _body_hash(delivery: Delivery) -> Proof:
    if delivery.body is None:
        return Proof.UNKNOWN
    same = hashlib.sha256(delivery.body).hexdigest() == delivery.body_sha256
    return Proof.VERIFIED if same else Proof.NOT_VERIFIED


def _signature(session: Session, seal: Seal, now: datetime, delivery: Delivery, tiktok_secret: str) -> Proof:
    headers = dict(delivery.headers)
    if delivery.source == TIKTOK:
        if delivery.body is None or not tiktok_secret:
            return Proof.UNKNOWN
        problem = problem_of(Scheme(delivery.topic or ""), tiktok_secret, headers, delivery.body)
        return Proof.VERIFIED if problem is None else Proof.NOT_VERIFIED
    hook_id = delivery.hook_id or ""
    address = hooks.find_addresses(driver_of(session), [hook_id], now).get(hook_id)
    if delivery.body is None or SIGNATURE not in headers or address is None or not address.sealed:
        return Proof.UNKNOWN
    try:
        problem = Verifier(seal).problem(address, headers, delivery.body)
    except ReceiverError:  # a secret nobody can read any more
        return Proof.UNKNOWN
    return Proof.VERIFIED if problem is None else Proof.NOT_VERIFIED
