"""Decisions: pages by store, bounds on how many are kept, and the stores whose last decision is old."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from receiver.domain.awards import AwardState
from receiver.domain.limits import DECISIONS_A_DAY
from receiver.paging import Page
from receiver.storage.paging import Keyset, read_page
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import Award, DecisionRow, Review, Store

THINNED = timedelta(days=30)
BY_NUMBER = Keyset((DecisionRow.id,), descending=True)


@dataclass(frozen=True)
class StageChange:
    """A decision by which a store came to another stage."""

    at: datetime
    before: str | None  # None: the first of all
    after: str


def page_of_decisions(
    session: Session, store_id: str, *, before: int | None = None, limit: int
) -> Page[DecisionRow]:
    """Return a page of a store's decisions, the newest first; `limit` 0 for all."""
    query = select(DecisionRow).where(DecisionRow.store_id == store_id)
    key = None if before is None else (before,)
    return read_page(session, query, BY_NUMBER, after=key, limit=limit)


def stage_changes(session: Session, store_id: str, limit: int) -> list[StageChange]:
    """Return a store's newest stored decisions that changed its stage, the newest first."""
    stored = (
        select(
            DecisionRow.decided_at,
            func.lag(DecisionRow.stage).over(order_by=DecisionRow.id).label("before"),
            DecisionRow.stage.label("after"),
            DecisionRow.id,
        )
        .where(DecisionRow.store_id == store_id)
        .subquery()
    )
    is_other = stored.c.before.is_distinct_from(stored.c.after)
    query = select(stored.c.decided_at, stored.c.before, stored.c.after).where(is_other)
    return [StageChange(*row) for row in session.execute(query.order_by(stored.c.id.desc()).limit(limit))]


def last_decision(session: Session, store_id: str) -> DecisionRow | None:
    """Return a store's newest decision, None without any."""
    query = select(DecisionRow).where(DecisionRow.store_id == store_id).order_by(DecisionRow.id.desc())
    return session.scalars(query.limit(1)).first()


_NEWEST = (
    select(DecisionRow.id)
    .where(DecisionRow.store_id == Store.id)
    .order_by(DecisionRow.id.desc())
    .limit(1)
    .correlate(Store)
    .scalar_subquery()
)
_LAST = (
    select(Store.id, DecisionRow.id, DecisionRow.digest)
    .join(DecisionRow, DecisionRow.id == _NEWEST)
    .where(Store.id.in_(STORE_IDS))
)


def last_digests(session: Session, store_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Return, by store, the id and the digest of its newest decision."""
    rows = session.execute(_LAST, {"store_ids": list(store_ids)})
    return {store_id: (number, digest) for store_id, number, digest in rows}


def decision_before(session: Session, row: DecisionRow) -> DecisionRow | None:
    """Return the previous decision for the same store, None for its first."""
    earlier = select(DecisionRow).where(DecisionRow.store_id == row.store_id, DecisionRow.id < row.id)
    return session.scalars(earlier.order_by(DecisionRow.id.desc()).limit(1)).first()


_TOO_MANY = (
    select(DecisionRow.store_id, func.count())
    .where(DecisionRow.store_id.in_(STORE_IDS), DecisionRow.decided_at >= bindparam("midnight"))
    .group_by(DecisionRow.store_id)
    .having(func.count() > bindparam("bound"))
)


def bound_decisions(session: Session, store_ids: Collection[str], at: datetime) -> None:
    """Delete each store's decisions of a day beyond the bound; the first of the day and the newest stay."""
    midnight = datetime.combine(at.astimezone(UTC).date(), time(0), UTC)
    parameters = {"store_ids": list(store_ids), "midnight": midnight, "bound": DECISIONS_A_DAY}
    for store_id, count in session.execute(_TOO_MANY, parameters).all():
        ids = select(DecisionRow.id).where(DecisionRow.store_id == store_id).order_by(DecisionRow.id.desc())
        before_newest = session.scalars(ids.offset(1).limit(count - DECISIONS_A_DAY)).all()
        _delete_decisions(session, DecisionRow.id.in_(before_newest))


def thin_decisions(session: Session, before: datetime, limit: int) -> int:
    """Delete all but the last of a store's old decisions a day; return the number of deleted rows.

    Old ones are those before a time; those that awards and reviews rest on stay as well.
    Looks back THINNED from that time, so that thinned days are not read every night. Each statement takes one
    day, the last one first: only that day is new on most nights.
    """
    day, count = datetime.combine(before.astimezone(UTC).date(), time(0), UTC), 0
    in_range = (DecisionRow.decided_at >= day - THINNED, DecisionRow.decided_at < before)
    oldest = session.scalar(select(func.min(DecisionRow.decided_at)).where(*in_range))
    while oldest is not None and day + timedelta(days=1) > oldest and count < limit:
        count += _thin_day(session, day, before, limit - count)
        day -= timedelta(days=1)
    return count


def _thin_day(session: Session, day: datetime, before: datetime, limit: int) -> int:
    of_day = (DecisionRow.decided_at >= day, DecisionRow.decided_at < day + timedelta(days=1))
    following = func.lead(DecisionRow.id).over(partition_by=DecisionRow.store_id, order_by=DecisionRow.id)
    query = select(DecisionRow.id, DecisionRow.decided_at, following.label("following")).where(*of_day)
    rows = query.subquery()
    old = select(rows.c.id).where(rows.c.following.is_not(None), rows.c.decided_at < before)
    return _delete_decisions(session, DecisionRow.id.in_(old.where(*_unreferenced(rows.c.id)).limit(limit)))


def _unreferenced(
    decision_id: ColumnElement[int] | InstrumentedAttribute[int],
) -> tuple[ColumnElement[bool], ...]:
    of_awards = exists().where(Award.decision_id == decision_id)
    return ~of_awards, ~exists().where(Review.decision_id == decision_id)


def _delete_decisions(session: Session, which: ColumnElement[bool]) -> int:
    statement = delete(DecisionRow).where(which, *_unreferenced(DecisionRow.id)).returning(DecisionRow.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def stores_decided_before(session: Session, moment: datetime, limit: int) -> list[str]:
    """Return stores never decided or last decided before `moment`, the oldest first.

    A disconnected store is left out once none of its awards is still in progress.
    """
    in_life = exists().where(Award.store_id == Store.id, Award.state != AwardState.EXPIRED)
    query = (
        select(Store.id)
        .where(Store.disconnected_at.is_(None) | in_life)
        .where(Store.decided_at.is_(None) | (Store.decided_at < moment))
        .order_by(Store.decided_at.is_not(None), Store.decided_at)
        .limit(limit)
    )
    return list(session.scalars(query))
