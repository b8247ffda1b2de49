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
# What is beyond is hidden unread: the work stays in proportion, whatever a body is made of.
MOST_VALUES = 20_000
MOST_CHARACTERS = 256 * 1024  # looked through in texts and keys, however deep they lie in one another
MOST_PATHS = 1_000  # told of what was hidden
LONGEST_NAME = 100  # of a key in a path
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
    redaction = _Redaction()
    return redaction.value(value, "", 0, redaction.paths), redaction.paths


def is_hidden(key: str) -> bool:
    """Return whether a key names something nobody has to see."""
    words = [word.lower() for word in WORDS.findall(key)]
    if "_".join(words) in SHOWN:
        return False
    named = any(map(KEY_WORD.fullmatch, words)) or KEY_PART.search("".join(words)) is not None
    return named or (len(words) > 1 and not KEY_LIKE.isdisjoint(words))


class _Redaction:
    """One body, and what is left of the work that may be done on it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self._values, self._characters = MOST_VALUES, MOST_CHARACTERS

    def value(self, value: Any, path: str, depth: int, paths: list[str]) -> Any:
        if depth > DEEPEST or not self._may_look_at(value):
            return _hidden(value, path, paths)
        if isinstance(value, dict):
            return self._object(value, path, depth, paths)
        if isinstance(value, list):
            places = enumerate(value)
            return [self.value(item, f"{path}[{place}]", depth + 1, paths) for place, item in places]
        if isinstance(value, str):
            return self._text(value, path, depth, paths)
        if isinstance(value, int) and _without(str(value)) != str(value):
            return _hidden(value, path, paths)
        return value

    def _may_look_at(self, value: Any) -> bool:
        """Counts a value, those right below it, and the characters it and its keys are written in."""
        size = len(value) if isinstance(value, str) else 0
        if isinstance(value, dict):
            size = sum(map(len, value))
        self._values -= 1 + (len(value) if isinstance(value, dict | list) else 0)
        self._characters -= size
        return self._values >= 0 and self._characters >= 0

    def _object(self, value: dict[str, Any], path: str, depth: int, paths: list[str]) -> dict[str, Any]:
        # As WooCommerce keeps what others add: {"key": "_billing_email", "value": …}.
        named = value.get("key")
        names_value = isinstance(named, str) and len(named) <= LONGEST_NAME and is_hidden(named)
        shown = {}
        for place, (key, below) in enumerate(value.items()):
            name = key if _without(key) == key else f"{HIDDEN} {place + 1}"
            where = f"{path}.{name[:LONGEST_NAME]}".lstrip(".")
            if is_hidden(key) or (names_value and key == "value"):
                shown[name] = _hidden(below, where, paths)
            else:
                shown[name] = self.value(below, where, depth + 1, paths)
        return shown

    def _text(self, value: str, path: str, depth: int, paths: list[str]) -> str:
        shown = self._json_within(value, path, depth, paths)
        left = _without(shown)
        if left != shown:
            _tell(path, paths)
        return left

    def _json_within(self, text: str, path: str, depth: int, paths: list[str]) -> str:
        """As TikTok writes the content of an event."""
        if text.lstrip()[:1] not in ("{", "["):
            return text
        try:
            value = read_json(text)
        except InputError:
            return text
        hidden: list[str] = []
        shown = self.value(value, path, depth + 1, hidden)
        for item in hidden:
            _tell(item, paths)
        return json.dumps(shown, ensure_ascii=False, default=str) if hidden else text


def _hidden(value: Any, path: str, paths: list[str]) -> Any:
    """That nothing was given may be seen."""
    if value is None or value in ("", [], {}):
        return value
    _tell(path, paths)
    return HIDDEN


def _tell(path: str, paths: list[str]) -> None:
    if len(paths) < MOST_PATHS:
        paths.append(path)


def _without(text: str) -> str:
    for pattern in TEXTS:
        text = pattern.sub(HIDDEN, text)
    return text
