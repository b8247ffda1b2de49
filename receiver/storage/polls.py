"""The log of polls of ad accounts, kept for some days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from receiver.storage.tables import PollRow

LONGEST_ERROR = 500


def note_poll(session: Session, advertiser_id: str, at: datetime, error: str | None) -> None:
    """Record that an account was polled, with the error where it failed."""
    session.add(PollRow(advertiser_id=advertiser_id, at=at, error=error and error[:LONGEST_ERROR]))


def last_polls() -> Select[datetime]:
    """Select the time of the last poll of any account, successful or not."""
    return select(PollRow.at).order_by(PollRow.at.desc(), PollRow.id.desc()).limit(1)


def purge_polls(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` polls before a time; return their number."""
    old = select(PollRow.id).where(PollRow.at < before).order_by(PollRow.at).limit(limit)
    statement = delete(PollRow).where(PollRow.id.in_(old)).returning(PollRow.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())
