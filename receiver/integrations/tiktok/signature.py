"""Verifies TikTok's signatures of webhooks: two schemes, both HMAC-SHA256 in hex with the app's secret.

`TikTok-Signature` is for news about TikTok users and carries the time it was signed; `X-Open-Signature` is
for ad accounts and carries none, so that only what is kept already tells a repetition.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=300)  # TikTok leaves it to us
SECONDS = re.compile("[0-9]{1,12}")
NOT_ASCII = re.compile("([^\x00-\x7f]+)")


def sign_timed(secret: str, raw: bytes, at: datetime) -> str:
    """Return the value of TikTok-Signature."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},s={_hex(secret, seconds.encode() + b'.' + raw)}"


def sign_open(secret: str, raw: bytes) -> str:
    """Return the value of X-Open-Signature, over the body with non-ASCII written as \\uXXXX."""
    return _hex(secret, escaped(raw))


def verify_timed(secret: str, header: str | None, raw: bytes, now: datetime | None) -> str | None:
    """Return the reason why TikTok-Signature is wrong, None if it is valid; no `now` skips its age."""
    if not header:
        return "no signature"
    parts = [part.strip().partition("=") for part in header.split(",")]
    given = {name: value for name, _, value in parts}
    seconds, signature = given.get("t", ""), given.get("s", "")
    if len(given) != len(parts) or not SECONDS.fullmatch(seconds) or not signature:
        return "signature that cannot be read"
    if not _same(_hex(secret, seconds.encode() + b"." + raw), signature):
        return "wrong signature"
    if now is not None and abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        return "signature too old or from the future"
    return None


def verify_open(secret: str, header: str | None, raw: bytes) -> str | None:
    """Why X-Open-Signature does not fit; None when it does.

    Whether the body comes escaped already is not stated by TikTok: a match on either form will do.
    """
    if not header:
        return "no signature"
    matches = [_same(_hex(secret, form), header) for form in {escaped(raw), raw}]
    return None if any(matches) else "wrong signature"


def escaped(raw: bytes) -> bytes:
    """Return the bytes with non-ASCII characters as lower-case \\uXXXX, high ones as two."""
    if raw.isascii():
        return raw
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw
    # All of them at once: anybody may send a megabyte to be escaped, and a call for each run of
    # them would take a third of a second.
    pieces = NOT_ASCII.split(text)
    escapes = "\n".join(pieces[1::2]).encode("utf-16-be").hex("u", 2).replace("u", "\\u")
    pieces[1::2] = f"\\u{escapes}".split("\\u000a")
    return "".join(pieces).encode()


def _hex(secret: str, signed: bytes) -> str:
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()


def _same(right: str, given: str) -> bool:
    # A header may hold anything: what is not ASCII cannot be compared as text.
    return hmac.compare_digest(right.encode(), given.encode(errors="replace"))
