"""WooCommerce's signatures of webhooks, over the raw bytes of a body."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable

# What WordPress's wp_specialchars_decode( $secret, ENT_QUOTES ) decodes, and nothing else: &apos; and
# &#x3C; stay as they are, so a general HTML unescape would make another key.
ENTITY = re.compile(r"&(?:(amp|lt|gt|quot)|#0*(38|60|62|34|39)|#[xX]0*(26|22|27));")
CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}


def signing_key(secret: str) -> bytes:
    """Return the key that a store signs with when its webhook's stored secret is `secret`."""
    return ENTITY.sub(_character, secret).encode()


def sign(raw: bytes, key: bytes) -> str:
    """Return the value of X-WC-Webhook-Signature."""
    return base64.b64encode(hmac.digest(key, raw, "sha256")).decode()


def verify(raw: bytes, signature: str | None, keys: Iterable[bytes]) -> bool:
    """Return whether one of the keys signed these bytes, in a time that does not depend on which."""
    # A header may hold anything: what is not ASCII cannot be compared as text.
    actual = (signature or "").encode(errors="replace")
    matches = [hmac.compare_digest(sign(raw, key).encode(), actual) for key in keys]
    return any(matches)


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return CHARACTERS[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
