"""Records many issued credits from a CSV file: every row is checked first, then all are kept or none.

A row without a reference is skipped, and so is an award whose flags put its credit in doubt, unless staff
confirmed that very award.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.documents.money import amount_text
from receiver.domain.flags import doubts_credit
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
from receiver.storage import awards, store_names, stores
from receiver.storage.codes import CodeBook, read_codes, write_codes
from receiver.storage.tables import Award


class IssueOutcome(StrEnum):
    """The outcome of a row of the file."""

    WOULD_ISSUE = "would issue"
    ISSUED = "issued"
    ALREADY_ISSUED = "already issued"
    SKIPPED = "skipped"
    REFUSED = "refused"
    NOT_ISSUED = "not issued"  # another row was refused


class SkipReason(StrEnum):
    """Why a row that is not wrong records nothing."""

    NO_REFERENCE = "it has no reference"
    FLAGGED = "it is flagged and was not confirmed"


@dataclass(frozen=True)
class AwardSummary:
    """The award of a row, so that a shifted column can be seen."""

    store: str
    store_name: str
    advertiser_id: str
    credit: str  # decimal text
    currency: str
    flags: Sequence[str]


@dataclass(frozen=True)
class Planned:
    """A row of the file and what becomes of it; `award` is None where there is none."""

    row: Row
    outcome: IssueOutcome
    problem: str | None = None
    skipped: SkipReason | None = None
    award: AwardSummary | None = None

    @property
    def needs_confirmation(self) -> bool:
        """Return whether staff must confirm the row: its award is flagged."""
        return self.skipped is SkipReason.FLAGGED


def preview(
    context: ServiceContext, text: str, although_flagged: Collection[str] = frozenset()
) -> list[Planned]:
    """Return what `issue_file` would do, by row. Raises InputError for a file nobody can read."""
    rows = read_rows(text)
    with context.database.reading() as session:
        found, book = awards.find_awards(session, _ids(rows)), read_codes(session, context.cipher)
        around = _look_around(session, context.now(), book, rows, found)
        return _with_awards(session, _plan(rows, found, around, although_flagged), found)


def issue_file(
    context: ServiceContext, text: str, actor: str, although_flagged: Collection[str] = frozenset()
) -> list[Planned]:
    """Keep all rows, or none where one is refused. Raises InputError and Refused.

    `although_flagged`: the awards that staff confirmed in spite of their flags.
    """
    rows, now = read_rows(text), context.now()
    try:
        with context.database.writing() as session:
            found = awards.lock_awards(session, _ids(rows))
            around = _look_around(session, now, write_codes(session, context.cipher, now), rows, found)
            planned = _with_awards(session, _plan(rows, found, around, although_flagged), found)
            if any(item.problem for item in planned):
                return [_ended(item, IssueOutcome.NOT_ISSUED) for item in planned]
            return _keep(session, now, planned, found, around.book, actor)
    except IntegrityError as error:
        raise Refused(TAKEN_MEANWHILE) from error


def _ids(rows: Iterable[Row]) -> list[str]:
    return [row.award_id for row in rows if row.award_id]


def _with_awards(session: Session, planned: list[Planned], found: Mapping[str, Award]) -> list[Planned]:
    names = store_names.names_of(session, (award.store_id for award in found.values()))
    shown = {award.id: _summary(award, names[award.store_id]) for award in found.values()}
    return [replace(item, award=shown.get(item.row.award_id or "")) for item in planned]


def _summary(award: Award, store_name: str) -> AwardSummary:
    return AwardSummary(
        store=award.store_id,
        store_name=store_name,
        advertiser_id=award.advertiser_id,
        credit=amount_text(award.credit),
        currency=award.currency,
        flags=award.flags,
    )


def _look_around(
    session: Session, now: datetime, book: CodeBook, rows: list[Row], found: Mapping[str, Award]
) -> Surroundings:
    return look_around(session, book, list(found.values()), [row.issued for row in rows if row.issued], now)


def _plan(
    rows: list[Row], found: Mapping[str, Award], around: Surroundings, although_flagged: Collection[str]
) -> list[Planned]:
    seen: dict[tuple[str, str], int] = {}
    planned = (_planned(row, found, around, seen) for row in rows)
    return [_skip_in_doubt(item, found, although_flagged) for item in planned]


def _skip_in_doubt(item: Planned, found: Mapping[str, Award], confirmed: Collection[str]) -> Planned:
    """Return the row as skipped where its award's flags ask for a confirmation that it has not got."""
    award_id = item.row.award_id
    if item.outcome is not IssueOutcome.WOULD_ISSUE or award_id is None or award_id in confirmed:
        return item
    if not doubts_credit(found[award_id].flags):
        return item
    return replace(item, outcome=IssueOutcome.SKIPPED, skipped=SkipReason.FLAGGED)


def _planned(
    row: Row, found: Mapping[str, Award], around: Surroundings, seen: dict[tuple[str, str], int]
) -> Planned:
    if row.issued is None and row.problem is None:
        return Planned(row, IssueOutcome.SKIPPED, skipped=SkipReason.NO_REFERENCE)
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
    """Return the refusal of a second row for one award, or of one code for two awards."""
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
        if item.row.issued and item.outcome is IssueOutcome.WOULD_ISSUE:
            award = found[item.row.issued.award_id]
            keep_issued(session, now, award, item.row.issued, book, actor)
            touched.append(award.store_id)
    stores.to_decide_anew(session, touched)
    return [_ended(item, IssueOutcome.ISSUED) for item in planned]


def _ended(planned: Planned, outcome: IssueOutcome) -> Planned:
    """Return the row with the outcome, where it would have been issued."""
    return replace(planned, outcome=outcome) if planned.outcome is IssueOutcome.WOULD_ISSUE else planned
