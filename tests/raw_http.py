"""HTTP written byte for byte to a socket: mistakes that an HTTP client would correct are sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from receiver.integrations.woocommerce.signature import sign, signing_key

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class RawResponse:
    """The answer: status, headers by their lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    base_url: str,
    method: str,
    path: str,
    headers: Headers,
    body: bytes = b"",
    *,
    ends: bool = True,
    timeout: float = 20,
) -> RawResponse:
    """Send exactly these bytes and read the answer.

    `ends`: close our half of the connection after the body; granian then answers nothing.
    """
    parts = urlsplit(base_url)
    head = "".join([f"{method} {path} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in headers)])
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as line:
        line.sendall(head.encode("latin-1") + b"\r\n" + body)
        if ends:
            line.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(line, method=method)
        answer.begin()
        return RawResponse(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )


def signed_headers(body: bytes, secret: str, **changes: str | None) -> list[tuple[str, str]]:
    """Return the headers a store sends with a body; `x_wc_webhook_topic="…"` changes one, None drops it."""
    headers = {
        "host": "credit.example",
        "user-agent": "WooCommerce/10.5.0 Hookshot (WordPress/6.9.7)",
        "accept": "*/*",
        "content-type": "application/json",
        "x-wc-webhook-source": "https://shop.example/",
        "x-wc-webhook-topic": "action.wc_ad_credit_signal",
        "x-wc-webhook-signature": sign(body, signing_key(secret)),
        "x-wc-webhook-id": "136",
        "x-wc-webhook-delivery-id": "d24874523d0e5885039d59d9d2576c6c",
        "connection": "close",
        "content-length": str(len(body)),
    }
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return [(name, value) for name, value in {**headers, **changed}.items() if value is not None]
