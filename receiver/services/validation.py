"""Checks the texts staff write into reasons, references and evidence: one line, not too long."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.errors import InputError

LONGEST = 500
LONGEST_FILTER = 200


def require_text(text: str, path: str) -> str:
    """Return the text on one line. Raises InputError where there is none, or too much."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InputError(f"must be a text of 1 to {LONGEST} characters on one line", path=path)
    return text


def check_filters(filters: Mapping[str, object]) -> None:
    """Raise InputError for a text among the filters that is too long, or that no database takes."""
    for name, value in filters.items():
        if isinstance(value, str) and (len(value) > LONGEST_FILTER or not value.isprintable()):
            raise InputError(f"must be at most {LONGEST_FILTER} characters on one line", path=name)
