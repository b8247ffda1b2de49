"""What a delivery's headers and body mean; whatever a sender writes, a bad one is a clean InputError."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from receiver.errors import InputError

SIGNAL = "action.wc_ad_credit_signal"
SETTINGS_SAVED = "action.woocommerce_settings_saved"
FORM = "application/x-www-form-urlencoded"
PING = re.compile(rb"webhook_id=[0-9]{1,20}")
LONGEST = 100


def is_ping(content_type: str | None, raw: bytes) -> bool:
    """WooCommerce's test of a delivery address: an unsigned form that proves nothing about its sender."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return media_type == FORM and PING.fullmatch(raw) is not None


def read_event(topic: str, raw: bytes) -> Any:
    """The argument of the WordPress action that `topic` names. Raises InputError with the path."""
    body = _object(_read_json(raw))
    _refuse_error_object(body)
    # Headers are not signed and the body is: the action it names itself must be the one it is taken for.
    if body.get("action") != topic.removeprefix("action."):
        raise InputError(f"is not {topic.removeprefix('action.')}, which the topic names", path="action")
    if "arg" not in body:
        raise InputError("is missing", path="arg")
    return body["arg"]


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InputError("must be a JSON object", path="body")
    return body


def _refuse_error_object(body: dict[str, Any]) -> None:
    """A store whose webhook lost its user signs an error where the event should be."""
    data = body.get("data")
    if isinstance(body.get("code"), str) and isinstance(data, dict) and "status" in data:
        code = "".join(char for char in body["code"] if char.isprintable())[:LONGEST]
        raise InputError(f"the store sent an error in place of the event: {code}", path="code")


def _read_json(raw: bytes) -> Any:
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_each_key_once,
        )
        json.dumps(value, ensure_ascii=False, default=str).encode()  # a lone surrogate fails here
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} at character {error.pos}", path="body") from error
    except UnicodeError as error:
        raise InputError("not JSON: bytes or characters that are no text", path="body") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; nested too deep
        raise InputError("not JSON that can be read: too deep, or a number too long", path="body") from error
    return value


def _no_constant(word: str) -> None:
    raise InputError(f"not JSON: {word} is no number", path="body")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("not JSON that has one meaning: a key stands twice in one object", path="body")
    return found
