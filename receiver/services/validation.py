"""Validates input of staff: one-line texts of bounded length, and choices from a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from receiver.errors import InputError

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST = 500
LONGEST_FILTER = 200


def require_text(text: str, path: str) -> str:
    """Return the text, stripped. Raises InputError where it is empty, too long, or not of one line."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InputError(f"must be a text of 1 to {LONGEST} characters on one line", path=path)
    return text


def require_choice(choices: Iterable[Choice], text: str, path: str) -> Choice:
    """Return the choice with this value. Raises InputError, which lists the valid values."""
    by_value = {choice.value: choice for choice in choices}
    if text not in by_value:
        raise InputError(f"must be one of {', '.join(by_value)}", path=path)
    return by_value[text]


def check_filters(filters: Mapping[str, object]) -> None:
    """Raise InputError for a text among the filters that is too long or not printable."""
    for name, value in filters.items():
        if isinstance(value, str) and (len(value) > LONGEST_FILTER or not value.isprintable()):
            raise InputError(f"must be at most {LONGEST_FILTER} characters on one line", path=name)
