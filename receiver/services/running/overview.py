"""What staff see first: how many stores stand where, a page of them, and the deliveries that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from receiver.documents.money import amount_text
from receiver.services.running.readiness import worker_is_silent
from receiver.storage import awards
from receiver.storage.database import Database
from receiver.storage.tables import Award, Delivery, Store

PAGE = 50
SHOWN = 10  # overdue awards


@dataclass(frozen=True)
class Overview:
    stages: Sequence[tuple[str, int]]  # stage and how many stores, the most first
    stores: Sequence[Store]
    next_after: str | None  # where the next page of stores begins
    failed: Sequence[Delivery]  # failed or dead, the newest first
    failed_count: int
    worker_silent: bool
    overdue: Sequence[OverdueAward]  # the longest overdue first
    overdue_count: int


@dataclass(frozen=True)
class OverdueAward:
    """An award nobody has issued though its date is past."""

    id: str
    store_id: str
    store_name: str
    credit: str
    currency: str
    due_by: date


def overview(database: Database, now: datetime, *, stage: str | None, after: str | None) -> Overview:
    with database.reading() as session:
        stores = _stores(session, stage, after)
        more = len(stores) > PAGE
        return Overview(
            stages=_stages(session),
            stores=stores[:PAGE],
            next_after=stores[PAGE - 1].id if more else None,
            failed=_failed(session),
            failed_count=_failed_count(session),
            worker_silent=worker_is_silent(session, now),
            overdue=[_shown(award, name) for award, name in awards.overdue_awards(session, now, SHOWN)],
            overdue_count=awards.count_overdue(session, now),
        )


def _shown(award: Award, store_name: str) -> OverdueAward:
    credit = amount_text(award.credit)
    return OverdueAward(award.id, award.store_id, store_name, credit, award.currency, award.due_by)


def _stages(session: Session) -> list[tuple[str, int]]:
    counted = func.count().label("stores")
    query = select(Store.stage, counted).group_by(Store.stage).order_by(counted.desc(), Store.stage)
    return [(stage or "not decided yet", stores) for stage, stores in session.execute(query)]


def _stores(session: Session, stage: str | None, after: str | None) -> list[Store]:
    query = select(Store).order_by(Store.id).limit(PAGE + 1)
    if stage:
        query = query.where(Store.stage == stage)
    if after:
        query = query.where(Store.id > after)
    return list(session.scalars(query))


FAILED = Delivery.state.in_(("failed", "dead"))


def _failed(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).where(FAILED).order_by(Delivery.id.desc()).limit(PAGE)))


def _failed_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(FAILED)) or 0
