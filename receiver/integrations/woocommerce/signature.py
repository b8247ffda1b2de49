"""Verifies that one of a store's secrets signed a body: the raw bytes, before anybody reads them."""

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
    """Return the key a store signs with when its webhook's stored secret is `secret`."""
    return ENTITY.sub(_character, secret).encode()


def sign(raw: bytes, key: bytes) -> str:
    """Return the value of X-WC-Webhook-Signature."""
    return base64.b64encode(hmac.digest(key, raw, "sha256")).decode()


def verify(raw: bytes, signature: str | None, keys: Iterable[bytes]) -> bool:
    """Return whether one of the keys signed these bytes; takes as long whichever it was."""
    # A header may hold anything: what is not ASCII cannot be compared as text.
    given = (signature or "").encode(errors="replace")
    matches = [hmac.compare_digest(sign(raw, key).encode(), given) for key in keys]
    return any(matches)


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return CHARACTERS[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
