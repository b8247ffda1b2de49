"""Records: what services hand to console, API and command line of a row, without the row."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

Record = TypeVar("Record")


def record_of(kind: type[Record], row: Any, **other: Any) -> Record:
    """Return a dataclass `kind` with the columns of `row` that have its fields' names, and `other` fields."""
    names = {field.name for field in fields(kind)} - other.keys()  # type: ignore[arg-type]  # each is a dataclass
    return kind(**{name: getattr(row, name) for name in names}, **other)
