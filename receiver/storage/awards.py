"""Awards held for a change, found by id, and what is to be known before one is issued.

The order in which rows are held is the same everywhere: stores by id, then awards; nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, select, update
from sqlalchemy.orm import Session

from receiver.domain.calendar import DAY, zones_on_another_date
from receiver.errors import NotFound
from receiver.storage.tables import AuditEntry, Award, RecordedFact, Store

CHUNK = 5000  # SQLite takes 32,766 parameters in a statement


def lock_stores(session: Session, store_ids: Iterable[str]) -> None:
    """Until the commit nobody else decides for these stores or changes their awards.

    Deliveries still come in: rows that refer to a store do not wait (SQLite's writers wait anyway).
    """
    for ids in _chunks(sorted(set(store_ids))):
        query = select(Store.id).where(Store.id.in_(ids)).order_by(Store.id)
        session.execute(query.with_for_update(key_share=True)).all()


def lock_awards(session: Session, award_ids: Iterable[str]) -> dict[str, Award]:
    """The awards by id, theirs stores and they held until the commit; an unknown id is left out."""
    ids = sorted(set(award_ids))
    lock_stores(session, (award.store_id for award in find_awards(session, ids).values()))
    for chunk in _chunks(ids):
        query = select(Award.id).where(Award.id.in_(chunk)).order_by(Award.id)
        session.execute(query.with_for_update(key_share=True)).all()
    return find_awards(session, ids)


def lock_award(session: Session, award_id: str) -> Award:
    """Raises NotFound."""
    return _known(lock_awards(session, [award_id]), award_id)


def get_award(session: Session, award_id: str) -> Award:
    """Raises NotFound."""
    return _known(find_awards(session, [award_id]), award_id)


def find_awards(session: Session, award_ids: Iterable[str]) -> dict[str, Award]:
    """By id, fresh from the database; an unknown id is left out."""
    found: dict[str, Award] = {}
    for ids in _chunks(sorted(filter(str.isprintable, set(award_ids)))):
        query = select(Award).where(Award.id.in_(ids)).execution_options(populate_existing=True)
        found |= {award.id: award for award in session.scalars(query)}
    return found


def is_late(now: datetime) -> ColumnElement[bool]:
    """As domain/awards.py says it of one: due, and its date is over in the zone of its account."""
    today = now.astimezone(UTC).date()
    behind, ahead = zones_on_another_date(now)
    local = case(
        (Award.timezone.in_(behind), literal(today - DAY, Date)),
        (Award.timezone.in_(ahead), literal(today + DAY, Date)),
        else_=literal(today, Date),
    )
    # What no zone calls late needs no look at the row: the index on dates leads.
    return and_(Award.state == "due", Award.due_by <= today, Award.due_by < local)


def count_overdue(session: Session, now: datetime) -> int:
    late = is_late(now)
    return session.scalar(select(func.count()).select_from(Award).where(late)) or 0


def to_decide_anew(session: Session, store_ids: Iterable[str]) -> None:
    """Mark stores as not decided, so that lists soon show what became of their awards."""
    for ids in _chunks(sorted(set(store_ids))):
        session.execute(update(Store).where(Store.id.in_(ids)).values(decided_at=None))


def safety_flagged(session: Session, store_ids: Iterable[str]) -> set[str]:
    """Return those of the stores against which staff hold a safety flag."""
    newest: dict[str, object] = {}
    for ids in _chunks(sorted(set(store_ids))):
        query = (
            select(RecordedFact.store_id, RecordedFact.value)
            .where(RecordedFact.name == "safety_flag", RecordedFact.store_id.in_(ids))
            .order_by(RecordedFact.id)
        )
        newest.update((row.store_id, row.value) for row in session.execute(query))
    return {store_id for store_id, value in newest.items() if value is True}


def holders_of_codes(session: Session, hashes: Iterable[str]) -> dict[str, str]:
    """The award that has a code with each of these hashes, where one has."""
    found: dict[str, str] = {}
    for some in _chunks(sorted(set(hashes))):
        query = select(Award.code_hash, Award.id).where(Award.code_hash.in_(some))
        found |= {code_hash: award_id for code_hash, award_id in session.execute(query) if code_hash}
    return found


def audit_of(session: Session, award_id: str) -> list[AuditEntry]:
    """Return the audit entries of an award, the oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject == award_id).order_by(AuditEntry.id)
    return list(session.scalars(query))


def _known(found: dict[str, Award], award_id: str) -> Award:
    if award_id not in found:
        raise NotFound(f"there is no award {award_id}")
    return found[award_id]


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
