"""Facts that staff recorded about stores; of each fact the newest record counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.domain.staff_facts import StaffFactName
from receiver.storage.chunks import chunks_of
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import RecordedFact

_OF_STORES = select(RecordedFact).where(RecordedFact.store_id.in_(STORE_IDS)).order_by(RecordedFact.id)


def recorded_facts(session: Session, store_id: str) -> dict[str, RecordedFact]:
    """Return the store's newest record of each fact, by name."""
    return recorded_facts_of(session, [store_id]).get(store_id, {})


def recorded_facts_of(session: Session, store_ids: Collection[str]) -> dict[str, dict[str, RecordedFact]]:
    """Return, by store, the newest record of each fact, by name; a store without any is left out."""
    facts: defaultdict[str, dict[str, RecordedFact]] = defaultdict(dict)
    for row in session.scalars(_OF_STORES, {"store_ids": list(store_ids)}):
        facts[row.store_id][row.name] = row
    return facts


def record_fact(session: Session, **values: Any) -> None:
    """Insert a recorded fact."""
    session.add(RecordedFact(**values))


def safety_flagged(session: Session, store_ids: Iterable[str]) -> set[str]:
    """Return which of the stores have a safety flag set by staff."""
    newest: dict[str, object] = {}
    for ids in chunks_of(sorted(set(store_ids))):
        query = (
            select(RecordedFact.store_id, RecordedFact.value)
            .where(RecordedFact.name == StaffFactName.SAFETY_FLAG, RecordedFact.store_id.in_(ids))
            .order_by(RecordedFact.id)
        )
        newest.update((row.store_id, row.value) for row in session.execute(query))
    return {store_id for store_id, value in newest.items() if value is True}
