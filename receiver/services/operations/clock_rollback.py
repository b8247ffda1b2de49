"""After a clock rollback, reschedules rows whose due time lies in the future."""

from __future__ import annotations

from datetime import datetime

from receiver.logs import get_logger
from receiver.storage import heartbeats, inbox, spend
from receiver.storage.database import Database

log = get_logger(__name__)


def reset_after_clock_rollback(database: Database, now: datetime) -> None:
    """Reset due times when the clock is behind that of the last call by more than a few minutes' skew."""
    with database.writing() as session:
        last = heartbeats.last_beat(session, "clock")
        heartbeats.beat(session, "clock", now)
        latest = now + heartbeats.NOT_BELIEVED
        if last is None or last <= latest:
            return
        counts = {
            "deliveries": inbox.reset_due_times(session, now, latest),
            "accounts": spend.reset_due_times(session, now),
        }
    log.warning("the clock was put back", seconds=round((last - now).total_seconds()), **counts)
