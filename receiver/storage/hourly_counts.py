"""Counts events by the hour, in the transaction of what is counted.

A count holds its row until the commit. So it comes last in a transaction: who waits for the row then holds
nothing that the other still wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from receiver.domain.hourly_counts import HourlyEvent, HourlyKind, hour_of
from receiver.storage.tables import HourlyCount
from receiver.storage.upsert import insert_into

Counts = dict[datetime, dict[HourlyEvent, int]]  # by hour


def add(session: Session, at: datetime, counts: Mapping[HourlyEvent, int]) -> None:
    """Add to the counts of the hour of `at`."""
    table = cast(Table, HourlyCount.__table__)
    for (kind, name), count in sorted(counts.items()):
        added = insert_into(session, table).values(hour=hour_of(at), kind=kind, name=name, count=count)
        more = {"count": table.c.count + added.excluded["count"]}
        session.execute(added.on_conflict_do_update(index_elements=["hour", "kind", "name"], set_=more))


def read(session: Session, since: datetime, until: datetime) -> Counts:
    """Return what was counted in the hours that begin in that interval."""
    within = (HourlyCount.hour >= since, HourlyCount.hour < until)
    found: Counts = {}
    query = select(HourlyCount.hour, HourlyCount.kind, HourlyCount.name, HourlyCount.count)
    for hour, kind, name, count in session.execute(query.where(*within).order_by(HourlyCount.hour)):
        found.setdefault(hour, {})[HourlyKind(kind), name] = count
    return found


def first_hour(session: Session) -> datetime | None:
    """Return since when anything has been counted; of the hours before nothing is known."""
    return session.scalar(select(func.min(HourlyCount.hour)))


def purge_counts(session: Session, before: datetime) -> int:
    """Forget the hours before a moment, all at once: a day has few. Return how many rows went."""
    gone = delete(HourlyCount).where(HourlyCount.hour < before).returning(HourlyCount.hour)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())
