"""Whether the kept bytes of a delivery still prove themselves, and by which of the secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.errors import ReceiverError
from receiver.services.receiving.tiktok_calls import SOURCE as TIKTOK
from receiver.services.receiving.tiktok_calls import Scheme, problem_of
from receiver.services.receiving.verify import Verifier
from receiver.storage import hooks
from receiver.storage.hooks import Address
from receiver.storage.seal import Seal
from receiver.storage.tables import Delivery, HookSecret

SIGNATURE = "x-wc-webhook-signature"


class Proof(StrEnum):
    """What a check of the kept bytes says now."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not verified"
    UNKNOWN = "unknown"  # bytes, signature or secret are not there to check with


class Which(StrEnum):
    """A secret among those its webhook ever had."""

    CURRENT = "current"
    PREVIOUS = "previous"  # replaced, and valid for a while beside the current one
    ENDED = "ended"


@dataclass(frozen=True)
class Signed:
    """Whether a secret valid now signed it; and which did, valid or not, if one is found that did."""

    proof: Proof
    secret: Which | None = None
    until: datetime | None = None  # when that secret ends or ended


def body_hash(delivery: Delivery) -> Proof:
    if delivery.body is None:
        return Proof.UNKNOWN
    same = hashlib.sha256(delivery.body).hexdigest() == delivery.body_sha256
    return Proof.VERIFIED if same else Proof.NOT_VERIFIED


def signature(session: Session, seal: Seal, now: datetime, delivery: Delivery, tiktok_secret: str) -> Signed:
    headers = dict(delivery.headers)
    if delivery.source == TIKTOK:
        if delivery.body is None or not tiktok_secret:
            return Signed(Proof.UNKNOWN)
        problem = problem_of(Scheme(delivery.topic or ""), tiktok_secret, headers, delivery.body)
        return Signed(Proof.VERIFIED, Which.CURRENT) if problem is None else Signed(Proof.NOT_VERIFIED)
    secrets = hooks.secrets_of(session, delivery.hook_id or "")
    if delivery.body is None or SIGNATURE not in headers:
        return Signed(Proof.UNKNOWN)
    verifier = Verifier(seal)
    told = [_check(verifier, delivery, headers, delivery.body, secret) for secret in secrets]
    signer = next((place for place, proof in enumerate(told) if proof is Proof.VERIFIED), None)
    of_valid = {proof for proof, secret in zip(told, secrets, strict=True) if _is_valid(secret, now)}
    if Proof.VERIFIED in of_valid:
        proof = Proof.VERIFIED
    else:
        proof = Proof.NOT_VERIFIED if of_valid == {Proof.NOT_VERIFIED} else Proof.UNKNOWN
    if signer is None:
        return Signed(proof)
    return Signed(proof, _which(secrets, signer, now), secrets[signer].valid_until)


def _check(
    verifier: Verifier, delivery: Delivery, headers: dict[str, str], body: bytes, secret: HookSecret
) -> Proof:
    """By this secret alone."""
    sealed = (secret.secret_sealed,)
    address = Address(delivery.store_id or "", secret.hook_id, delivery.topic, connected=True, sealed=sealed)
    try:
        problem = verifier.problem(address, headers, body)
    except ReceiverError:  # a secret nobody can read any more
        return Proof.UNKNOWN
    return Proof.VERIFIED if problem is None else Proof.NOT_VERIFIED


def _which(secrets: Sequence[HookSecret], place: int, now: datetime) -> Which:
    if not _is_valid(secrets[place], now):
        return Which.ENDED
    return Which.PREVIOUS if place else Which.CURRENT


def _is_valid(secret: HookSecret, now: datetime) -> bool:
    return secret.valid_until is None or secret.valid_until > now
