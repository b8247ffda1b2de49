"""Column types that mean the same on SQLite and PostgreSQL: exact decimals, UTC times, JSON, secrets."""

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
    """Decimal kept as text: SQLite's numeric columns are floats, and 499.99 must stay 499.99."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read the text at once: a store has over a hundred of them."""
        return _decimal_from_text


def _decimal_from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class EnumText(TypeDecorator[Any]):
    """A member of a StrEnum as its text; what is none of its members is neither kept nor given back."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.members(value)


class Utc(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read SQLite's text at once: of the way through SQLAlchemy's own type a row has a dozen."""
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
        return None if value is None else _PLAIN_JSON.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class JsonValue(Json):
    """A JSON value that may be null itself, in a column that always holds one."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return "null" if value is None else super().process_bind_param(value, dialect)


class PackedJson(TypeDecorator[Any]):
    """Any JSON value, compressed: for what is kept for long and seldom read."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(_COMPACT_JSON.encode(value).encode(), EFFORT)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(zlib.decompress(value))
