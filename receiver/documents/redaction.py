"""Redaction of a body for staff: secrets and personal data are replaced by a mark.

The value of a key that names such data is hidden whole, also in JSON inside a text. Elsewhere what looks like
somebody's address, number or key is cut out of the text. Rather too much is hidden than too little: the bytes
themselves are kept.
"""

from __future__ import annotations

import json
import re
from typing import Any

from receiver.errors import InputError
from receiver.strict_json import read_json

HIDDEN = "(hidden)"
DEEPEST = 50
# Whatever is beyond these bounds is hidden unread, so that no body makes us work for long.
MOST_VALUES = 20_000
MOST_CHARACTERS = 256 * 1024  # of texts and keys that are searched, JSON inside texts counted again
MOST_PATHS = 1_000  # of hidden values that are listed
LONGEST_NAME = 100  # of a key in a path
PUBLIC_KEYS = frozenset({"store_name"})  # a name, and public all the same

# A key is hidden by one of its words,
KEY_WORD = re.compile(
    "auth|authorization|bearer|cookie|credentials?|hash|jwt|nonce|otp|pass|passwd|pin|pwd|session|sign|"
    "birthdate|birthday|buyer|city|company|contact|customer|dob|fax|gender|ip|lat|latitude|lng|login|lon|"
    "longitude|mail|mobile|names?|nickname|notes?|owner|passport|person|postal|postcode|ssn|street|surname|"
    "tel|user|vat|zip|zipcode|billing|shipping|"
    "bank|bic|cards?|cvc|cvv|expiry|iban|pan|payments?|paypal|stripe|swift|transaction"
)
# by a part that is spelled in many ways,
KEY_PART = re.compile(
    "password|secret|token|signature|apikey|privatekey|accesskey|email|phone|address|firstname|lastname|"
    "fullname|username|displayname|creditcard|cardnumber|accountnumber|sortcode|routingnumber|taxid"
)
# or by being a key with an owner: consumer_key is one; key alone only names something.
KEY_LIKE = frozenset({"key", "keys"})
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_A-Za-z]+")

# Each pattern is bounded: a body may be a million characters that nearly match.
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


def redact(value: Any) -> tuple[Any, list[str]]:
    """Redact a JSON value; return it in the same shape, and the paths at which something was hidden."""
    redaction = _Redaction()
    return redaction.value(value, "", 0, redaction.paths), redaction.paths


def is_hidden(key: str) -> bool:
    """Return whether a key names a secret or personal data."""
    words = [word.lower() for word in WORDS.findall(key)]
    if "_".join(words) in PUBLIC_KEYS:
        return False
    is_sensitive = any(map(KEY_WORD.fullmatch, words)) or KEY_PART.search("".join(words)) is not None
    return is_sensitive or (len(words) > 1 and not KEY_LIKE.isdisjoint(words))


class _Redaction:
    """The redaction of one body, with the budget of work that remains for it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self._values, self._characters = MOST_VALUES, MOST_CHARACTERS

    def value(self, value: Any, path: str, depth: int, paths: list[str]) -> Any:
        if depth > DEEPEST or not self._charge(value):
            return _hide(value, path, paths)
        if isinstance(value, dict):
            return self._object(value, path, depth, paths)
        if isinstance(value, list):
            places = enumerate(value)
            return [self.value(item, f"{path}[{place}]", depth + 1, paths) for place, item in places]
        if isinstance(value, str):
            return self._text(value, path, depth, paths)
        if isinstance(value, int) and _redact_text(str(value)) != str(value):
            return _hide(value, path, paths)
        return value

    def _charge(self, value: Any) -> bool:
        """Charge a value, its children and its characters to the budget; return whether it sufficed."""
        size = len(value) if isinstance(value, str) else 0
        if isinstance(value, dict):
            size = sum(map(len, value))
        self._values -= 1 + (len(value) if isinstance(value, dict | list) else 0)
        self._characters -= size
        return self._values >= 0 and self._characters >= 0

    def _object(self, value: dict[str, Any], path: str, depth: int, paths: list[str]) -> dict[str, Any]:
        # As WooCommerce keeps what others add: {"key": "_billing_email", "value": …}.
        key_name = value.get("key")
        names_value = isinstance(key_name, str) and len(key_name) <= LONGEST_NAME and is_hidden(key_name)
        result = {}
        for place, (key, below) in enumerate(value.items()):
            name = key if _redact_text(key) == key else f"{HIDDEN} {place + 1}"
            where = f"{path}.{name[:LONGEST_NAME]}".lstrip(".")
            if is_hidden(key) or (names_value and key == "value"):
                result[name] = _hide(below, where, paths)
            else:
                result[name] = self.value(below, where, depth + 1, paths)
        return result

    def _text(self, value: str, path: str, depth: int, paths: list[str]) -> str:
        text = self._redact_json(value, path, depth, paths)
        result = _redact_text(text)
        if result != text:
            _add_path(path, paths)
        return result

    def _redact_json(self, text: str, path: str, depth: int, paths: list[str]) -> str:
        """Redact JSON inside a text, as TikTok writes an event's content; return other texts as they are."""
        if text.lstrip()[:1] not in ("{", "["):
            return text
        try:
            value = read_json(text)
        except InputError:
            return text
        hidden: list[str] = []
        result = self.value(value, path, depth + 1, hidden)
        for item in hidden:
            _add_path(item, paths)
        return json.dumps(result, ensure_ascii=False, default=str) if hidden else text


def _hide(value: Any, path: str, paths: list[str]) -> Any:
    """Return the mark for a value, and note its path; an empty value is returned as it is."""
    if value is None or value in ("", [], {}):
        return value
    _add_path(path, paths)
    return HIDDEN


def _add_path(path: str, paths: list[str]) -> None:
    if len(paths) < MOST_PATHS:
        paths.append(path)


def _redact_text(text: str) -> str:
    for pattern in TEXTS:
        text = pattern.sub(HIDDEN, text)
    return text
