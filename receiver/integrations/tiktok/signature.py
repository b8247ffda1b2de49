"""TikTok's signatures of webhooks: two schemes, both HMAC-SHA256 in hex with the app's secret.

`TikTok-Signature` is for events of TikTok users and carries the time of signing; `X-Open-Signature` is for ad
accounts and carries none, so that a repetition is only recognised by the stored deliveries.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=300)  # TikTok leaves the choice to us
SECONDS = re.compile("[0-9]{1,12}")
NOT_ASCII = re.compile("([^\x00-\x7f]+)")


def verify_timed(secret: str, header: str | None, raw: bytes, now: datetime | None) -> str | None:
    """Return why TikTok-Signature is wrong, None if it is valid; without `now` its age is not checked."""
    if not header:
        return "no signature"
    parts = [part.strip().partition("=") for part in header.split(",")]
    fields = {name: value for name, _, value in parts}
    seconds, signature = fields.get("t", ""), fields.get("s", "")
    if len(fields) != len(parts) or not SECONDS.fullmatch(seconds) or not signature:
        return "signature that cannot be read"
    if not _is_equal(_hex(secret, seconds.encode() + b"." + raw), signature):
        return "wrong signature"
    if now is not None and abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        return "signature too old or from the future"
    return None


def verify_open(secret: str, header: str | None, raw: bytes) -> str | None:
    """Return why X-Open-Signature is wrong, None if it is valid.

    TikTok does not document whether the body arrives escaped, so a match on either form is accepted.
    """
    if not header:
        return "no signature"
    matches = [_is_equal(_hex(secret, form), header) for form in {escape_non_ascii(raw), raw}]
    return None if any(matches) else "wrong signature"


def escape_non_ascii(raw: bytes) -> bytes:
    """Return the bytes with non-ASCII characters as lower-case \\uXXXX, those beyond the BMP as two."""
    if raw.isascii():
        return raw
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw
    # All of them at once: anybody may send a megabyte to be escaped, and one call for each run of
    # characters would take a third of a second.
    pieces = NOT_ASCII.split(text)
    escapes = "\n".join(pieces[1::2]).encode("utf-16-be").hex("u", 2).replace("u", "\\u")
    pieces[1::2] = f"\\u{escapes}".split("\\u000a")
    return "".join(pieces).encode()


def _hex(secret: str, signed: bytes) -> str:
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()


def _is_equal(expected: str, actual: str) -> bool:
    # A header may hold anything: what is not ASCII cannot be compared as text.
    return hmac.compare_digest(expected.encode(), actual.encode(errors="replace"))
