"""Strict marshmallow fields for the contract's documents, and errors that name a wrong field's path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields

from receiver.domain.calendar import YEARS
from receiver.domain.programme import COUNTRY_ALIASES
from receiver.errors import InputError
from wp_bridge.fields import PatternField, StrictBoolean

AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,8})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
PROGRAMME_ID = "[a-z0-9][a-z0-9-]{0,62}"
DateOrTime = TypeVar("DateOrTime", date, datetime)


def load_document(schema: Schema, data: Any) -> Any:
    """Load a document with `schema`. Raises InputError with the path of the first wrong field."""
    try:
        return schema.load(data)
    except ValidationError as error:
        path, message = _first(error.messages)
        raise InputError(message if path else f"the document {message}", path=path) from error


def _first(messages: Any, path: str = "") -> tuple[str, str]:
    if isinstance(messages, Mapping):
        key, below = next(iter(messages.items()))
        return _first(below, _join(path, key))
    message = messages[0] if isinstance(messages, list) else str(messages)
    return path, str(message)


def _join(path: str, key: Any) -> str:
    # marshmallow's own names, none of the document: for a whole object, and for the key and value of a map
    if key in ("_schema", "key", "value"):
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


class DashIsNull(fields.Field[Any]):
    """A field that reads "-" as null, which is what TikTok writes for nothing."""

    default_error_messages = {"required": "is missing", "null": "must not be null"}  # noqa: RUF012 (marshmallow reads it)

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """Deserialize a value, reading "-" as null."""
        return super().deserialize(None if value == "-" else value, attr, data, **kwargs)


class Part(DashIsNull, fields.Nested):
    """An object inside the document."""


class Many(DashIsNull, fields.List[Any]):
    """A list inside the document."""

    default_error_messages = {"invalid": "must be a list"}  # noqa: RUF012 (marshmallow reads it)


class Strict(Schema):
    """An object of which every field is known; `unknown` and `type` are marshmallow's keys."""

    error_messages = {"type": "must be an object", "unknown": "is no field of this document"}  # noqa: RUF012 (marshmallow reads it)


class Text(DashIsNull):
    """A text of at most 500 characters that is not empty."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > 500:
            raise ValidationError("must be a text of 1 to 500 characters")
        return value


class Pattern(DashIsNull, PatternField):
    """A text of a given form."""


class Country(Pattern):
    """A country in ISO 3166 alpha-2; the terms' UK is read as GB."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("[A-Z]{2}", "must be a country of two capital letters, such as US", **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        country: str = super()._deserialize(value, attr, data, **kwargs)
        return COUNTRY_ALIASES.get(country, country)


class Currency(Pattern):
    """A currency in ISO 4217."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("[A-Z]{3}", "must be a currency of three capital letters, such as USD", **kwargs)


class OneOf(DashIsNull):
    """A text that is one of a few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise ValidationError(f"must be one of {', '.join(self.words)}")
        return value


class YesNo(DashIsNull, StrictBoolean):
    """true or false, and nothing that only resembles them."""


class Count(DashIsNull):
    """A whole number, 0 or more."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            raise ValidationError("must be a whole number, 0 or more")
        return value


class Amount(DashIsNull):
    """An exact decimal written as text: a JSON number may have been a float on its way."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            raise ValidationError('must be an amount written as text, such as "120.00"')
        return Decimal(value)


class Instant(DashIsNull):
    """A moment with its offset; kept in UTC."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        right = "must be a time with its offset, such as 2025-11-20T12:00:00Z"
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            raise ValidationError(right)
        try:
            return _in_range(datetime.fromisoformat(value).astimezone(UTC))
        except (ValueError, OverflowError) as error:
            raise ValidationError(right) from error


class Day(DashIsNull):
    """A calendar date."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        right = "must be a date such as 2025-11-02"
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise ValidationError(right)
        try:
            return _in_range(date.fromisoformat(value))
        except ValueError as error:
            raise ValidationError(right) from error


class Zone(DashIsNull):
    """The IANA name of a time zone."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not is_zone(value):
            raise ValidationError("must be a time zone such as America/New_York")
        return value


def is_zone(name: str) -> bool:
    """Return whether this is the IANA name of a time zone that we have."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, an odd name, a folder of zones
        return False
    return True


def _in_range(value: DateOrTime) -> DateOrTime:
    if value.year not in YEARS:
        raise ValueError("out of range")
    return value
