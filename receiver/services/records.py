"""Records: dataclasses with the columns of a row that services return to console, API and command line."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

Record = TypeVar("Record")


def record_of(kind: type[Record], row: Any, **other: Any) -> Record:
    """Return a `kind` dataclass with the columns of `row` named like its fields, and the `other` fields."""
    names = {field.name for field in fields(kind)} - other.keys()  # type: ignore[arg-type]  # each is a dataclass
    return kind(**{name: getattr(row, name) for name in names}, **other)
