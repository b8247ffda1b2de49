"""Reads the figures of the vital signs. Indexes lead and counts have a limit, whatever the tables hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from receiver.domain.health import Vitals
from receiver.domain.schedule import PUT_BACK
from receiver.domain.troubles import TroubleId
from receiver.storage import heartbeats, polls
from receiver.storage.rate_limiter import Remaining
from receiver.storage.store_troubles import stores_with
from receiver.storage.tables import Account, Delivery, Store

LATELY = timedelta(hours=1)
MOST = 100_000  # rows that are counted: milliseconds of an index


def read_vitals(session: Session, now: datetime, calls: Remaining) -> Vitals:
    """Return the figures of the five signs, with the calls that are left."""
    received = _counted(session, select(Delivery.id).where(Delivery.received_at > now - LATELY))
    due = _counted(session, select(Delivery.id).where(Delivery.due_at <= now))
    is_late = Account.next_poll_at < now - PUT_BACK
    return Vitals(
        last_delivery=_last_delivery(session),
        received=min(received, MOST),
        received_more=received > MOST,
        has_stores=bool(session.scalar(select(exists().where(Store.disconnected_at.is_(None))))),
        oldest_due=session.scalar(select(func.min(Delivery.due_at)).where(Delivery.due_at.is_not(None))),
        due=min(due, MOST),
        due_more=due > MOST,
        last_beat=heartbeats.last_beat(session, heartbeats.WORKER),
        calls_left=calls.routine,
        calls_a_day=calls.routine_a_day,
        calls_paused_until=calls.paused_until,
        last_poll=polls.last_poll(session),
        accounts=_counted(session, select(Account.advertiser_id).where(Account.next_poll_at.is_not(None))),
        late_accounts=_counted(session, select(Account.advertiser_id).where(is_late)),
        oldest_late=session.scalar(select(func.min(Account.next_poll_at)).where(is_late)),
        stale_stores=_counted(session, stores_with(TroubleId.FIGURES_STALE)),
    )


def _last_delivery(session: Session) -> datetime | None:
    newest = select(Delivery.received_at).order_by(Delivery.received_at.desc(), Delivery.id.desc())
    return session.scalar(newest.limit(1))


def _counted(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """Return the number of rows, or MOST + 1 where there are more than MOST."""
    return session.scalar(select(func.count()).select_from(query.limit(MOST + 1).subquery())) or 0
