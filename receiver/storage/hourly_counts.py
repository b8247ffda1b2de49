"""Counts of events by the hour, written in the transaction of the events.

A count locks its row until the commit, so it comes last in a transaction: whoever waits for the row then
holds nothing that the other still needs.
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
        insertion = insert_into(session, table).values(hour=hour_of(at), kind=kind, name=name, count=count)
        more = {"count": table.c.count + insertion.excluded["count"]}
        session.execute(insertion.on_conflict_do_update(index_elements=["hour", "kind", "name"], set_=more))


def read(session: Session, since: datetime, until: datetime) -> Counts:
    """Return the counts of the hours that begin in this interval."""
    within = (HourlyCount.hour >= since, HourlyCount.hour < until)
    counts: Counts = {}
    query = select(HourlyCount.hour, HourlyCount.kind, HourlyCount.name, HourlyCount.count)
    for hour, kind, name, count in session.execute(query.where(*within).order_by(HourlyCount.hour)):
        counts.setdefault(hour, {})[HourlyKind(kind), name] = count
    return counts


def first_hour(session: Session) -> datetime | None:
    """Return the first hour with counts, None before any; of earlier hours nothing is known."""
    return session.scalar(select(func.min(HourlyCount.hour)))


def purge_counts(session: Session, before: datetime) -> int:
    """Delete the counts of hours before a time in one statement (a day has few); return their number."""
    statement = delete(HourlyCount).where(HourlyCount.hour < before).returning(HourlyCount.hour)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())
