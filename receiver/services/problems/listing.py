"""The list of problems: its pages, the count of open ones, and their acknowledgement by staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.documents.problems import problem_words
from receiver.domain.audit import AuditAction
from receiver.domain.problems import ProblemCause, ProblemFilters, ProblemState
from receiver.domain.troubles import Actor
from receiver.errors import InputError, NotFound, Refused
from receiver.paging import Page, first_rows, read_number
from receiver.services.context import ServiceContext
from receiver.services.records import record_of
from receiver.services.search.stores import match_stores
from receiver.services.validation import check_filters, require_text
from receiver.storage import address_claims, audit, problems
from receiver.storage.database import Database
from receiver.storage.tables import Problem

MOST_SHOWN = 1_000  # the navigation counts no more open problems than these


@dataclass(frozen=True)
class ProblemRecord:
    """A problem as lists show it."""

    id: int
    cause: ProblemCause
    who: Actor
    store_id: str  # empty: no known store
    store_name: str | None
    addresses: tuple[str, ...]  # that messages of a store name instead of its own
    state: ProblemState
    first_at: datetime
    last_at: datetime
    count: int
    kept: int  # of them, those that can be processed again
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None
    resolved_at: datetime | None


def page_of_problems(
    database: Database, filters: ProblemFilters, *, after: str | None = None, limit: int
) -> Page[ProblemRecord]:
    """Return a page of problems, the most urgent cause first; `limit` 0 for all.

    Raises InputError, also where no store matches.
    """
    check_filters(asdict(filters))
    with database.reading() as session:
        stores = match_stores(session, filters.store) if filters.store else None
        try:
            page = problems.page_of_problems(session, filters, stores, after=read_number(after), limit=limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error
        addresses = _addresses(session, [problem for problem, _ in page.rows])
    return page.show(
        lambda row: record_of(ProblemRecord, row[0], store_name=row[1], addresses=addresses[row[0].id])
    )


def list_problems(database: Database, filters: ProblemFilters, limit: int) -> list[ProblemRecord]:
    """Return the first problems of the listing, `limit` of them or all with 0. Raises InputError."""

    def read(after: str | None, size: int) -> Page[ProblemRecord]:
        return page_of_problems(database, filters, after=after, limit=size)

    return first_rows(read, limit)


def problems_of_store(database: Database, store_id: str) -> list[ProblemRecord]:
    """Return the open and the acknowledged problems of one store, the open ones first."""
    states = (ProblemState.OPEN, ProblemState.ACKNOWLEDGED)
    return [
        problem
        for state in states
        for problem in page_of_problems(database, ProblemFilters(state, store_id), limit=0).rows
    ]


def problem_document(problem: ProblemRecord) -> dict[str, Any]:
    """Return a problem as API and command line show it, with cause and cure in words."""
    words = problem_words(problem.cause, problem.addresses)
    return {
        "id": problem.id,
        "state": problem.state.value,
        "cause": problem.cause.value,
        "what": words.what,
        "who": problem.who.value,
        "cure": words.cure,
        "store": problem.store_id or None,
        "store_name": problem.store_name,
        "addresses": list(problem.addresses),
        "count": problem.count,
        "kept": problem.kept,
        "first_at": problem.first_at,
        "last_at": problem.last_at,
        "acknowledged_by": problem.acknowledged_by,
        "acknowledged_at": problem.acknowledged_at,
        "note": problem.note,
        "resolved_at": problem.resolved_at,
    }


def count_open_problems(database: Database) -> int:
    """Return the number of open problems to act on; MOST_SHOWN + 1 where there are more."""
    with database.reading() as session:
        return problems.count_open(session, MOST_SHOWN)


def acknowledge_problem(context: ServiceContext, problem_id: int, *, note: str, actor: str) -> ProblemRecord:
    """Acknowledge an open problem, with a note; it ends by itself all the same.

    Raises InputError, NotFound, and Refused where it was acknowledged before or is over.
    """
    now = context.now()
    note = require_text(note, "note")
    with context.database.writing() as session:
        row = problems.get_problem(session, problem_id, locked=True)
        if row.state is not ProblemState.OPEN:
            by = f" by {row.acknowledged_by}" if row.state is ProblemState.ACKNOWLEDGED else ""
            raise Refused(f"problem {problem_id} is {row.state}{by} already")
        row.state, row.note = ProblemState.ACKNOWLEDGED, note
        row.acknowledged_by, row.acknowledged_at = actor, now
        detail = {"cause": row.cause, "store": row.store_id, "count": row.count, "note": note}
        subject = row.store_id or f"problem {problem_id}"
        audit.record(session, now, actor, AuditAction.PROBLEM_ACKNOWLEDGED, subject, detail)
        name = problems.store_name(session, row.store_id)
        addresses = _addresses(session, [row])[row.id]
        return record_of(ProblemRecord, row, store_name=name, addresses=addresses)


def _addresses(session: Session, rows: Sequence[Problem]) -> dict[int, tuple[str, ...]]:
    """Return, by problem id, the other addresses that messages name; none of problems with other causes."""
    elsewhere = {row.store_id for row in rows if row.cause is ProblemCause.ELSEWHERE}
    by_store = address_claims.signed_addresses(session, elsewhere) if elsewhere else {}
    return {
        row.id: by_store.get(row.store_id, ()) if row.cause is ProblemCause.ELSEWHERE else () for row in rows
    }
