"""Polls of ad accounts, one row each, kept for some days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from receiver.storage.tables import PollRow

LONGEST_ERROR = 500


def note_poll(session: Session, advertiser_id: str, at: datetime, error: str | None) -> None:
    """Keep that an account was polled, with the fault it met where there was one."""
    session.add(PollRow(advertiser_id=advertiser_id, at=at, error=error and error[:LONGEST_ERROR]))


def last_polls() -> Select[datetime]:
    """Return the query of when any account was last polled, with success or without."""
    return select(PollRow.at).order_by(PollRow.at.desc(), PollRow.id.desc()).limit(1)


def purge_polls(session: Session, before: datetime, limit: int) -> int:
    """Forget the polls before a moment; return how many rows went."""
    old = select(PollRow.id).where(PollRow.at < before).order_by(PollRow.at).limit(limit)
    gone = delete(PollRow).where(PollRow.id.in_(old)).returning(PollRow.id)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())
