"""What two real WooCommerce stores sent, request by request: tests/data/woocommerce."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from receiver.integrations.woocommerce.signature import signing_key

FOLDER = Path(__file__).parent / "data" / "woocommerce"
FILES = sorted(file.name for file in FOLDER.glob("*.json"))


@dataclass(frozen=True)
class Capture:
    """A request as it was on the wire."""

    note: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    told_secret: str  # what was set on the webhook
    key: bytes | None  # the key the store really used, where it was looked up

    @property
    def is_signed(self) -> bool:
        return any(name == "X-WC-Webhook-Signature" for name, _ in self.headers)

    @property
    def was_cleaned(self) -> bool:
        """WooCommerce kept another secret than the one it was given."""
        return self.key is not None and signing_key(self.told_secret) != self.key

    @property
    def secret(self) -> str:
        """What the store keeps: what we must be told."""
        return self.key.decode() if self.was_cleaned and self.key else self.told_secret

    @cached_property
    def json(self) -> object:
        return json.loads(self.body)


def captures(file: str) -> list[Capture]:
    return [_capture(json.loads(line)) for line in (FOLDER / file).read_text().splitlines() if line]


def _capture(record: dict[str, object]) -> Capture:
    key = record.get("signing_key_base64")
    return Capture(
        note=f"{record['note']} ({record['received_at']})",
        method=str(record["method"]),
        headers=tuple((name, value) for name, value in record["headers"]),  # type: ignore[union-attr]
        body=base64.b64decode(str(record["body_base64"])),
        told_secret=str(record["secret"]),
        key=base64.b64decode(str(key)) if key else None,
    )
