"""Records many issued credits from a CSV file: every row is checked first, then all are kept or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.errors import Refused
from receiver.services.awards.issue import (
    TAKEN_MEANWHILE,
    Issued,
    Surroundings,
    keep_issued,
    look_around,
    refusal_of,
)
from receiver.services.awards.issue_rows import Row, read_rows
from receiver.services.context import ServiceContext
from receiver.storage import awards, stores
from receiver.storage.codes import CodeBook, read_codes, write_codes
from receiver.storage.tables import Award


class IssueOutcome(StrEnum):
    """The outcome of a row of the file."""

    WOULD_ISSUE = "would issue"
    ISSUED = "issued"
    ALREADY_ISSUED = "already issued"
    REFUSED = "refused"
    NOT_ISSUED = "not issued"  # another row was refused


@dataclass(frozen=True)
class Planned:
    """A row of the file and what becomes of it."""

    row: Row
    outcome: IssueOutcome
    problem: str | None = None


def preview(context: ServiceContext, text: str) -> list[Planned]:
    """Return what `issue_file` would do, by row. Raises InputError for a file nobody can read."""
    rows = read_rows(text)
    with context.database.reading() as session:
        found, book = awards.find_awards(session, _ids(rows)), read_codes(session, context.cipher)
        return _plan(rows, found, _look_around(session, context.now(), book, rows, found))


def issue_file(context: ServiceContext, text: str, actor: str) -> list[Planned]:
    """Keep all rows, or none where one is refused. Raises InputError and Refused."""
    rows, now = read_rows(text), context.now()
    try:
        with context.database.writing() as session:
            found = awards.lock_awards(session, _ids(rows))
            around = _look_around(session, now, write_codes(session, context.cipher, now), rows, found)
            planned = _plan(rows, found, around)
            if any(item.problem for item in planned):
                return [_ended(item, IssueOutcome.NOT_ISSUED) for item in planned]
            return _keep(session, now, planned, found, around.book, actor)
    except IntegrityError as error:
        raise Refused(TAKEN_MEANWHILE) from error


def _ids(rows: Iterable[Row]) -> list[str]:
    return [row.issued.award_id for row in rows if row.issued]


def _look_around(
    session: Session, now: datetime, book: CodeBook, rows: list[Row], found: Mapping[str, Award]
) -> Surroundings:
    return look_around(session, book, list(found.values()), [row.issued for row in rows if row.issued], now)


def _plan(rows: list[Row], found: Mapping[str, Award], around: Surroundings) -> list[Planned]:
    seen: dict[tuple[str, str], int] = {}
    return [_planned(row, found, around, seen) for row in rows]


def _planned(
    row: Row, found: Mapping[str, Award], around: Surroundings, seen: dict[tuple[str, str], int]
) -> Planned:
    if row.issued is None:
        return Planned(row, IssueOutcome.REFUSED, row.problem)
    award = found.get(row.issued.award_id)
    problem = _stands_twice(row.line, row.issued, seen) or (
        row.contradicts(award) or refusal_of(award, row.issued, around)
        if award
        else f"there is no award {row.issued.award_id}"
    )
    if problem or award is None:
        return Planned(row, IssueOutcome.REFUSED, problem)
    is_issued = row.issued.is_of(award, around.book)
    return Planned(row, IssueOutcome.ALREADY_ISSUED if is_issued else IssueOutcome.WOULD_ISSUE)


def _stands_twice(line: int, issued: Issued, seen: dict[tuple[str, str], int]) -> str | None:
    """Two rows for one award, whatever they say, or one code for two awards."""
    keys = [("award", issued.award_id, issued.award_id)]
    keys += [("code", issued.reference, issued.shown)] if issued.is_code else []
    for kind, value, shown in keys:
        first = seen.setdefault((kind, value), line)
        if first != line:
            return f"{kind} {shown} stands in line {first} already"
    return None


def _keep(
    session: Session,
    now: datetime,
    planned: list[Planned],
    found: Mapping[str, Award],
    book: CodeBook,
    actor: str,
) -> list[Planned]:
    touched = []
    for item in planned:
        if item.row.issued and item.outcome is not IssueOutcome.ALREADY_ISSUED:
            award = found[item.row.issued.award_id]
            keep_issued(session, now, award, item.row.issued, book, actor)
            touched.append(award.store_id)
    stores.to_decide_anew(session, touched)
    return [_ended(item, IssueOutcome.ISSUED) for item in planned]


def _ended(planned: Planned, outcome: IssueOutcome) -> Planned:
    """Return the row with the outcome, where it would have been issued."""
    return replace(planned, outcome=outcome) if planned.outcome is IssueOutcome.WOULD_ISSUE else planned
