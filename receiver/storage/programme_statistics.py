"""Sums over a programme's awards and stores, each one grouped query over an index of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from receiver.domain.awards import AwardState
from receiver.storage import places
from receiver.storage.awards import is_due_soon, is_late
from receiver.storage.tables import Award, ProgrammeCounts, Store
from receiver.storage.tables.awards import IS_FLAGGED
from receiver.storage.tables.stores import IS_COMING, IS_WAITING


@dataclass(frozen=True)
class AwardCounts:
    """Counts of one tier's awards in one state; amounts as stored."""

    currency: str
    threshold: str
    credit: str
    state: str
    awards: int
    overdue: int
    due_soon: int
    given: int  # the reference is recorded, whatever became of the award
    arrived: int  # on evidence
    flagged: int
    at_risk: int  # not arrived, and blocked, overdue or flagged

    @property
    def tier(self) -> tuple[str, Decimal, Decimal]:
        return self.currency, Decimal(self.threshold), Decimal(self.credit)


def keep_counts(session: Session, programme: str, now: datetime, counts: dict[str, Any]) -> None:
    """Store the counts of a programme in place of the earlier ones."""
    session.merge(ProgrammeCounts(programme=programme, at=now, counts=counts))


def stored_counts(session: Session) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """Return the stored counts by programme, each with the time of counting."""
    return {row.programme: (row.at, row.counts) for row in session.scalars(select(ProgrammeCounts))}


def count(session: Session, programme: str, now: datetime) -> dict[str, Any]:
    """Return counts of a programme as plain data: merchants, waiting stores, stores by stage, awards."""
    return {
        "admitted": places.count_merchants(session, programme),
        "waiting": _count_waiting(session, programme),
        "stages": [[stage, stores] for stage, stores in _stores_by_stage(session, programme)],
        "awards": _awards(session, programme, now),
        "coming": _coming(session, programme),
    }


def _awards(session: Session, programme: str, now: datetime) -> list[dict[str, Any]]:
    """Return counts of awards by tier and state. Amounts are not summed, so they stay exact."""
    group = (Award.currency, Award.threshold, Award.credit, Award.state)
    counts = [func.sum(case((which, 1), else_=0)).label(name) for name, which in _kinds(now).items()]
    query = select(*group, func.count().label("awards"), *counts).where(Award.programme == programme)
    return [
        {
            **{name: row[name] for name in ("currency", "state", "awards")},
            **{name: str(row[name]) for name in ("threshold", "credit")},
            **{name: int(row[name]) for name in _kinds(now)},
        }
        for row in session.execute(query.group_by(*group)).mappings()
    ]


def _kinds(now: datetime) -> dict[str, Any]:
    """Return the conditions of what is counted in each tier and state besides the number of awards."""
    may_still_fail = Award.state.in_((AwardState.DUE, AwardState.ISSUED, AwardState.BLOCKED))
    has_ended_credited = and_(Award.state == AwardState.EXPIRED, Award.credited_at.is_not(None))
    is_in_doubt = or_(Award.state == AwardState.BLOCKED, is_late(now), IS_FLAGGED)
    return {
        "overdue": is_late(now),
        "due_soon": is_due_soon(now),
        "given": Award.reference.is_not(None),
        "arrived": or_(Award.state == AwardState.CREDITED, has_ended_credited),
        "flagged": IS_FLAGGED,
        "at_risk": and_(may_still_fail, is_in_doubt),
    }


def _coming(session: Session, programme: str) -> list[list[Any]]:
    """Return [stage, currency, credit, stores] of stores without an award whose spend is read.

    A null is unknown.
    """
    group = (Store.stage, Store.coming_currency, Store.coming_credit)
    query = select(*group, func.count()).where(Store.programme == programme, IS_COMING)
    rows = session.execute(query.group_by(*group).order_by(*group)).all()
    return [
        [stage, currency, None if credit is None else str(credit), n] for stage, currency, credit, n in rows
    ]


def _stores_by_stage(session: Session, programme: str) -> list[tuple[str | None, int]]:
    count = func.count().label("stores")
    query = select(Store.stage, count).where(Store.programme == programme).group_by(Store.stage)
    return [(stage, stores) for stage, stores in session.execute(query.order_by(count.desc(), Store.stage))]


def _count_waiting(session: Session, programme: str) -> int:
    query = select(func.count()).select_from(Store).where(Store.programme == programme, IS_WAITING)
    return session.scalar(query) or 0
