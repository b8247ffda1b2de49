"""Lists of ids in pieces that one statement takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Value = TypeVar("Value")

CHUNK = 5000  # SQLite takes 32,766 parameters in a statement


def chunks_of(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values in their order, in pieces of at most CHUNK."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
