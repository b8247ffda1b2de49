"""Events in the bodies of deliveries; any bad body raises InputError."""

from __future__ import annotations

from typing import Any

from receiver.errors import InputError
from receiver.strict_json import read_json

SIGNAL = "action.wc_ad_credit_signal"
SETTINGS_SAVED = "action.woocommerce_settings_saved"
READ_BY_REST = [["x-read-by", "rest"]]  # the headers of a state read by REST; no call can bring this one
OURS = frozenset({SIGNAL, SETTINGS_SAVED})
LONGEST = 100


def read_event(topic: str, raw: bytes) -> Any:
    """Return the argument of the WordPress action that `topic` names. Raises InputError with the path."""
    body = _object(read_json(raw, path="body"))
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
    """Raise InputError for an error object, which a store signs whose webhook has lost its user."""
    data = body.get("data")
    if isinstance(body.get("code"), str) and isinstance(data, dict) and "status" in data:
        code = "".join(char for char in body["code"] if char.isprintable())[:LONGEST]
        raise InputError(f"the store sent an error in place of the event: {code}", path="code")
