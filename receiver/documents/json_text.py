"""JSON text to values, refusing what JSON allows but nobody can mean: NaN, and one key twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from receiver.errors import InputError


def read_json(text: str) -> Any:
    """Raises InputError where the text is no JSON, holds NaN or Infinity, or one key twice."""
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_each_key_once
        )
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; nested too deep
        raise InputError("not JSON that can be read: too deep, or a number too long") from error


def _no_constant(word: str) -> None:
    raise InputError(f"not JSON: {word} is no number")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError("the same key twice in one object", path=key)
        found[key] = value
    return found
