"""Counts of a store's deliveries and signals on a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import cast

from sqlalchemy import Select, Table, delete, select, tuple_
from sqlalchemy.orm import Session

from receiver.storage.bulk import insert_rows, is_any_of
from receiver.storage.tables import Store, StoreDay
from receiver.storage.tables.stores import IS_OVER

COUNTS = ("deliveries", "body_bytes", "signals", "shortened", "merged", "passed_over")
ADD_ON_CONFLICT = "ON CONFLICT (store_id, day) DO UPDATE SET " + ", ".join(
    f"{name} = store_days.{name} + excluded.{name}" for name in COUNTS
)


def add(session: Session, more: Mapping[tuple[str, date], Mapping[str, int]]) -> None:
    """Add counts, by name, to the days of stores.

    Rows are written in one order, so that two writers cannot deadlock.
    """
    rows = [(*key, *(counts.get(name, 0) for name in COUNTS)) for key, counts in sorted(more.items())]
    insert_rows(session, cast(Table, StoreDay.__table__), ("store_id", "day", *COUNTS), rows, ADD_ON_CONFLICT)


def signals_of(session: Session, days: Collection[tuple[str, date]]) -> dict[tuple[str, date], int]:
    """Return the number of signals applied by store and day; days without counts are left out."""
    if not days:
        return {}
    of_stores = is_any_of(StoreDay.store_id, {store_id for store_id, _ in days})
    on_days = StoreDay.day.in_({day for _, day in days})
    query = select(StoreDay.store_id, StoreDay.day, StoreDay.signals).where(of_stores, on_days)
    return {(store_id, day): count for store_id, day, count in session.execute(query)}


def day_of_store(session: Session, store_id: str, day: date) -> StoreDay | None:
    """Return the store's counts of a day, None without any."""
    return session.get(StoreDay, (store_id, day))


def stores_over(day: date) -> Select[str, str]:
    """Select id and name of the stores that exceeded a bound that day."""
    query = select(Store.id, Store.name).join(StoreDay, StoreDay.store_id == Store.id)
    return query.where(StoreDay.day == day, IS_OVER).order_by(Store.id)


def purge_days(session: Session, before: date, limit: int) -> int:
    """Delete up to `limit` days from before a date; return their number."""
    old = select(StoreDay.store_id, StoreDay.day).where(StoreDay.day < before).limit(limit)
    key = tuple_(StoreDay.store_id, StoreDay.day)
    statement = delete(StoreDay).where(key.in_(old)).returning(StoreDay.day)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())
