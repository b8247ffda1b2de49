"""What staff write into reasons, references and evidence: one line, not too long."""

from __future__ import annotations

from receiver.errors import InputError

LONGEST = 500


def require_text(text: str, path: str) -> str:
    """Return the text on one line. Raises InputError where there is none, or too much."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InputError(f"must be a text of 1 to {LONGEST} characters on one line", path=path)
    return text
