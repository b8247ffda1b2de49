"""The figures of the vital signs, read by indexes with bounded counts, however large the tables are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import Session

from receiver.domain.health import Vitals
from receiver.domain.schedule import PUT_BACK
from receiver.domain.troubles import TroubleId
from receiver.storage import heartbeats, polls
from receiver.storage.rate_limiter import Remaining
from receiver.storage.store_troubles import stores_with
from receiver.storage.tables import Account, Delivery, Store

LATELY = timedelta(hours=1)
MOST = 100_000  # rows counted at most: milliseconds along an index


def read_vitals(session: Session, now: datetime, calls: Remaining) -> Vitals:
    """Return the figures of the five vital signs, read in one statement, with the calls that remain."""
    row = session.execute(select(*(figure.label(name) for name, figure in _figures(now).items()))).one()
    return Vitals(
        last_delivery=row.last_delivery,
        received=min(row.received, MOST),
        received_more=row.received > MOST,
        has_stores=bool(row.has_stores),
        oldest_due=row.oldest_due,
        due=min(row.due, MOST),
        due_more=row.due > MOST,
        last_beat=row.last_beat,
        calls_left=calls.routine,
        calls_a_day=calls.routine_a_day,
        calls_paused_until=calls.paused_until,
        last_poll=row.last_poll,
        accounts=row.accounts,
        late_accounts=row.late_accounts,
        oldest_late=row.oldest_late,
        stale_stores=row.stale_stores,
    )


def _figures(now: datetime) -> dict[str, Any]:
    newest = select(Delivery.received_at).order_by(Delivery.received_at.desc(), Delivery.id.desc()).limit(1)
    received = select(Delivery.id).where(Delivery.received_at > now - LATELY)
    due_at = select(func.min(Delivery.due_at)).where(Delivery.due_at.is_not(None))
    polled = select(Account.advertiser_id).where(Account.next_poll_at.is_not(None))
    is_late = Account.next_poll_at < now - PUT_BACK
    return {
        "last_delivery": newest.scalar_subquery(),
        "received": _count(received),
        "has_stores": exists().where(Store.disconnected_at.is_(None)),
        "oldest_due": due_at.scalar_subquery(),
        "due": _count(select(Delivery.id).where(Delivery.due_at <= now)),
        "last_beat": heartbeats.last_beats(heartbeats.WORKER).scalar_subquery(),
        "last_poll": polls.last_polls().scalar_subquery(),
        "accounts": _count(polled),
        "late_accounts": _count(select(Account.advertiser_id).where(is_late)),
        "oldest_late": select(func.min(Account.next_poll_at)).where(is_late).scalar_subquery(),
        "stale_stores": _count(stores_with(TroubleId.FIGURES_STALE)),
    }


def _count(query: Select[*tuple[Any, ...]]) -> ScalarSelect[int]:
    """Return the number of rows of a query as a subquery, MOST + 1 where there are more than MOST."""
    return select(func.count()).select_from(query.limit(MOST + 1).subquery()).scalar_subquery()
