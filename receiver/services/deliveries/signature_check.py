"""The re-check of the hash and the signature of a stored delivery."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.errors import ReceiverError
from receiver.integrations.providers import PROVIDERS
from receiver.services.inbox.verify import SignedCall, Verifier, app_call_problem
from receiver.storage import webhook_endpoints
from receiver.storage.cipher import Cipher
from receiver.storage.tables import Delivery, WebhookSecret


class VerificationStatus(StrEnum):
    """The result of checking stored bytes again."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not verified"
    UNKNOWN = "unknown"  # bytes, signature or secret are missing


class SecretVersion(StrEnum):
    """The status of a secret among all that its webhook ever had."""

    CURRENT = "current"
    PREVIOUS = "previous"  # replaced, and valid for a while beside the current one
    ENDED = "ended"


@dataclass(frozen=True)
class SignatureCheck:
    """The result of a re-check: whether a secret valid now signed, and which secret did, if one is known."""

    proof: VerificationStatus
    secret: SecretVersion | None = None
    until: datetime | None = None  # when that secret ends or ended


def body_hash(delivery: Delivery) -> VerificationStatus:
    """Re-check the hash of a stored delivery."""
    if delivery.body is None:
        return VerificationStatus.UNKNOWN
    same = hashlib.sha256(delivery.body).hexdigest() == delivery.body_sha256
    return VerificationStatus.VERIFIED if same else VerificationStatus.NOT_VERIFIED


def signature(
    session: Session, cipher: Cipher, now: datetime, delivery: Delivery, app_secrets: Mapping[str, str]
) -> SignatureCheck:
    """Re-check the signature of stored bytes with all secrets that their sender ever had."""
    provider, headers = PROVIDERS[delivery.source], dict(delivery.headers)
    is_signed = any(name in headers for name in provider.signature_headers)
    if delivery.body is None or not is_signed:
        return SignatureCheck(VerificationStatus.UNKNOWN)
    call = SignedCall(provider, delivery.topic, headers, delivery.body, delivery.store_id, delivery.hook_id)
    if not provider.is_per_store:
        return _by_app_secret(call, app_secrets.get(provider.source))
    secrets = webhook_endpoints.secrets_of(session, delivery.hook_id or "")
    verifier = Verifier(cipher)
    checks = [_check(verifier, call, secret) for secret in secrets]
    signer = next((place for place, proof in enumerate(checks) if proof is VerificationStatus.VERIFIED), None)
    of_valid = {proof for proof, secret in zip(checks, secrets, strict=True) if _is_valid(secret, now)}
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


def _by_app_secret(call: SignedCall, secret: str | None) -> SignatureCheck:
    if not secret:
        return SignatureCheck(VerificationStatus.UNKNOWN)
    if app_call_problem(call, secret) is None:
        return SignatureCheck(VerificationStatus.VERIFIED, SecretVersion.CURRENT)
    return SignatureCheck(VerificationStatus.NOT_VERIFIED)


def _check(verifier: Verifier, call: SignedCall, secret: WebhookSecret) -> VerificationStatus:
    """Check the signature with this secret alone."""
    try:
        problem = verifier.problem(call, [secret.secret_encrypted])
    except ReceiverError:  # a secret whose key is no longer in SECRET_KEYS
        return VerificationStatus.UNKNOWN
    return VerificationStatus.VERIFIED if problem is None else VerificationStatus.NOT_VERIFIED


def _which(secrets: Sequence[WebhookSecret], place: int, now: datetime) -> SecretVersion:
    if not _is_valid(secrets[place], now):
        return SecretVersion.ENDED
    return SecretVersion.PREVIOUS if place else SecretVersion.CURRENT


def _is_valid(secret: WebhookSecret, now: datetime) -> bool:
    return secret.valid_until is None or secret.valid_until > now
