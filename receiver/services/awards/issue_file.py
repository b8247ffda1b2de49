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
    IssueChecks,
    Issued,
    read_issue_checks,
    record_issue,
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
    """A row of the file with its outcome; `award` is None where there is none."""

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
    """Return what `issue_file` would do, by row. Raises InputError for a file that cannot be read."""
    rows = read_rows(text)
    with context.database.reading() as session:
        by_id, book = awards.find_awards(session, _ids(rows)), read_codes(session, context.cipher)
        checks = _read_checks(session, context.now(), book, rows, by_id)
        return _with_awards(session, _plan(rows, by_id, checks, although_flagged), by_id)


def issue_file(
    context: ServiceContext, text: str, actor: str, although_flagged: Collection[str] = frozenset()
) -> list[Planned]:
    """Record the credits of all rows, or none where one is refused. Raises InputError and Refused.

    `although_flagged`: the awards that staff confirmed in spite of their flags.
    """
    rows, now = read_rows(text), context.now()
    try:
        with context.database.writing() as session:
            by_id = awards.lock_awards(session, _ids(rows))
            checks = _read_checks(session, now, write_codes(session, context.cipher, now), rows, by_id)
            planned = _with_awards(session, _plan(rows, by_id, checks, although_flagged), by_id)
            if any(item.problem for item in planned):
                return [_with_outcome(item, IssueOutcome.NOT_ISSUED) for item in planned]
            return _keep(session, now, planned, by_id, checks.book, actor)
    except IntegrityError as error:
        raise Refused(TAKEN_MEANWHILE) from error


def _ids(rows: Iterable[Row]) -> list[str]:
    return [row.award_id for row in rows if row.award_id]


def _with_awards(session: Session, planned: list[Planned], by_id: Mapping[str, Award]) -> list[Planned]:
    names = store_names.names_of(session, (award.store_id for award in by_id.values()))
    summaries = {award.id: _summary(award, names[award.store_id]) for award in by_id.values()}
    return [replace(item, award=summaries.get(item.row.award_id or "")) for item in planned]


def _summary(award: Award, store_name: str) -> AwardSummary:
    return AwardSummary(
        store=award.store_id,
        store_name=store_name,
        advertiser_id=award.advertiser_id,
        credit=amount_text(award.credit),
        currency=award.currency,
        flags=award.flags,
    )


def _read_checks(
    session: Session, now: datetime, book: CodeBook, rows: list[Row], by_id: Mapping[str, Award]
) -> IssueChecks:
    return read_issue_checks(
        session, book, list(by_id.values()), [row.issued for row in rows if row.issued], now
    )


def _plan(
    rows: list[Row], by_id: Mapping[str, Award], checks: IssueChecks, although_flagged: Collection[str]
) -> list[Planned]:
    first_lines: dict[tuple[str, str], int] = {}
    planned = (_plan_row(row, by_id, checks, first_lines) for row in rows)
    return [_skip_in_doubt(item, by_id, although_flagged) for item in planned]


def _skip_in_doubt(item: Planned, by_id: Mapping[str, Award], confirmed: Collection[str]) -> Planned:
    """Return the row as skipped where its award is flagged and staff did not confirm it."""
    award_id = item.row.award_id
    if item.outcome is not IssueOutcome.WOULD_ISSUE or award_id is None or award_id in confirmed:
        return item
    if not doubts_credit(by_id[award_id].flags):
        return item
    return replace(item, outcome=IssueOutcome.SKIPPED, skipped=SkipReason.FLAGGED)


def _plan_row(
    row: Row, by_id: Mapping[str, Award], checks: IssueChecks, first_lines: dict[tuple[str, str], int]
) -> Planned:
    if row.issued is None and row.problem is None:
        return Planned(row, IssueOutcome.SKIPPED, skipped=SkipReason.NO_REFERENCE)
    if row.issued is None:
        return Planned(row, IssueOutcome.REFUSED, row.problem)
    award = by_id.get(row.issued.award_id)
    problem = _repetition(row.line, row.issued, first_lines) or (
        row.contradicts(award) or refusal_of(award, row.issued, checks)
        if award
        else f"there is no award {row.issued.award_id}"
    )
    if problem or award is None:
        return Planned(row, IssueOutcome.REFUSED, problem)
    is_issued = row.issued.is_of(award, checks.book)
    return Planned(row, IssueOutcome.ALREADY_ISSUED if is_issued else IssueOutcome.WOULD_ISSUE)


def _repetition(line: int, issued: Issued, first_lines: dict[tuple[str, str], int]) -> str | None:
    """Return the refusal of a second row for one award, or of one code for two awards."""
    keys = [("award", issued.award_id, issued.award_id)]
    keys += [("code", issued.reference, issued.shown)] if issued.is_code else []
    for kind, value, label in keys:
        first = first_lines.setdefault((kind, value), line)
        if first != line:
            return f"{kind} {label} stands in line {first} already"
    return None


def _keep(
    session: Session,
    now: datetime,
    planned: list[Planned],
    by_id: Mapping[str, Award],
    book: CodeBook,
    actor: str,
) -> list[Planned]:
    store_ids = []
    for item in planned:
        if item.row.issued and item.outcome is IssueOutcome.WOULD_ISSUE:
            award = by_id[item.row.issued.award_id]
            record_issue(session, now, award, item.row.issued, book, actor)
            store_ids.append(award.store_id)
    stores.mark_undecided(session, store_ids)
    return [_with_outcome(item, IssueOutcome.ISSUED) for item in planned]


def _with_outcome(planned: Planned, outcome: IssueOutcome) -> Planned:
    """Return the row with the outcome, where it would have been issued."""
    return replace(planned, outcome=outcome) if planned.outcome is IssueOutcome.WOULD_ISSUE else planned
