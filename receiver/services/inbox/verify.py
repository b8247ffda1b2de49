"""Whether a call carries a store's signature, and the delivery it then is: on arrival or from quarantine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from receiver.domain.deliveries import DeliveryReason, identity
from receiver.domain.limits import LARGEST_BODY, LONGEST_HEADER_VALUE, TOO_LARGE
from receiver.errors import ReceiverError
from receiver.integrations.woocommerce.events import OURS
from receiver.integrations.woocommerce.signature import signing_key, verify
from receiver.storage.cipher import Cipher
from receiver.storage.inbox import NewDelivery
from receiver.storage.webhook_endpoints import ResolvedEndpoint

SOURCE = "woocommerce"
MOST_KEYS = 10_000  # opened secrets kept at hand
LONGEST_HEADER = 100
# Named one by one: beside a sender's credentials, granian's environ holds the process's own variables, and
# HTTP_PROXY among them looks like a header.
KEPT_HEADERS = (
    *("host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"),
    *(f"x-wc-webhook-{name}" for name in ("source", "topic", "resource", "event")),
    *(f"x-wc-webhook-{name}" for name in ("signature", "id", "delivery-id")),
    *("tiktok-signature", "x-open-signature"),
)
PLAIN = re.compile(f"[!-~]{{1,{LONGEST_HEADER}}}")

Headers = Mapping[str, str]  # names in lower case


class Verifier:
    """Checks signatures over raw bytes with the secrets of an address."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._key = lru_cache(MOST_KEYS)(self._opened)

    def problem(self, address: ResolvedEndpoint, headers: Headers, raw: bytes) -> str | None:
        """Why the bytes are not shown to be the store's; None when they are. Raises ReceiverError.

        A secret that can no longer be read is a fault of ours, and not the store's.
        """
        signature = headers.get("x-wc-webhook-signature")
        if not signature:
            return "no signature"
        keys = [self._key(sealed) for sealed in address.sealed]
        if verify(raw, signature, filter(None, keys)):
            return None
        if None in keys:
            raise ReceiverError("a signing secret was sealed with a key that SECRET_KEYS no longer has")
        return "wrong signature"

    def _opened(self, sealed: str) -> bytes | None:
        """The key to verify with; None where it can no longer be read."""
        try:
            return signing_key(self._cipher.decrypt(sealed))
        except ReceiverError:
            return None


def new_delivery(address: ResolvedEndpoint, headers: Headers, raw: bytes, at: datetime) -> NewDelivery:
    """Build the inbox row of a call that arrived `at`; its body only where we read it, or a small one."""
    webhook_id, delivery_id = (headers.get(f"x-wc-webhook-{name}") for name in ("id", "delivery-id"))
    body_sha256 = hashlib.sha256(raw).hexdigest()
    topic = address.topic or plain_header(headers.get("x-wc-webhook-topic"))
    is_ours = topic in OURS
    is_kept = is_ours and len(raw) <= LARGEST_BODY
    return NewDelivery(
        identity=identity(SOURCE, address.store_id, webhook_id, delivery_id, body_sha256),
        source=SOURCE,
        store_id=address.store_id,
        hook_id=address.hook_id,
        topic=topic,
        webhook_id=plain_header(webhook_id),
        delivery_id=plain_header(delivery_id),
        headers=kept_headers(headers),
        body=raw if is_kept else None,
        body_sha256=body_sha256,
        received_at=at,
        body_bytes=len(raw),
        reason=DeliveryReason.TOO_LARGE if is_ours and not is_kept else None,
        error=TOO_LARGE if is_ours and not is_kept else None,
    )


def kept_headers(headers: Headers) -> list[list[str]]:
    """Enough to verify the bytes anew, and no more; PostgreSQL's text takes no NUL."""
    kept = ((name, headers[name].replace("\0", "")) for name in KEPT_HEADERS if name in headers)
    return [[name, value[:LONGEST_HEADER_VALUE]] for name, value in kept]


def plain_header(header: str | None) -> str | None:
    """A header as it may stand in a row and a log: short, printable ASCII."""
    if header and PLAIN.fullmatch(header):  # nearly always, and quick
        return header
    kept = "".join(char for char in header or "" if "!" <= char <= "~")[:LONGEST_HEADER]
    return kept or None
