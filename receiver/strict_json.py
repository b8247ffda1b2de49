"""JSON to values, refusing what JSON allows but nobody can mean: NaN, one key twice, half a character."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from receiver.errors import InputError


def read_json(given: str | bytes, *, path: str = "") -> Any:
    """The value; numbers with a point are Decimal. Raises InputError, naming `path`, for anything else.

    Nothing of what was given stands in the message: it may be a customer's data.
    """
    try:
        text = given.decode("utf-8") if isinstance(given, bytes) else given
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_each_key_once
        )
        json.dumps(value, ensure_ascii=False, default=str).encode()  # a lone surrogate fails here
    except _Meaningless as error:
        raise InputError(f"not JSON: {error}", path=path) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"not JSON: {error.msg} at {where}", path=path) from error
    except UnicodeError as error:
        raise InputError("not JSON: bytes or characters that are no text", path=path) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; nested too deep
        raise InputError("not JSON that can be read: too deep, or a number too long", path=path) from error
    return value


class _Meaningless(Exception):
    """What the parser lets through and we do not."""


def _no_constant(word: str) -> None:
    raise _Meaningless(f"{word} is no number")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Meaningless("a key stands twice in one object")
    return found
