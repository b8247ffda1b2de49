"""Verifies the signature of a call, and builds its delivery."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from receiver.domain.deliveries import DeliveryReason, identity
from receiver.domain.limits import LARGEST_BODY, LONGEST_HEADER_VALUE, TOO_LARGE
from receiver.errors import ReceiverError
from receiver.integrations.providers import PROVIDERS, Headers, Provider
from receiver.storage.cipher import Cipher
from receiver.storage.inbox import NewDelivery
from receiver.storage.webhook_endpoints import ResolvedEndpoint

MOST_KEYS = 10_000  # decrypted secrets in the cache
LONGEST_HEADER = 100
# An allow list: beside a sender's credentials, granian's environ holds the process's own variables, and
# HTTP_PROXY among them looks like a header.
KEPT_HEADERS = (
    *("host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"),
    *(name for provider in PROVIDERS.values() for name in provider.headers),
)
PLAIN = re.compile(f"[!-~]{{1,{LONGEST_HEADER}}}")


# Not frozen: that takes several times as long to build, and there is one for each call.
@dataclass(slots=True, repr=False)
class SignedCall:
    """A call to an address: all that its signature and its identity depend on."""

    provider: Provider
    topic: str | None  # None: neither address nor headers name one
    headers: Headers
    raw: bytes
    store_id: str | None = None  # None: of a provider that serves all stores
    hook_id: str | None = None

    @classmethod
    def to_endpoint(
        cls, provider: Provider, endpoint: ResolvedEndpoint, headers: Headers, raw: bytes
    ) -> SignedCall:
        """Return a call to a store's endpoint; that of a webhook made by hand has its topic in a header."""
        header = headers.get(provider.topic_header) if provider.topic_header else None
        topic = endpoint.topic or plain_header(header)
        return cls(provider, topic, headers, raw, endpoint.store_id, endpoint.hook_id)


class Verifier:
    """Verifies signatures over raw bytes with the secrets of an endpoint, which it caches decrypted."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._key = lru_cache(MOST_KEYS)(self._decrypt_key)

    def problem(self, call: SignedCall, encrypted: Sequence[str]) -> str | None:
        """Return why a call's signature cannot be verified; None when it is valid.

        Raises ReceiverError where a secret can no longer be decrypted, which is a fault of ours.
        """
        provider = call.provider
        keys = [self._key(provider, secret) for secret in encrypted]
        readable = [key for key in keys if key is not None]
        problem = provider.verification_error(call.topic, call.headers, call.raw, readable, None)
        if problem is not None and None in keys and is_signed(provider, call.headers):
            raise ReceiverError("a signing secret was encrypted with a key that SECRET_KEYS no longer has")
        return problem

    def _decrypt_key(self, provider: Provider, encrypted: str) -> bytes | None:
        """Return the key to verify with; None where it can no longer be decrypted."""
        try:
            return provider.signing_key(self._cipher.decrypt(encrypted))
        except ReceiverError:
            return None


def is_signed(provider: Provider, headers: Headers) -> bool:
    """Return whether the headers carry a signature, valid or not."""
    return not headers.keys().isdisjoint(provider.signature_headers)


def app_call_problem(call: SignedCall, secret: str, now: datetime | None = None) -> str | None:
    """Return why a call of a provider with one secret cannot be verified; None when it is valid.

    Without `now` its age is not checked.
    """
    keys = [call.provider.signing_key(secret)]
    return call.provider.verification_error(call.topic, call.headers, call.raw, keys, now)


def new_delivery(call: SignedCall, at: datetime, request_id: str | None = None) -> NewDelivery:
    """Build the delivery of a call that arrived `at`, with its body only where its topic is one of ours.

    A store's body is kept up to LARGEST_BODY bytes.
    """
    provider, raw = call.provider, call.raw
    ids = [call.headers.get(name) for name in provider.identity_headers]
    webhook_id, delivery_id = map(plain_header, ids) if ids else (None, None)
    body_sha256 = hashlib.sha256(raw).hexdigest()
    is_read = call.topic in provider.topics
    is_kept = is_read and (not provider.is_per_store or len(raw) <= LARGEST_BODY)
    return NewDelivery(
        identity=identity(provider.source, call.store_id or call.topic, *ids, body_sha256),
        source=provider.source,
        store_id=call.store_id,
        hook_id=call.hook_id,
        topic=call.topic,
        webhook_id=webhook_id,
        delivery_id=delivery_id,
        headers=kept_headers(call.headers),
        body=raw if is_kept else None,
        body_sha256=body_sha256,
        received_at=at,
        body_bytes=len(raw),
        reason=DeliveryReason.TOO_LARGE if is_read and not is_kept else None,
        error=TOO_LARGE if is_read and not is_kept else None,
        request_id=request_id,
    )


def kept_headers(headers: Headers) -> list[list[str]]:
    """Return the headers needed to verify the bytes again; PostgreSQL's text takes no NUL."""
    return [
        [name, headers[name].replace("\0", "")[:LONGEST_HEADER_VALUE]]
        for name in KEPT_HEADERS
        if name in headers
    ]


def plain_header(header: str | None) -> str | None:
    """Return a header value fit for a row and a log: short, printable ASCII; None for an empty one."""
    if header and PLAIN.fullmatch(header):  # nearly always, and quick
        return header
    text = "".join(char for char in header or "" if "!" <= char <= "~")[:LONGEST_HEADER]
    return text or None
