"""WooCommerce as a sender of webhooks: its headers, its pings, and the verification of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from receiver.integrations.woocommerce.signature import verify

SIGNATURE = "x-wc-webhook-signature"
TOPIC = "x-wc-webhook-topic"
# Within a second two webhooks may carry one delivery id.
IDENTITY = ("x-wc-webhook-id", "x-wc-webhook-delivery-id")
HEADERS = (
    *(f"x-wc-webhook-{name}" for name in ("source", "topic", "resource", "event")),
    *(SIGNATURE, *IDENTITY),
)
FORM = "application/x-www-form-urlencoded"
PING = re.compile(rb"webhook_id=[0-9]{1,20}")


def is_ping(headers: Mapping[str, str], raw: bytes) -> bool:
    """Return whether a call is WooCommerce's test of an address: an unsigned form that proves nothing."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == FORM and PING.fullmatch(raw) is not None


def verification_error(
    topic: str | None, headers: Mapping[str, str], raw: bytes, keys: Sequence[bytes], now: datetime | None
) -> str | None:
    """Return why a call is not proven to be from the store, None if it is. A call carries no time."""
    signature = headers.get(SIGNATURE)
    if not signature:
        return "no signature"
    return None if verify(raw, signature, keys) else "wrong signature"
