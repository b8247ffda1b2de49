"""Sums over a programme's awards and stores, each one grouped query over an index of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from receiver.storage.awards import is_due_soon, is_late
from receiver.storage.tables import Award, ProgrammeCounts, Store
from receiver.storage.tables.stores import IS_WAITING


@dataclass(frozen=True)
class Awarded:
    """The count of one tier's awards in a state, and of those overdue and due soon; amounts as kept."""

    currency: str
    threshold: str
    credit: str
    state: str
    awards: int
    overdue: int
    due_soon: int

    @property
    def tier(self) -> tuple[str, Decimal, Decimal]:
        return self.currency, Decimal(self.threshold), Decimal(self.credit)


def keep_counts(session: Session, programme: str, now: datetime, counts: dict[str, Any]) -> None:
    session.merge(ProgrammeCounts(programme=programme, at=now, counts=counts))


def kept_counts(session: Session) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """By programme: when it was last counted, and what `count` said."""
    return {row.programme: (row.at, row.counts) for row in session.scalars(select(ProgrammeCounts))}


def count(session: Session, programme: str, now: datetime) -> dict[str, Any]:
    """As plain data: merchants admitted, stores waiting, [stage, stores] the most first, Awarded as dicts."""
    return {
        "admitted": _count_admitted(session, programme),
        "waiting": _count_waiting(session, programme),
        "stages": [[stage, stores] for stage, stores in _stores_by_stage(session, programme)],
        "awards": _awards(session, programme, now),
    }


def _awards(session: Session, programme: str, now: datetime) -> list[dict[str, Any]]:
    """No sum is made here, so amounts stay exact."""
    late, soon = (case((which, 1), else_=0) for which in (is_late(now), is_due_soon(now)))
    group = (Award.currency, Award.threshold, Award.credit, Award.state)
    counts = (func.count().label("awards"), func.sum(late).label("overdue"), func.sum(soon).label("due_soon"))
    query = select(*group, *counts).where(Award.programme == programme).group_by(*group)
    return [
        {
            **row,
            "threshold": str(row["threshold"]),
            "credit": str(row["credit"]),
            "overdue": int(row["overdue"]),
            "due_soon": int(row["due_soon"]),
        }
        for row in session.execute(query).mappings()
    ]


def _stores_by_stage(session: Session, programme: str) -> list[tuple[str | None, int]]:
    counted = func.count().label("stores")
    query = select(Store.stage, counted).where(Store.programme == programme).group_by(Store.stage)
    return [(stage, stores) for stage, stores in session.execute(query.order_by(counted.desc(), Store.stage))]


def _count_admitted(session: Session, programme: str) -> int:
    """Merchants that have a place."""
    admitted = (Store.programme == programme) & Store.admitted_at.is_not(None)
    return session.scalar(select(func.count(Store.merchant.distinct())).where(admitted)) or 0


def _count_waiting(session: Session, programme: str) -> int:
    query = select(func.count()).select_from(Store).where(Store.programme == programme, IS_WAITING)
    return session.scalar(query) or 0
