"""Looks through the calls that were turned away, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from receiver.errors import InputError
from receiver.storage import rejections
from receiver.storage.database import Database
from receiver.storage.tables import Rejection, RejectionSample

BETWEEN = "~"  # the values of a cursor; neither days nor ids nor reasons have one
LONGEST_CURSOR = 200


@dataclass(frozen=True)
class RejectionPage:
    """Counts, the newest day first; `next` is where to go on, None where there are no more."""

    rows: Sequence[Rejection]
    next: str | None


def page_of_rejections(
    database: Database, *, store_id: str | None, reason: str | None, after: str | None, limit: int
) -> RejectionPage:
    """`after` is the `next` of the page before; an empty store: no known one. Raises InputError."""
    place = _read_cursor(after) if after else None
    with database.reading() as session:
        found = rejections.list_rejections(session, store_id, limit + 1, reason=reason, after=place)
    rows = found[:limit]
    return RejectionPage(rows, _cursor(rows[-1]) if len(found) > limit else None)


def samples(
    database: Database, *, store_id: str | None, reason: str | None, limit: int
) -> list[RejectionSample]:
    """The newest first."""
    with database.reading() as session:
        return rejections.list_samples(session, store_id, limit, reason=reason)


def _cursor(row: Rejection) -> str:
    return BETWEEN.join((row.day.isoformat(), row.store_id, row.reason))


def _read_cursor(text: str) -> tuple[date, str, str]:
    try:
        day, store_id, reason = text.split(BETWEEN)
        if not text.isprintable() or len(text) > LONGEST_CURSOR:
            raise ValueError
        return date.fromisoformat(day), store_id, reason
    except ValueError:
        raise InputError("must be the `next` of a page before", path="after") from None
