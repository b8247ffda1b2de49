"""Requests of an ad account's poll: what a webhook says is never believed, only read again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.domain.poll_reasons import PollReason
from receiver.storage import spend

AT_MOST_EVERY = timedelta(minutes=5)


def request_poll(session: Session, advertiser_id: str, now: datetime, why: PollReason) -> bool:
    """Reschedule the account's poll to now, where we may read it; return whether it was.

    At most once in five minutes.
    """
    since = now - AT_MOST_EVERY
    return spend.bring_poll_forward(session, advertiser_id, now, why, urgent=why.is_urgent, since=since)
