"""A page of awards by due date, found by filters that indexes lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from receiver.errors import InputError
from receiver.storage.awards import find_awards, is_late
from receiver.storage.tables import Award, Store
from receiver.storage.tables.awards import IS_FLAGGED


@dataclass(frozen=True)
class AwardFilters:
    """Which awards; what is not said does not matter."""

    state: str | None = None
    programme: str | None = None
    flagged: bool = False  # only those with a flag
    due_before: date | None = None  # the date itself not included
    overdue: bool = False  # only those whose date is over in their account's zone


@dataclass(frozen=True)
class FoundAwards:
    """Awards with their stores' names, the earliest due first; `next` is the one to look on from."""

    rows: Sequence[tuple[Award, str]]
    next: str | None


def find_page(
    session: Session, filters: AwardFilters, now: datetime, after: str | None, limit: int
) -> FoundAwards:
    """Raises InputError for an `after` there is not, or a programme's name that none can have."""
    if not (filters.programme or "").isprintable():  # PostgreSQL takes no NUL
        raise InputError("must be printable", path="programme")
    query = select(Award, Store.name).join(Store, Store.id == Award.store_id)
    if filters.state is not None:
        query = query.where(Award.state == filters.state)
    if filters.programme is not None:
        query = query.where(Award.programme == filters.programme)
    if filters.flagged:
        query = query.where(IS_FLAGGED)
    if filters.due_before is not None:
        query = query.where(Award.due_by < filters.due_before)
    if filters.overdue:
        query = query.where(is_late(now))
    if after is not None:
        query = query.where(tuple_(Award.due_by, Award.id) > _place_of(session, after))
    ordered = query.order_by(Award.due_by, Award.id)
    found = [(award, name) for award, name in session.execute(ordered.limit(limit + 1))]
    return FoundAwards(found[:limit], found[limit - 1][0].id if len(found) > limit else None)


def _place_of(session: Session, award_id: str) -> tuple[date, str]:
    award = find_awards(session, [award_id]).get(award_id)
    if award is None:
        raise InputError(f"there is no award {award_id}", path="after")
    return award.due_by, award.id
