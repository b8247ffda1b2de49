"""Troubles of stores as of their last decisions, stored so that lists need not evaluate anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from receiver.storage.parameters import STORE_IDS
from receiver.storage.row_batch import RowBatch
from receiver.storage.tables import Store, StoreTroubleRow

_FIRST = select(func.min(StoreTroubleRow.id).label("id")).cte("present", recursive=True)
_NEXT = select(func.min(StoreTroubleRow.id)).where(StoreTroubleRow.id > _FIRST.c.id).scalar_subquery()
_STEPS = _FIRST.union_all(select(_NEXT).where(_FIRST.c.id.is_not(None)))
PRESENT = select(_STEPS.c.id).where(_STEPS.c.id.is_not(None))
_OF_STORES = select(StoreTroubleRow.store_id, StoreTroubleRow.id, StoreTroubleRow.since).where(
    StoreTroubleRow.store_id.in_(STORE_IDS)
)


def since_of_stores(session: Session, store_ids: Collection[str]) -> dict[str, dict[str, datetime]]:
    """Return, by store and trouble id, since when each trouble has been noticed."""
    since_by_store: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for store_id, trouble_id, since in session.execute(_OF_STORES, {"store_ids": list(store_ids)}):
        since_by_store[store_id][trouble_id] = since
    return since_by_store


def troubles_of_stores(session: Session, store_ids: Collection[str]) -> dict[str, list[str]]:
    """Return the ids of the troubles by store; a store without any is left out."""
    query = select(StoreTroubleRow.store_id, StoreTroubleRow.id)
    troubles: dict[str, list[str]] = {}
    for store_id, trouble_id in session.execute(query.where(StoreTroubleRow.store_id.in_(store_ids))):
        troubles.setdefault(store_id, []).append(trouble_id)
    return troubles


def replace_troubles(
    rows: RowBatch, store_id: str, now: datetime, before: Collection[str], current: Mapping[str, str]
) -> None:
    """Replace the troubles of a store; those among `before` keep the time they were noticed.

    `current`: who must act, by trouble id. The caller has locked the store's row.
    """
    for trouble_id in before:
        if trouble_id not in current:
            rows.remove(StoreTroubleRow, store_id, trouble_id)
    for trouble_id, who in current.items():
        if trouble_id not in before:
            rows.add(StoreTroubleRow, store_id=store_id, id=trouble_id, who=who, since=now)


def present_ids(session: Session) -> set[str]:
    """Return the ids of the troubles that any store has, by one step along the index for each."""
    return set(session.scalars(PRESENT))


def stores_with(trouble_id: str) -> Select[str, str]:
    """Select id and name of the stores with a trouble."""
    query = select(Store.id, Store.name).join(StoreTroubleRow, StoreTroubleRow.store_id == Store.id)
    return query.where(StoreTroubleRow.id == trouble_id)


def stores_waiting_for(who: str, *, but: Collection[str] = ()) -> Select[str]:
    """Select the ids of stores with a trouble that `who` must act on, other than those in `but`."""
    query = select(StoreTroubleRow.store_id).where(StoreTroubleRow.who == who, StoreTroubleRow.id.not_in(but))
    return query.distinct().order_by(StoreTroubleRow.store_id)


def count_by_trouble(session: Session) -> dict[tuple[str, str], int]:
    """Return the number of stores by trouble id and who must act."""
    query = select(StoreTroubleRow.id, StoreTroubleRow.who, func.count())
    rows = session.execute(query.group_by(StoreTroubleRow.id, StoreTroubleRow.who))
    return {(id, who): count for id, who, count in rows}
