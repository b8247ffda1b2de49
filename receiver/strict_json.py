"""Strict parsing of JSON, within bounds, that refuses what JSON allows and nobody can mean.

Values are shallow enough to walk and numbers short enough to write out, whatever the size of the text.
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
# Possessive, and an open string runs to the end: each character is scanned once.
TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)

Pairs = list[tuple[str, Any]]


def read_json(source: str | bytes, *, path: str = "") -> Any:
    """Read a JSON text; numbers with a point become Decimal. Raises InputError that names `path`.

    Also refused: NaN, a key that occurs twice, a lone surrogate. The message repeats nothing of the text,
    which may be a customer's data.
    """
    value = _parse(source, path, STRICT)
    if isinstance(source, bytes) and b"\\u" not in source:
        return value  # UTF-8 holds no lone surrogates, only escapes do
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()  # a lone surrogate fails here
    except UnicodeError as error:
        raise InputError("not JSON: bytes or characters that are no text", path=path) from error
    return value


def read_loose_json(source: str | bytes, *, path: str = "") -> Any:
    """Read JSON of another system as `read_json` does, less strictly.

    Lone surrogates pass, since it may have cut a text, and of two equal keys the last counts.
    """
    return _parse(source, path, LOOSE)


def _parse(source: str | bytes, path: str, decoder: json.JSONDecoder) -> Any:
    try:
        text = source.decode("utf-8") if isinstance(source, bytes) else source
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
    """A value that Python's parser accepts and JSON or sense does not."""


class _OutOfBounds(Exception):
    """A value that is JSON, and deeper or longer than our bounds."""


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= DEEPEST:
        return
    depth = 0
    for match in TEXT_OR_BRACKET.finditer(text):
        if match[1]:
            depth += 1
            if depth > DEEPEST:
                raise _OutOfBounds(f"too deep, beyond {DEEPEST} objects and lists")
        elif match[2]:
            depth -= 1


def _integer(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _decimal(number: str) -> Decimal:
    _check_length(number)
    exponent = number.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > MOST_EXPONENT:
        raise _OutOfBounds(f"a number beyond an exponent of {MOST_EXPONENT}")
    return Decimal(number)


def _check_length(number: str) -> None:
    if len(number) > LONGEST_NUMBER:
        raise _OutOfBounds(f"a number too long, beyond {LONGEST_NUMBER} characters")


def _refuse_constant(word: str) -> None:
    raise _Meaningless(f"{word} is no number")


def _unique_keys(pairs: Pairs) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _Meaningless("a key stands twice in one object")
    return value


def _decoder(of_pairs: Callable[[Pairs], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_int=_integer, parse_float=_decimal, parse_constant=_refuse_constant, object_pairs_hook=of_pairs
    )


# Built once: `json.loads` builds one for each text, which takes as long as parsing a short one.
STRICT, LOOSE = _decoder(_unique_keys), _decoder(dict)
