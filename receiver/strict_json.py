"""JSON to values, within bounds; strictly, refusing what JSON allows but nobody can mean.

Whatever the size, what comes back is shallow enough to walk and its numbers short enough to write out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from receiver.errors import InputError

DEEPEST = 64  # objects and lists within each other
LONGEST_NUMBER = 40  # characters; of a double's at most 24 are needed, of 128 bits 39
MOST_EXPONENT = 999  # a double's ends at 308
# Possessive, and an open string runs to the end: each character is looked at once.
TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)

Pairs = list[tuple[str, Any]]


def read_json(given: str | bytes, *, path: str = "") -> Any:
    """The value; numbers with a point are Decimal. Raises InputError, naming `path`, for anything else.

    Refused besides: NaN, one key twice, half a character. Nothing of what was given stands in the message: it
    may be a customer's data.
    """
    value = _parsed(given, path, STRICT)
    if isinstance(given, bytes) and b"\\u" not in given:
        return value  # UTF-8 has no half characters, only escapes have
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()  # a lone surrogate fails here
    except UnicodeError as error:
        raise InputError("not JSON: bytes or characters that are no text", path=path) from error
    return value


def read_loose_json(given: str | bytes, *, path: str = "") -> Any:
    """As `read_json`, of an answer whose text another system has cut: the last of two keys counts."""
    return _parsed(given, path, LOOSE)


def _parsed(given: str | bytes, path: str, decoder: json.JSONDecoder) -> Any:
    try:
        text = given.decode("utf-8") if isinstance(given, bytes) else given
        _check_depth(text)
        return decoder.decode(text)
    except _OutOfBounds as error:
        raise InputError(f"not JSON that can be read: {error}", path=path) from error
    except _Meaningless as error:
        raise InputError(f"not JSON: {error}", path=path) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"not JSON: {error.msg} at {where}", path=path) from error
    except UnicodeError as error:
        raise InputError("not JSON: bytes or characters that are no text", path=path) from error


class _Meaningless(Exception):
    """A value that the parser lets through and we do not."""


class _OutOfBounds(Exception):
    """A value that is JSON, and larger than anybody has to mean."""


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= DEEPEST:
        return
    depth = 0
    for found in TEXT_OR_BRACKET.finditer(text):
        if found[1]:
            depth += 1
            if depth > DEEPEST:
                raise _OutOfBounds(f"too deep, beyond {DEEPEST} objects and lists")
        elif found[2]:
            depth -= 1


def _integer(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _decimal(written: str) -> Decimal:
    _check_length(written)
    exponent = written.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > MOST_EXPONENT:
        raise _OutOfBounds(f"a number beyond an exponent of {MOST_EXPONENT}")
    return Decimal(written)


def _check_length(number: str) -> None:
    if len(number) > LONGEST_NUMBER:
        raise _OutOfBounds(f"a number too long, beyond {LONGEST_NUMBER} characters")


def _no_constant(word: str) -> None:
    raise _Meaningless(f"{word} is no number")


def _each_key_once(pairs: Pairs) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Meaningless("a key stands twice in one object")
    return found


def _decoder(of_pairs: Callable[[Pairs], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_int=_integer, parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=of_pairs
    )


# Made once: `json.loads` makes one for each text, which takes as long as a short one does.
STRICT, LOOSE = _decoder(_each_key_once), _decoder(dict)
