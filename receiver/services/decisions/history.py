"""Shows the decisions for a store, with what changed by each and the facts and terms behind it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from receiver.documents.changes import Changes, changes_of_answer, changes_of_facts
from receiver.documents.facts import read_facts
from receiver.documents.programme import read_stored_programme
from receiver.documents.status import status_document
from receiver.domain.decision import decide
from receiver.errors import NotFound
from receiver.paging import LARGEST_ID, Page, read_number
from receiver.storage import decisions, stores
from receiver.storage.database import Database
from receiver.storage.tables import DecisionRow


def page_of_decisions(
    database: Database, store_id: str, *, after: str | None = None, limit: int
) -> Page[dict[str, Any]]:
    """Return a page of a store's decisions with their changes, the newest first; `limit` 0 for all.

    Raises InputError and NotFound.
    """
    with database.reading() as session:
        stores.get_store(session, store_id)
        decision_rows = decisions.page_of_decisions(
            session, store_id, before=read_number(after), limit=limit and limit + 1
        ).rows
    rows = [
        {**_row(row), "changes": _changes(before, row)}
        for row, before in zip_longest(decision_rows, decision_rows[1:])
    ]
    if not limit or len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], str(rows[limit - 1]["id"]))


def show_decision(database: Database, decision_id: int) -> dict[str, Any]:
    """Return a decision with the facts and terms it rests on. Raises NotFound."""
    with database.reading() as session:
        row = session.get(DecisionRow, decision_id) if decision_id <= LARGEST_ID else None
        if row is None:
            raise NotFound(f"there is no decision {decision_id}")
        before = decisions.decision_before(session, row)
    return {
        **_row(row),
        "changes": _changes(before, row),
        "answer": answer_of(row),
        "facts": row.facts,
        "programme": row.programme,
    }


def _row(row: DecisionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "store": row.store_id,
        "decided_at": row.decided_at,
        "stage": row.stage,
        "verdict": row.verdict,
    }


def _changes(before: DecisionRow | None, row: DecisionRow) -> Changes:
    """Return how the answer differs from the decision before, then the facts and terms that differ."""
    if before is None:
        return []
    terms = changes_of_facts(before.programme, row.programme)
    facts = changes_of_facts(before.facts, row.facts)
    return [
        *changes_of_answer(answer_of(before), answer_of(row)),
        *({**fact, "what": f"facts.{fact['what']}"} for fact in facts),
        *({**term, "what": f"terms.{term['what']}"} for term in terms),
    ]


def answer_of(row: DecisionRow) -> dict[str, Any]:
    """Return the answer of a decision, derived from its facts where none was stored: in older rows."""
    if row.answer is not None:
        return row.answer
    document = read_facts(row.facts)
    return status_document(decide(document.facts, read_stored_programme(row.programme), document.as_of))
