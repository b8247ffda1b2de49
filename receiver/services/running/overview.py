"""What staff see first: how many stores stand where, a page of them, and the deliveries that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from receiver.storage.database import Database
from receiver.storage.tables import Delivery, Store

PAGE = 50


@dataclass(frozen=True)
class Overview:
    stages: Sequence[tuple[str, int]]  # stage and how many stores, the most first
    stores: Sequence[Store]
    next_after: str | None  # where the next page of stores begins
    failed: Sequence[Delivery]  # failed or dead, the newest first
    failed_count: int


def overview(database: Database, *, stage: str | None, after: str | None) -> Overview:
    with database.reading() as session:
        stores = _stores(session, stage, after)
        more = len(stores) > PAGE
        return Overview(
            stages=_stages(session),
            stores=stores[:PAGE],
            next_after=stores[PAGE - 1].id if more else None,
            failed=_failed(session),
            failed_count=_failed_count(session),
        )


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
