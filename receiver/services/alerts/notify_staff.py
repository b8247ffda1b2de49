"""Tells staff of a stopped worker, overdue awards and stores that wait, through their own channel.

Web processes and workers all look once a minute, since each may be what stopped; one of them has the turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.documents.alerts import compose, try_out
from receiver.domain.alerts import MOST_WAIT, Alert, AlertHistory, AlertMatter, alert_event, try_again_after
from receiver.domain.troubles import Actor, TroubleId
from receiver.errors import ProviderError, Refused
from receiver.integrations.notifications import SET_CHANNEL, Channel
from receiver.logs import get_logger
from receiver.services.alerts.work_queue import MOST, NAMED
from receiver.services.operations.readiness import worker_is_silent
from receiver.storage import awards, store_troubles, work_queue
from receiver.storage.database import Database
from receiver.storage.heartbeats import take_turn
from receiver.storage.tables import Telling

HELD = timedelta(minutes=5)  # by whoever sends: longer than a channel can take

WAITING_FOR = (
    (AlertMatter.STORES_FOR_STAFF, Actor.STAFF),
    (AlertMatter.STORES_FOR_SERVICE, Actor.SERVICE),
)

log = get_logger(__name__)


def notify_staff(database: Database, now: datetime, channel: Channel | None, public_url: str) -> None:
    """Send what is new in one message; retry a failed channel later. Raises StorageUnavailable."""
    items = _take(database, now) if channel else []
    if not (channel and items):
        return
    log_fields = {"matters": [f"{item.matter} {item.news}" for item in items], "by": channel.words}
    try:
        channel.send(compose(items, public_url, now))
    except ProviderError as error:
        log.warning("staff not told", error=str(error), **log_fields)
        _keep_failure(database, now, items, str(error))
    else:
        log.info("staff told", **log_fields)
        _keep_told(database, now, items)


def try_channel(channel: Channel | None, now: datetime, public_url: str) -> str:
    """Send a test message, and say by what. Raises Refused without a channel, else as `send`."""
    if channel is None:
        raise Refused(f"staff have no channel of their own; {SET_CHANNEL}")
    channel.send(try_out(public_url, now))
    return channel.words


def _take(database: Database, now: datetime) -> list[Alert]:
    """What to tell, held so that nobody else tells it meanwhile; nothing where it is another's turn."""
    with database.writing() as session:
        if not take_turn(session, "telling", now.replace(second=0, microsecond=0)):
            return []
        return [item for item in _items(session, now) if item]


def _items(session: Session, now: datetime) -> Iterator[Alert | None]:
    yield _item(session, now, AlertMatter.WORKER_SILENT, int(worker_is_silent(session, now)))
    overdue = awards.count_overdue(session, now)
    stores = session.scalars(work_queue.stores_overdue(now).limit(NAMED)).all() if overdue else ()
    yield _item(session, now, AlertMatter.AWARDS_OVERDUE, overdue, stores)
    for matter, who in WAITING_FOR:
        query = store_troubles.stores_waiting_for(who, but=(TroubleId.AWARD_OVERDUE,))
        count = work_queue.counted(session, query, MOST)
        yield _item(session, now, matter, count, session.scalars(query.limit(NAMED)).all() if count else ())


def _item(
    session: Session, now: datetime, matter: AlertMatter, count: int, stores: Iterable[str] = ()
) -> Alert | None:
    row = session.get(Telling, matter)
    if row is None:
        if not count:
            return None
        row = Telling(matter=matter, count=0, failures=0)
        session.add(row)
    row.since = (row.since or now) if count else None
    what = alert_event(count, AlertHistory(row.since, row.count, row.told_at), now)
    if what is None:
        row.failures, row.next_try_at, row.error = 0, None, None  # what could not be told is so no longer
        return None
    if row.next_try_at is not None and now < row.next_try_at <= now + MOST_WAIT:
        return None
    row.next_try_at = now + HELD
    return Alert(matter, what, count, row.since, row.told_at, tuple(stores))


def _keep_told(database: Database, now: datetime, items: Iterable[Alert]) -> None:
    with database.writing() as session:
        for item in items:
            row = session.get_one(Telling, item.matter)
            row.count, row.told_at = item.count, now
            row.failures, row.next_try_at, row.error = 0, None, None


def _keep_failure(database: Database, now: datetime, items: Iterable[Alert], error: str) -> None:
    with database.writing() as session:
        for item in items:
            row = session.get_one(Telling, item.matter)
            row.failures, row.error = row.failures + 1, error
            row.next_try_at = now + try_again_after(row.failures)
