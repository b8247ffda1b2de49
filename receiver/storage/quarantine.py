"""Quarantined calls of known stores with a wrong signature: a bounded number, the oldest and the newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, delete, func, select
from sqlalchemy.orm import Session

from receiver.paging import Page
from receiver.storage.paging import Keyset, read_page
from receiver.storage.tables import Quarantined
from receiver.storage.upsert import insert_into

PER_STORE, IN_TOTAL = 50, 2_000
OLDEST_FIRST = Keyset((Quarantined.id,))


def put(session: Session, **values: Any) -> None:
    """Insert a quarantined call unless it is there already; beyond the limits the middle ones are deleted."""
    statement = insert_into(session, cast(Table, Quarantined.__table__)).on_conflict_do_nothing(
        index_elements=["identity"]
    )
    session.execute(statement.values(**values))
    ids = select(Quarantined.id).order_by(Quarantined.id)
    _trim(session, ids.where(Quarantined.store_id == values["store_id"]), PER_STORE)
    _trim(session, ids, IN_TOTAL)


def _trim(session: Session, ids: Select[int], most: int) -> None:
    """Delete the middle of these rows beyond `most`.

    The first tell how it began and the last how it stands: neither pushes the other out.
    """
    over = (session.scalar(select(func.count()).select_from(ids.subquery())) or 0) - most
    if over > 0:
        middle = list(session.scalars(ids.offset(most // 2).limit(over)))
        session.execute(delete(Quarantined).where(Quarantined.id.in_(middle)))


def page_of_quarantine(
    session: Session, stores: Sequence[str] | None, *, after: int | None, limit: int
) -> Page[Quarantined]:
    """Return a page of quarantined calls, the oldest first; `limit` 0 for all."""
    query = select(Quarantined)
    if stores is not None:
        query = query.where(Quarantined.store_id.in_(stores))
    return read_page(session, query, OLDEST_FIRST, after=None if after is None else (after,), limit=limit)


def count_by_store(session: Session) -> dict[str, int]:
    """Count quarantined calls by store, the largest first; IN_TOTAL bounds the rows."""
    count = func.count()
    query = select(Quarantined.store_id, count).group_by(Quarantined.store_id)
    return dict(session.execute(query.order_by(count.desc(), Quarantined.store_id)).all())


def lock_quarantined(session: Session, stores: Sequence[str] | None, ids: Sequence[int]) -> list[Quarantined]:
    """Lock and return the quarantined calls with these ids (all without `ids`), the oldest first."""
    query = select(Quarantined).order_by(Quarantined.id).with_for_update(skip_locked=True)
    if stores is not None:
        query = query.where(Quarantined.store_id.in_(stores))
    return list(session.scalars(query.where(Quarantined.id.in_(ids)) if ids else query))


def purge_quarantined(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` calls received before a time; return their number."""
    old = select(Quarantined.id).where(Quarantined.received_at < before).limit(limit)
    deleted = session.execute(delete(Quarantined).where(Quarantined.id.in_(old)).returning(Quarantined.id))
    return len(deleted.all())
