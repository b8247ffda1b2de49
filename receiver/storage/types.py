"""Column types with the same meaning on SQLite and PostgreSQL: exact decimals, UTC times, JSON, secrets."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator

# Documents are trees: nobody needs to look for one that holds itself.
_PLAIN_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, check_circular=False)
_COMPACT_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)
EFFORT = 5  # of packing: more takes a third longer, and makes a decision's answer half a hundredth smaller


class EncryptedText(Text):
    """A secret as the cipher wrote it. Rotating the keys finds its columns by this type."""


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal stored as text: SQLite's numeric columns are floats, and 499.99 must stay 499.99."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Return the decimal as text without an exponent."""
        return None if value is None else format(value, "f")

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function that reads the text directly: a store has over a hundred decimals."""
        return _decimal_from_text


def _decimal_from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class EnumText(TypeDecorator[Any]):
    """A member of a StrEnum, stored as its text; any other text is refused both ways."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text of a member. Raises ValueError for any other value."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Return the member of a text. Raises ValueError for any other text."""
        return None if value is None else self.members(value)


class Utc(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC, without its zone for SQLite. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored time as an aware one in UTC."""
        return None if value is None else _in_utc(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function that reads SQLite's text directly, which is faster than SQLAlchemy's."""
        return _utc_from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _utc_from_text(text: str | None) -> datetime | None:
    return None if text is None else _in_utc(datetime.fromisoformat(text))


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def utc_as_text(at: datetime) -> str:
    """Return a time as Utc stores it in SQLite, for statements that bypass SQLAlchemy."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class Json(TypeDecorator[Any]):
    """Any JSON value, as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the value as JSON text; None is stored as SQL NULL."""
        return None if value is None else _PLAIN_JSON.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value that a JSON text holds."""
        return None if value is None else json.loads(value)


class JsonValue(Json):
    """A JSON value that may be null itself, in a column that always holds one."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the value as JSON text; None is stored as JSON null."""
        return "null" if value is None else super().process_bind_param(value, dialect)


class PackedJson(TypeDecorator[Any]):
    """Any JSON value, compressed: for documents that are kept for long and seldom read."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the value as compressed JSON; None is stored as SQL NULL."""
        return None if value is None else zlib.compress(_COMPACT_JSON.encode(value).encode(), EFFORT)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Return the value that compressed JSON holds."""
        return None if value is None else json.loads(zlib.decompress(value))
