"""After a clock rollback, reschedules rows whose due time lies in the future."""

from __future__ import annotations

from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.storage import delivery_queue, heartbeats, spend

log = get_logger(__name__)


def reset_after_clock_rollback(context: ServiceContext) -> None:
    """Reset due times when the clock is behind that of the last call by more than a few minutes' skew."""
    now = context.now()
    with context.database.writing() as session:
        last = heartbeats.last_beat(session, "clock")
        heartbeats.beat(session, "clock", now)
        latest = now + heartbeats.NOT_BELIEVED
        if last is None or last <= latest:
            return
        counts = {
            "deliveries": delivery_queue.reset_due_times(session, now, latest),
            "accounts": spend.reset_due_times(session, now),
        }
    log.warning("the clock was put back", seconds=round((last - now).total_seconds()), **counts)
