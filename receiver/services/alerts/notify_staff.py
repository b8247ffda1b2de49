"""Alerts to staff about a stopped worker, overdue awards and stores that wait, through their own channel.

Web processes and workers all look once a minute, since each may be what stopped; one of them has the turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.documents.alerts import build_test_message, compose
from receiver.domain.alerts import MOST_WAIT, Alert, AlertHistory, AlertKind, alert_event, try_again_after
from receiver.domain.troubles import Actor, TroubleId
from receiver.errors import ProviderError, Refused
from receiver.integrations.notifications import SET_CHANNEL, Channel
from receiver.logs import get_logger
from receiver.services.alerts.work_queue import FIRST_STORES, MOST
from receiver.services.context import ServiceContext
from receiver.services.operations.readiness import worker_is_silent
from receiver.storage import awards, store_troubles, work_queue
from receiver.storage.heartbeats import take_turn
from receiver.storage.tables import AlertRow

TURN = "telling"  # the stored name of the turn to alert
LEASE = timedelta(minutes=5)  # of the sender: longer than a channel can take

STORES_WAITING = (
    (AlertKind.STORES_FOR_STAFF, Actor.STAFF),
    (AlertKind.STORES_FOR_SERVICE, Actor.SERVICE),
)

log = get_logger(__name__)


def notify_staff(context: ServiceContext, channel: Channel | None) -> None:
    """Send the alerts that are due in one message; retry a failed channel later.

    Raises StorageUnavailable.
    """
    now = context.now()
    items = _claim_alerts(context) if channel else []
    if not (channel and items):
        return
    log_fields = {"matters": [f"{item.kind} {item.event}" for item in items], "by": channel.words}
    try:
        channel.send(compose(items, context.settings.public_url, now))
    except ProviderError as error:
        log.warning("staff not told", error=str(error), **log_fields)
        _record_failure(context, items, str(error))
    else:
        log.info("staff told", **log_fields)
        _record_sent(context, items)


def try_channel(channel: Channel | None, now: datetime, public_url: str) -> str:
    """Send a test message; return the words for its channel.

    Raises Refused without a channel, else as `Channel.send` does.
    """
    if channel is None:
        raise Refused(f"staff have no channel of their own; {SET_CHANNEL}")
    channel.send(build_test_message(public_url, now))
    return channel.words


def _claim_alerts(context: ServiceContext) -> list[Alert]:
    """Claim the alerts that are due, so that no other process sends them; none where it is another's turn."""
    now = context.now()
    with context.database.writing() as session:
        if not take_turn(session, TURN, now.replace(second=0, microsecond=0)):
            return []
        return [item for item in _due_alerts(session, now) if item]


def _due_alerts(session: Session, now: datetime) -> Iterator[Alert | None]:
    yield _due_alert(session, now, AlertKind.WORKER_SILENT, int(worker_is_silent(session, now)))
    overdue = awards.count_overdue(session, now)
    stores = session.scalars(work_queue.stores_overdue(now).limit(FIRST_STORES)).all() if overdue else ()
    yield _due_alert(session, now, AlertKind.AWARDS_OVERDUE, overdue, stores)
    for kind, who in STORES_WAITING:
        query = store_troubles.stores_waiting_for(who, but=(TroubleId.AWARD_OVERDUE,))
        count = work_queue.count_rows(session, query, MOST)
        stores = session.scalars(query.limit(FIRST_STORES)).all() if count else ()
        yield _due_alert(session, now, kind, count, stores)


def _due_alert(
    session: Session, now: datetime, kind: AlertKind, count: int, stores: Iterable[str] = ()
) -> Alert | None:
    """Return the alert of one kind, leased to this sender; None where there is no news, or no try due."""
    row = session.get(AlertRow, kind)
    if row is None:
        if not count:
            return None
        row = AlertRow(kind=kind, count=0, failures=0)
        session.add(row)
    row.since = (row.since or now) if count else None
    event = alert_event(count, AlertHistory(row.since, row.count, row.alerted_at), now)
    if event is None:
        row.failures, row.next_try_at, row.error = 0, None, None  # what could not be sent is no longer true
        return None
    if row.next_try_at is not None and now < row.next_try_at <= now + MOST_WAIT:
        return None
    row.next_try_at = now + LEASE
    return Alert(kind, event, count, row.since, row.alerted_at, tuple(stores))


def _record_sent(context: ServiceContext, items: Iterable[Alert]) -> None:
    now = context.now()
    with context.database.writing() as session:
        for item in items:
            row = session.get_one(AlertRow, item.kind)
            row.count, row.alerted_at = item.count, now
            row.failures, row.next_try_at, row.error = 0, None, None


def _record_failure(context: ServiceContext, items: Iterable[Alert], error: str) -> None:
    now = context.now()
    with context.database.writing() as session:
        for item in items:
            row = session.get_one(AlertRow, item.kind)
            row.failures, row.error = row.failures + 1, error
            row.next_try_at = now + try_again_after(row.failures)
