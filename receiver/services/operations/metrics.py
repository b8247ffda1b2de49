"""The metrics for operators, read from the database, so that every process reports the same.

No figure costs more as the inbox grows: they come from ids and indexes, and counts of many rows have a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from receiver.domain.deliveries import DeliveryState
from receiver.domain.reviews import ReviewState
from receiver.services.context import ServiceContext
from receiver.storage import alerts, awards, call_counts, heartbeats, store_troubles
from receiver.storage.database_size import sizes
from receiver.storage.rate_limiter import Remaining
from receiver.storage.tables import (
    Account,
    Award,
    DecisionRow,
    Delivery,
    Quarantined,
    Rejection,
    Review,
    Store,
)

MOST_COUNTED = 10_000  # at which counting stops
RECENTLY = timedelta(minutes=5)
LIVE = (DeliveryState.RECEIVED, DeliveryState.PROCESSING, DeliveryState.FAILED, DeliveryState.DEAD)


@dataclass(frozen=True)
class Metrics:
    """The figures of the service at one moment; None is unknown, and not zero."""

    accepted: int  # the number of the newest delivery: one more with each
    live: Mapping[str, int]  # deliveries that have not ended well, by state; MOST_COUNTED at most
    recently_ended: Mapping[str, int]  # those that ended RECENTLY, by state
    oldest_waiting: timedelta | None  # since the longest waiting delivery was due; None: none waits
    rejections: Mapping[str, int]  # rejected calls since 00:00 UTC, by reason
    quarantined: int  # MOST_COUNTED at most
    worker_silent: timedelta | None  # None: no worker was ever seen
    poll_late: timedelta | None  # since the longest waiting ad account was due; None: none waits
    calls: Remaining  # to TikTok
    calls_made: Mapping[tuple[str, str], int]  # ever, by path and TikTok's code
    decisions: int  # the number of the newest
    stores: Mapping[str, int]  # by stage
    awards: Mapping[str, int]  # by state
    overdue: int  # awards
    troubles: Mapping[tuple[str, str], int]  # stores, by trouble and who must act
    reviews: int  # that are open
    failing_alerts: int  # that could not be sent over the channel of staff
    sizes: Mapping[str, int]  # bytes of the database, by part


def collect_metrics(context: ServiceContext) -> Metrics:
    """Return the figures of the whole service. Raises StorageUnavailable."""
    now = context.now()
    with context.database.reading() as session:
        return Metrics(
            accepted=session.scalar(select(func.max(Delivery.id))) or 0,
            live={state: _count(session, Delivery.id, Delivery.state == state) for state in LIVE},
            recently_ended=_recently_ended(session, now),
            oldest_waiting=_since(
                session.scalar(select(func.min(Delivery.due_at)).where(Delivery.due_at.is_not(None))), now
            ),
            rejections=_rejections(session, now),
            quarantined=_count(session, Quarantined.id),
            worker_silent=_since(heartbeats.last_beat(session, heartbeats.WORKER), now),
            poll_late=_since(session.scalar(select(func.min(Account.next_poll_at))), now),
            calls=context.budget.remaining(now),
            calls_made=call_counts.by_path_and_code(session),
            decisions=session.scalar(select(func.max(DecisionRow.id))) or 0,
            stores=_by(session, Store.stage),
            awards=_by(session, Award.state),
            overdue=awards.count_overdue(session, now),
            troubles=store_troubles.count_by_trouble(session),
            reviews=_count(session, Review.id, Review.state == ReviewState.OPEN),
            failing_alerts=alerts.count_failing(session),
            sizes=sizes(session),
        )


def _count(
    session: Session,
    column: InstrumentedAttribute[int] | InstrumentedAttribute[str],
    *which: ColumnElement[bool],
) -> int:
    rows = select(column).where(*which).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def _by(
    session: Session, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
) -> dict[str, int]:
    return {
        value or "": count for value, count in session.execute(select(column, func.count()).group_by(column))
    }


def _recently_ended(session: Session, now: datetime) -> dict[str, int]:
    # With an offset, or SQLite would group along the index of states, which holds every delivery.
    lately = select(Delivery.state).where(Delivery.ended_at > now - RECENTLY).offset(0).subquery()
    query = select(lately.c.state, func.count()).group_by(lately.c.state)
    return {state: int(count) for state, count in session.execute(query)}


def _rejections(session: Session, now: datetime) -> dict[str, int]:
    today = Rejection.day == now.astimezone(UTC).date()
    query = select(Rejection.reason, func.sum(Rejection.count)).where(today).group_by(Rejection.reason)
    return {reason: int(count) for reason, count in session.execute(query)}


def _since(moment: datetime | None, now: datetime) -> timedelta | None:
    """Return the time since a moment; None where there is none or it is still to come."""
    return None if moment is None or moment > now else now - moment
