"""A body as staff may look at it: without secrets and without people, and with a word where something was.

What a key names is hidden whole, whatever lies below it, also in JSON that stands in a text. Elsewhere what
looks like somebody's address, number or key is cut out of the text. Rather too much is hidden than too
little: the bytes themselves are kept.
"""

from __future__ import annotations

import json
import re
from typing import Any

from receiver.errors import InputError
from receiver.strict_json import read_json

HIDDEN = "(hidden)"
DEEPEST = 50
SHOWN = frozenset({"store_name"})  # what stands over a shop's door

# A key is hidden by one of its words,
KEY_WORD = re.compile(
    "auth|authorization|bearer|cookie|credentials?|hash|jwt|nonce|otp|pass|passwd|pin|pwd|session|sign|"
    "birthdate|birthday|buyer|city|company|contact|customer|dob|fax|gender|ip|lat|latitude|lng|login|lon|"
    "longitude|mail|mobile|names?|nickname|notes?|owner|passport|person|postal|postcode|ssn|street|surname|"
    "tel|user|vat|zip|zipcode|billing|shipping|"
    "bank|bic|cards?|cvc|cvv|expiry|iban|pan|payments?|paypal|stripe|swift|transaction"
)
# by a part that is written in many ways,
KEY_PART = re.compile(
    "password|secret|token|signature|apikey|privatekey|accesskey|email|phone|address|firstname|lastname|"
    "fullname|username|displayname|creditcard|cardnumber|accountnumber|sortcode|routingnumber|taxid"
)
# or by being somebody's key: consumer_key is one, and key alone only names something.
KEY_LIKE = frozenset({"key", "keys"})
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_A-Za-z]+")

# Every one of them is bounded: a body may be a million characters that nearly fit.
OF_MAIL = r"[^\s\"'<>()\[\]{},;:@/]"
TEXTS = (
    re.compile(r"(?<=//)[^\s/@]{1,200}(?=@)"),  # user and password in an address
    re.compile(rf"{OF_MAIL}{{1,64}}@{OF_MAIL}{{1,250}}"),
    re.compile(r"(?i)\b(?:bearer|basic) [\w.~+/=-]{8,}"),
    re.compile(r"\beyJ[\w-]{4,1000}\.[\w-]{4,1000}\.[\w-]{0,1000}"),  # a JWT
    re.compile(r"\b(?:ck|cs|sk|pk|rk|whsec)_(?:live_|test_)?[0-9A-Za-z]{16,}"),  # WooCommerce's, Stripe's
    re.compile(
        r"(?i)(?<=[?&])[\w.-]{0,40}(?:token|secret|password|signature|key|auth|code)[\w.-]{0,40}=[^&#\s]+"
    ),
    re.compile(r"\+\d(?:[ -]?\d){7,14}(?!\d)"),  # a telephone's, with its country
    re.compile(r"(?<!\d)[2-6](?:[ -]?\d){12,18}(?!\d)"),  # a card's; TikTok's ids begin with 7
)


def redacted(value: Any) -> tuple[Any, list[str]]:
    """The JSON value with the same shape, and the paths at which something was hidden."""
    paths: list[str] = []
    return _redacted(value, "", 0, paths), paths


def is_hidden(key: str) -> bool:
    """Whether a key names something nobody has to see."""
    words = [word.lower() for word in WORDS.findall(key)]
    if "_".join(words) in SHOWN:
        return False
    named = any(map(KEY_WORD.fullmatch, words)) or KEY_PART.search("".join(words)) is not None
    return named or (len(words) > 1 and not KEY_LIKE.isdisjoint(words))


def _redacted(value: Any, path: str, depth: int, paths: list[str]) -> Any:
    if depth > DEEPEST:
        return _hidden(value, path, paths)
    if isinstance(value, dict):
        return _object(value, path, depth, paths)
    if isinstance(value, list):
        return [_redacted(one, f"{path}[{place}]", depth + 1, paths) for place, one in enumerate(value)]
    if isinstance(value, str):
        return _text(value, path, depth, paths)
    if isinstance(value, int) and _without(str(value)) != str(value):
        return _hidden(value, path, paths)
    return value


def _object(value: dict[str, Any], path: str, depth: int, paths: list[str]) -> dict[str, Any]:
    # As WooCommerce keeps what others add: {"key": "_billing_email", "value": …}.
    named = value.get("key")
    names_value = isinstance(named, str) and is_hidden(named)
    shown = {}
    for place, (key, below) in enumerate(value.items()):
        name = key if _without(key) == key else f"{HIDDEN} {place + 1}"
        where = f"{path}.{name}".lstrip(".")
        if is_hidden(key) or (names_value and key == "value"):
            shown[name] = _hidden(below, where, paths)
        else:
            shown[name] = _redacted(below, where, depth + 1, paths)
    return shown


def _hidden(value: Any, path: str, paths: list[str]) -> Any:
    """That nothing was given may be seen."""
    if value is None or value in ("", [], {}):
        return value
    paths.append(path)
    return HIDDEN


def _text(value: str, path: str, depth: int, paths: list[str]) -> str:
    shown = _json_within(value, path, depth, paths)
    left = _without(shown)
    if left != shown:
        paths.append(path)
    return left


def _json_within(text: str, path: str, depth: int, paths: list[str]) -> str:
    """As TikTok writes the content of an event."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        value = read_json(text)
    except InputError:
        return text
    hidden: list[str] = []
    shown = _redacted(value, path, depth + 1, hidden)
    paths += hidden
    return json.dumps(shown, ensure_ascii=False, default=str) if hidden else text


def _without(text: str) -> str:
    for pattern in TEXTS:
        text = pattern.sub(HIDDEN, text)
    return text
