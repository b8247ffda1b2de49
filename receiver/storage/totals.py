"""Sums over a programme's awards and stores, each one grouped query over an index of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from receiver.storage.tables import IS_WAITING, Award, Store


def awards_by_tier(session: Session, programme: str, today: date) -> list[Any]:
    """Rows of currency, threshold, credit, state, awards, overdue; amounts are exact: no sum is made here."""
    late = case(((Award.state == "due") & (Award.due_by < today), 1), else_=0)
    group = (Award.currency, Award.threshold, Award.credit, Award.state)
    counts = (func.count().label("awards"), func.sum(late).label("overdue"))
    return list(session.execute(select(*group, *counts).where(Award.programme == programme).group_by(*group)))


def stores_by_stage(session: Session, programme: str) -> list[tuple[str | None, int]]:
    """The most first."""
    counted = func.count().label("stores")
    query = select(Store.stage, counted).where(Store.programme == programme).group_by(Store.stage)
    return [(stage, stores) for stage, stores in session.execute(query.order_by(counted.desc(), Store.stage))]


def count_admitted(session: Session, programme: str) -> int:
    """Merchants that have a place."""
    admitted = (Store.programme == programme) & Store.admitted_at.is_not(None)
    return session.scalar(select(func.count(Store.merchant.distinct())).where(admitted)) or 0


def count_waiting(session: Session, programme: str) -> int:
    query = select(func.count()).select_from(Store).where(Store.programme == programme, IS_WAITING)
    return session.scalar(query) or 0
