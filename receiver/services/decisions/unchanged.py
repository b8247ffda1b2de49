"""Remembers the stores whose next decision would repeat the last one, so that it can be skipped.

A decision follows from a store's records and the moment. One that changed nothing is remembered by a digest
of all its records, with the span in which no moment can make it another: until the next date in a zone that
counts, until a date's figures become final, or until a moment of the records reaches an age that matters.

In memory only: another version of the code may decide otherwise from the same records.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from receiver.domain.calendar import DAILY_FIX, DAY, local_date, start_of
from receiver.domain.facts import DaySpend
from receiver.domain.notices import KEYS_TOLD_FOR
from receiver.domain.schedule import FRESHNESS
from receiver.domain.troubles import MOVE_IS_NEWS
from receiver.services.decisions.troubles import FIRST_READING, LASTING
from receiver.services.evaluation.facts import AD_CREDIT_HOLDS
from receiver.services.evaluation.records import StoreRecords
from receiver.storage import tables

MOST = 200_000  # stores that are remembered, some 250 bytes each
# The ages at which a moment begins or ceases to count.
AGES = (timedelta(0), AD_CREDIT_HOLDS, LASTING, FIRST_READING, MOVE_IS_NEWS, KEYS_TOLD_FOR, *FRESHNESS)
ATOMIC_TYPES = frozenset({str, int, bool, type(None), Decimal, date, datetime})  # nearly all values
IGNORED_COLUMNS = {(tables.Store, "decided_at")}


class UnchangedStores:
    """The stores whose last decision changed nothing, with a digest of the records and when it holds."""

    def __init__(self) -> None:
        self._spans: dict[str, tuple[bytes, datetime, datetime]] = {}

    def is_known(self, records: StoreRecords, content: Any, now: datetime) -> bool:
        """Return whether a decision from these records changed nothing, and would change nothing now.

        `content`: the `content_of` the records.
        """
        digest, since, until = self._spans.get(records.store.id, (b"", now, now))
        return since <= now < until and digest == _digest(content)

    def remember(self, records: StoreRecords, content: Any, now: datetime) -> None:
        """Remember that a decision from these records changed nothing."""
        if len(self._spans) >= MOST:
            self._spans.clear()
        self._spans[records.store.id] = _digest(content), now, holds_until(records, content, now)


def content_of(value: Any) -> Any:
    """Return a value as nested tuples: a row by its columns, a dataclass by its fields."""
    kind: Any = type(value)
    if kind is DaySpend:  # a store has thirty, and their columns are in one piece
        return value[:]
    if (read := _parts(kind)) is None:
        return value
    return tuple([part if type(part) in ATOMIC_TYPES else content_of(part) for part in read(value)])


@cache
def _parts(kind: Any) -> Callable[[Any], Collection[Any]] | None:
    """Return the function that splits a value of this type into its parts; None for an atomic type."""
    if issubclass(kind, tables.Base):
        names = kind.__mapper__.column_attrs.keys()
        return attrgetter(*(name for name in names if (kind, name) not in IGNORED_COLUMNS))
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    if issubclass(kind, Mapping):
        return lambda value: sorted(value.items())
    if issubclass(kind, (set, frozenset)):
        return sorted
    return tuple if issubclass(kind, (list, tuple)) else None


def _digest(content: Any) -> bytes:
    return blake2b(repr(content).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def holds_until(records: StoreRecords, content: Any, now: datetime) -> datetime:
    """Return the first moment from now on at which a decision from the same records may differ."""
    moments = sorted(_moments(content))
    candidates = [_next_fix(now), *(_next_date(zone, now) for zone in _zones(records))]
    for age in AGES:
        if (place := bisect_left(moments, now - age)) < len(moments):
            candidates.append(moments[place] + age)
    return min(candidates)


def _moments(content: Any) -> Iterator[datetime]:
    if isinstance(content, datetime):
        yield content
    elif isinstance(content, tuple):
        for part in content:
            if isinstance(part, (tuple, datetime)):
                yield from _moments(part)


def _zones(records: StoreRecords) -> set[str]:
    """Return the time zones whose date a decision depends on."""
    zones = (of.timezone for of in (records.account, records.award) if of is not None)
    return {"UTC", *filter(None, zones)}


def _next_date(zone: str, now: datetime) -> datetime:
    return start_of(local_date(now, ZoneInfo(zone)) + DAY, ZoneInfo(zone))


def _next_fix(now: datetime) -> datetime:
    """Return when the figures of another date may become final."""
    today = datetime.combine(now.astimezone(UTC).date(), DAILY_FIX)
    return today if now <= today else today + DAY
