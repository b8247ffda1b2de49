"""The schema of the plugin's signals: strict in the fields it needs, and ignoring those it does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing

from receiver.tiktok_ids import SHAPE, account_id, names_no_account
from wp_bridge.errors import BadSignal, OtherVersion
from wp_bridge.fields import PatternField, StrictBoolean

VERSION = 1
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
YEARS = range(2000, 2200)
UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
LARGEST = 2**63 - 1


class _AccountId(fields.Field[str]):
    """An ad account's id: kept as text, because it is longer than a float is exact."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        advertiser_id = account_id(value)
        if advertiser_id is None:
            raise ValidationError(f"{SHAPE}, as text")
        return advertiser_id


class _Digits(PatternField):
    """An id of TikTok's that is not kept; None where the store has none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("[0-9]{1,64}", "must be 1 to 64 digits, as text", **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return None if names_no_account(value) else super()._deserialize(value, attr, data, **kwargs)


class _WholeNumber(fields.Field[int]):
    """A whole number from 1 on: neither "7" nor 7.0 nor true."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int or not 1 <= value <= LARGEST:
            raise ValidationError("must be a whole number, 1 or more")
        return value


class _Instant(fields.Field[datetime]):
    """A moment with its offset, converted to UTC."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        moment = _moment(value) if isinstance(value, str) and INSTANT.fullmatch(value) else None
        if moment is None or moment.year not in YEARS:
            raise ValidationError("must be a time with its offset, such as 2026-11-23T00:00:00Z")
        return moment


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class _Strict(Schema):
    class Meta:
        unknown = EXCLUDE  # a newer plugin may say more


def _load(schema: Schema, data: Any) -> dict[str, Any]:
    """Load with `schema` as its `load` does; in a quarter of the time where nothing is wrong."""
    try:
        return {name: _read(field, name, data) for name, field in schema.load_fields.items()}
    except ValidationError:
        loaded: dict[str, Any] = schema.load(data)  # raises it with the names of all that is wrong
        return loaded


def _read(field: fields.Field[Any], name: str, data: Mapping[str, Any]) -> Any:
    value = data.get(name, missing)
    if value is missing and not field.required:
        return field.load_default
    return None if value is None and field.allow_none else field._deserialize(value, name, data)


class _Part(fields.Nested):
    """An object within a signal."""

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            return _load(self.schema, value)
        return super()._deserialize(value, attr, data, partial, **kwargs)


class _AccountPart(_Part):
    """An account whose id is empty or 0 is none: so TikTok's plugin leaves its options behind."""

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if isinstance(value, dict) and names_no_account(value.get("advertiser_id", value)):
            return None
        return super()._deserialize(value, attr, data, partial, **kwargs)


class _AccountField(_Strict):
    advertiser_id = _AccountId(required=True)
    business_center = _Digits(allow_none=True, load_default=None)
    external_business_id = PatternField(
        ".{0,200}", "must be a text of at most 200 characters", allow_none=True, load_default=None
    )
    exact = StrictBoolean(allow_none=True, load_default=None)


class _Integration(_Strict):
    installed = StrictBoolean(allow_none=True, load_default=None)
    set_up = StrictBoolean(allow_none=True, load_default=None)


class _SignalSchema(_Strict):
    v = _WholeNumber(required=True)
    install_id = PatternField(UUID, "must be a UUID", required=True)
    seq = _WholeNumber(required=True)
    at = _Instant(required=True)
    home_url = PatternField(
        r"https?://[^\x00-\x20\x7f-\xa0]{1,500}", "must be the shop's web address", required=True
    )
    event = fields.Raw(required=True)


class _AccountSignal(_SignalSchema, _AccountField):
    previous = _Digits(allow_none=True, load_default=None)


class _StateSignal(_SignalSchema):
    integration = _Part(_Integration, allow_none=True, load_default=None)
    account = _AccountPart(_AccountField, allow_none=True, load_default=None)


EVENTS: dict[str, Schema] = {
    "integration_installed": _SignalSchema(),
    "integration_set_up": _SignalSchema(),
    "integration_removed": _SignalSchema(),
    "account_linked": _AccountSignal(),
    "account_switched": _AccountSignal(),
    "link_lost": _SignalSchema(),
    "state": _StateSignal(),
}


def read_signal(data: Any) -> dict[str, Any]:
    """Read a signal: the fields that are known, checked, with `at` in UTC. Raises BadSignal with the path."""
    if not isinstance(data, dict):
        raise BadSignal("must be an object", path="")
    if type(data.get("v")) is int and data["v"] != VERSION:
        raise OtherVersion(data["v"], VERSION)
    event = data.get("event")
    if not isinstance(event, str) or event not in EVENTS:
        raise BadSignal(f"must be one of {', '.join(EVENTS)}", path="event")
    try:
        signal = _load(EVENTS[event], data)
    except ValidationError as error:
        path, message = _first(error.messages)
        raise BadSignal(message, path=path) from error
    return signal | {"install_id": signal["install_id"].lower()}


def _first(messages: Any, path: str = "") -> tuple[str, str]:
    if isinstance(messages, Mapping):
        key, below = next(iter(messages.items()))
        return _first(below, path if key == "_schema" else f"{path}.{key}".lstrip("."))
    return path, str(messages[0] if isinstance(messages, list) else messages)
