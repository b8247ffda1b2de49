"""Signs webhooks as TikTok does, by code of its own: what verifies them must not be checked by itself."""

import hashlib
import hmac
import re
from datetime import datetime


def sign_timed(secret: str, raw: bytes, at: datetime) -> str:
    """Return the value of TikTok-Signature."""
    seconds = int(at.timestamp())
    return f"t={seconds},s={_hex_digest(secret, b'%d.%b' % (seconds, raw))}"


def sign_open(secret: str, raw: bytes) -> str:
    """Return the value of X-Open-Signature, over a text with non-ASCII written as \\uXXXX, or other bytes."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _hex_digest(secret, raw)
    return _hex_digest(secret, re.sub(r"[^\x00-\x7f]", _escape, text).encode())


def _escape(character: re.Match[str]) -> str:
    units = memoryview(character[0].encode("utf-16-le")).cast("H")
    return "".join(f"\\u{unit:04x}" for unit in units)


def _hex_digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
