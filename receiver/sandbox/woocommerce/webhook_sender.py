"""The requests of a WooCommerce store, header for header and byte for byte, over real HTTP."""

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
from urllib.parse import urlsplit, urlunsplit

AGENT = "WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)"
SECONDS = 10.0
ENTITY_FORMS = {
    "&": "&amp;|&#0*38;|&#[xX]0*26;",
    "<": "&lt;|&#0*60;",
    ">": "&gt;|&#0*62;",
    '"': "&quot;|&#0*34;|&#[xX]0*22;",
    "'": "&#0*39;|&#[xX]0*27;",
}
ENTITIES = re.compile("|".join(ENTITY_FORMS.values()))


@dataclass(frozen=True)
class SandboxWebhook:
    """A webhook as the sender needs it."""

    url: str  # where it delivers to
    secret: str
    id: int
    home_url: str
    agent: str = AGENT


@dataclass(frozen=True)
class Request:
    """A POST request; `headers` are all but `Host`, in their order."""

    headers: dict[str, str]
    body: bytes


def deliver(webhook: SandboxWebhook, topic: str, payload: Any) -> int:
    """Deliver one event and return the HTTP status; never retries.

    Raises OSError or http.client.HTTPException.
    """
    return _send(webhook.url, build_delivery(webhook, topic, payload, secrets.token_hex(16)))


def ping(webhook: SandboxWebhook) -> int:
    """Send the unsigned ping that precedes the deliveries of a new webhook, and return the HTTP status.

    Raises OSError or http.client.HTTPException.
    """
    return _send(webhook.url, build_ping(webhook))


def build_delivery(webhook: SandboxWebhook, topic: str, payload: Any, delivery_id: str) -> Request:
    """Return the signed request that delivers one event."""
    body = wordpress_json(payload)
    resource, _, event = topic.partition(".")
    webhook_headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": webhook.home_url,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(webhook.secret, body),
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": delivery_id,
    }
    return Request({**leading_headers(webhook.agent), **webhook_headers, **trailing_headers(body)}, body)


def build_ping(webhook: SandboxWebhook) -> Request:
    """Return the request of a ping, which is a form and unsigned."""
    body = f"webhook_id={webhook.id}".encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request({**leading_headers(webhook.agent), **trailing_headers(body), **kind}, body)


def leading_headers(agent: str) -> dict[str, str]:
    """Return the headers that begin every request of WordPress."""
    return {"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "deflate, gzip, br, zstd"}


def trailing_headers(body: bytes) -> dict[str, str]:
    """Return the headers that end a request, with the length of its body."""
    return {"Connection": "close", "Content-Length": str(len(body))}


def exchange(
    connection: http.client.HTTPConnection, method: str, url: str, request: Request
) -> http.client.HTTPResponse:
    """Send a request and return its response. Raises OSError or http.client.HTTPException.

    Headers keep WooCommerce's order and spelling, which the usual HTTP libraries would change.
    """
    parts = urlsplit(url)
    try:
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": parts.netloc, **request.headers}.items():
            connection.putheader(name, value)
        connection.endheaders(request.body)
        return connection.getresponse()
    finally:
        connection.close()


def wordpress_json(payload: Any) -> bytes:
    r"""Return JSON as PHP writes it: pure ASCII, `/` as `\/`, no spaces."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(secret: str, body: bytes) -> str:
    """Return the base64 HMAC-SHA256 of a body, as its webhook's header carries it.

    The key is the secret after WordPress decoded its HTML entities: these few, once, and no others.
    """
    key = ENTITIES.sub(lambda match: _decode(match[0]), secret)
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def _decode(entity: str) -> str:
    return next(character for character, forms in ENTITY_FORMS.items() if re.fullmatch(forms, entity))


def _send(url: str, request: Request) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    return exchange(connection, "POST", url, request).status
