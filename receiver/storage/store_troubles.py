"""The troubles of stores as of their last decisions, so that lists need not decide anew."""

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
    """Return, by store, since when each of its troubles has been noticed, by id."""
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for store_id, trouble_id, since in session.execute(_OF_STORES, {"store_ids": list(store_ids)}):
        found[store_id][trouble_id] = since
    return found


def troubles_of_stores(session: Session, store_ids: Collection[str]) -> dict[str, list[str]]:
    """Return the ids of each store's troubles, for a page of stores."""
    query = select(StoreTroubleRow.store_id, StoreTroubleRow.id)
    found: dict[str, list[str]] = {}
    for store_id, trouble_id in session.execute(query.where(StoreTroubleRow.store_id.in_(store_ids))):
        found.setdefault(store_id, []).append(trouble_id)
    return found


def replace_troubles(
    rows: RowBatch, store_id: str, now: datetime, before: Collection[str], found: Mapping[str, str]
) -> None:
    """Keep who must act by trouble id; those noticed `before` keep their time.

    The caller holds the store's row.
    """
    for trouble_id in before:
        if trouble_id not in found:
            rows.remove(StoreTroubleRow, store_id, trouble_id)
    for trouble_id, who in found.items():
        if trouble_id not in before:
            rows.add(StoreTroubleRow, store_id=store_id, id=trouble_id, who=who, since=now)


def present_ids(session: Session) -> set[str]:
    """Return the ids of the troubles that any store has: a step along the index for each trouble."""
    return set(session.scalars(PRESENT))


def stores_with(trouble_id: str) -> Select[str, str]:
    """Return the query of stores with a trouble, by id and name."""
    query = select(Store.id, Store.name).join(StoreTroubleRow, StoreTroubleRow.store_id == Store.id)
    return query.where(StoreTroubleRow.id == trouble_id)


def stores_waiting_for(who: str, *, but: Collection[str] = ()) -> Select[str]:
    """Return the query of the ids of stores with a trouble, other than `but`, that somebody must act on."""
    query = select(StoreTroubleRow.store_id).where(StoreTroubleRow.who == who, StoreTroubleRow.id.not_in(but))
    return query.distinct().order_by(StoreTroubleRow.store_id)


def count_by_trouble(session: Session) -> dict[tuple[str, str], int]:
    """Return how many stores have each trouble, by its id and who must act."""
    query = select(StoreTroubleRow.id, StoreTroubleRow.who, func.count())
    found = session.execute(query.group_by(StoreTroubleRow.id, StoreTroubleRow.who))
    return {(id, who): count for id, who, count in found}
