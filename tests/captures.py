"""Requests and answers of two real WooCommerce stores, as they were recorded."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from receiver.integrations.woocommerce.signature import signing_key

FOLDER = Path(__file__).parent / "data" / "woocommerce"
REST_FOLDER = FOLDER.with_name("woocommerce_rest")
FILES = sorted(file.name for file in FOLDER.glob("*.json"))


@dataclass(frozen=True)
class Capture:
    """A request as it was on the wire."""

    note: str
    wc_version: str
    wp_version: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    told_secret: str  # what was set on the webhook
    key: bytes | None  # the key the store really used, where it was looked up
    receiver_answer: int | str  # the receiver's status, or what it did instead

    @property
    def is_signed(self) -> bool:
        return any(name == "X-WC-Webhook-Signature" for name, _ in self.headers)

    @property
    def was_cleaned(self) -> bool:
        """Whether WooCommerce kept another secret than the one it was given."""
        return self.key is not None and signing_key(self.told_secret) != self.key

    @property
    def secret(self) -> str:
        """The secret as the store keeps it: the one that our service has to be told."""
        return self.key.decode() if self.was_cleaned and self.key else self.told_secret

    @cached_property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True)
class Exchange:
    """A REST call and the store's answer."""

    note: str
    wc_version: str
    wp_version: str
    method: str
    path: str
    query: dict[str, str] | None
    request_json: Any
    auth: str
    status: int
    response_headers: list[tuple[str, str]]
    response_body: str


def captures(file: str) -> list[Capture]:
    return [_capture(record) for record in _records(FOLDER / file)]


def key_posts() -> list[Capture]:
    """Return the requests a store sent to an app's callback after the merchant approved."""
    return [_capture(record) for record in _records(REST_FOLDER / "wc_auth.json")]


def rest_examples() -> list[Exchange]:
    """Return REST calls with their answers, in the order they were made, all at one store."""
    records = _records(REST_FOLDER / "rest_examples.json")
    return [
        Exchange(**{**record, "response_headers": [tuple(pair) for pair in record["response_headers"]]})
        for record in records
    ]


def _records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines() if line]


def _capture(record: dict[str, Any]) -> Capture:
    key = record.get("signing_key_base64")
    return Capture(
        note=f"{record['note']} ({record['received_at']})",
        wc_version=record["wc_version"],
        wp_version=record["wp_version"],
        method=record["method"],
        path=record["path"],
        headers=tuple((name, value) for name, value in record["headers"]),
        body=base64.b64decode(record["body_base64"]),
        told_secret=str(record["secret"]),
        key=base64.b64decode(key) if key else None,
        receiver_answer=record["receiver_answered"],
    )
