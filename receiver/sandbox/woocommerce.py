"""Sends what a WooCommerce store sends, header for header and byte for byte, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

AGENT = "WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)"
SECONDS = 10.0
WRITTEN = {
    "&": "&amp;|&#0*38;|&#[xX]0*26;",
    "<": "&lt;|&#0*60;",
    ">": "&gt;|&#0*62;",
    '"': "&quot;|&#0*34;|&#[xX]0*22;",
    "'": "&#0*39;|&#[xX]0*27;",
}
ENTITIES = re.compile("|".join(WRITTEN.values()))


@dataclass(frozen=True)
class Webhook:
    """A webhook as the store keeps it."""

    url: str  # where it delivers to
    secret: str
    id: int
    home_url: str


def deliver(webhook: Webhook, topic: str, payload: Any) -> int:
    """Deliver one event and answer the HTTP status. Raises OSError or HTTPException; never tries again."""
    body = wordpress_json(payload)
    resource, event = topic.split(".", 1)
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": webhook.home_url,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(webhook.secret, body),
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": secrets.token_hex(16),
    }
    return _post(webhook.url, headers, body)


def ping(webhook: Webhook) -> int:
    """What the store sends first, while the webhook is being made: unsigned, and no event."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _post(webhook.url, headers, f"webhook_id={webhook.id}".encode())


def wordpress_json(payload: Any) -> bytes:
    r"""JSON as PHP writes it: pure ASCII, `/` as `\/`, no spaces."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(secret: str, body: bytes) -> str:
    """With the secret as WordPress decodes it: these entities, once, and no others."""
    key = ENTITIES.sub(lambda found: _decoded(found[0]), secret)
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def _decoded(entity: str) -> str:
    return next(character for character, written in WRITTEN.items() if re.fullmatch(written, entity))


def _post(url: str, headers: dict[str, str], body: bytes) -> int:
    """In WooCommerce's order and spelling, which an HTTP library of the usual kind would change."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.putrequest("POST", parts.path, skip_host=True, skip_accept_encoding=True)
        first = {
            "Host": parts.netloc,
            "User-Agent": AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "deflate, gzip, br, zstd",
        }
        last = {"Connection": "close", "Content-Length": str(len(body))}
        for name, value in {**first, **headers, **last}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return connection.getresponse().status
    finally:
        connection.close()
