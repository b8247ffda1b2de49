"""Re-checks the hash and the signature of a stored delivery."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.errors import ReceiverError
from receiver.services.inbox.tiktok_webhooks import SOURCE as TIKTOK
from receiver.services.inbox.tiktok_webhooks import WebhookScheme, verification_error
from receiver.services.inbox.verify import Verifier
from receiver.storage import webhook_endpoints
from receiver.storage.cipher import Cipher
from receiver.storage.tables import Delivery, WebhookSecret
from receiver.storage.webhook_endpoints import ResolvedEndpoint

SIGNATURE = "x-wc-webhook-signature"


class VerificationStatus(StrEnum):
    """What a check of the kept bytes says now."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not verified"
    UNKNOWN = "unknown"  # bytes, signature or secret are not there to check with


class SecretVersion(StrEnum):
    """A secret among those its webhook ever had."""

    CURRENT = "current"
    PREVIOUS = "previous"  # replaced, and valid for a while beside the current one
    ENDED = "ended"


@dataclass(frozen=True)
class SignatureCheck:
    """Whether a secret valid now signed it; and which did, valid or not, if one is found that did."""

    proof: VerificationStatus
    secret: SecretVersion | None = None
    until: datetime | None = None  # when that secret ends or ended


def body_hash(delivery: Delivery) -> VerificationStatus:
    if delivery.body is None:
        return VerificationStatus.UNKNOWN
    same = hashlib.sha256(delivery.body).hexdigest() == delivery.body_sha256
    return VerificationStatus.VERIFIED if same else VerificationStatus.NOT_VERIFIED


def signature(
    session: Session, cipher: Cipher, now: datetime, delivery: Delivery, tiktok_secret: str
) -> SignatureCheck:
    headers = dict(delivery.headers)
    if delivery.source == TIKTOK:
        if delivery.body is None or not tiktok_secret:
            return SignatureCheck(VerificationStatus.UNKNOWN)
        problem = verification_error(
            WebhookScheme(delivery.topic or ""), tiktok_secret, headers, delivery.body
        )
        return (
            SignatureCheck(VerificationStatus.VERIFIED, SecretVersion.CURRENT)
            if problem is None
            else SignatureCheck(VerificationStatus.NOT_VERIFIED)
        )
    secrets = webhook_endpoints.secrets_of(session, delivery.hook_id or "")
    if delivery.body is None or SIGNATURE not in headers:
        return SignatureCheck(VerificationStatus.UNKNOWN)
    verifier = Verifier(cipher)
    told = [_check(verifier, delivery, headers, delivery.body, secret) for secret in secrets]
    signer = next((place for place, proof in enumerate(told) if proof is VerificationStatus.VERIFIED), None)
    of_valid = {proof for proof, secret in zip(told, secrets, strict=True) if _is_valid(secret, now)}
    if VerificationStatus.VERIFIED in of_valid:
        proof = VerificationStatus.VERIFIED
    else:
        proof = (
            VerificationStatus.NOT_VERIFIED
            if of_valid == {VerificationStatus.NOT_VERIFIED}
            else VerificationStatus.UNKNOWN
        )
    if signer is None:
        return SignatureCheck(proof)
    return SignatureCheck(proof, _which(secrets, signer, now), secrets[signer].valid_until)


def _check(
    verifier: Verifier, delivery: Delivery, headers: dict[str, str], body: bytes, secret: WebhookSecret
) -> VerificationStatus:
    """By this secret alone."""
    sealed = (secret.secret_sealed,)
    address = ResolvedEndpoint(
        delivery.store_id or "", secret.hook_id, delivery.topic, connected=True, sealed=sealed
    )
    try:
        problem = verifier.problem(address, headers, body)
    except ReceiverError:  # a secret nobody can read any more
        return VerificationStatus.UNKNOWN
    return VerificationStatus.VERIFIED if problem is None else VerificationStatus.NOT_VERIFIED


def _which(secrets: Sequence[WebhookSecret], place: int, now: datetime) -> SecretVersion:
    if not _is_valid(secrets[place], now):
        return SecretVersion.ENDED
    return SecretVersion.PREVIOUS if place else SecretVersion.CURRENT


def _is_valid(secret: WebhookSecret, now: datetime) -> bool:
    return secret.valid_until is None or secret.valid_until > now
