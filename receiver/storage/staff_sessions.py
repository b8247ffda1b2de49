"""Sessions of the console, each with its person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, not_, select, update
from sqlalchemy.orm import Session

from receiver.domain.sign_in import SESSION_IDLE, SESSION_LONGEST
from receiver.storage.tables import Staff, StaffSession

SKEW = timedelta(minutes=5)  # between hosts; what began later than that began on a clock that was put right


def add_session(session: Session, staff_id: int, token_hash: str, now: datetime, most: int) -> None:
    """Keep a session; forget all that ended, and of this person those used longest ago beyond `most`."""
    session.execute(delete(StaffSession).where(not_(_lasts(now))))
    row = StaffSession(token_hash=token_hash, staff_id=staff_id, began_at=now, last_used_at=now)
    session.add(row)
    session.flush()
    newest = (
        select(StaffSession.token_hash)
        .where(StaffSession.staff_id == staff_id)
        .order_by(StaffSession.began_at.desc(), StaffSession.last_used_at.desc())
        .limit(most)
    )
    beyond = (StaffSession.staff_id == staff_id) & StaffSession.token_hash.not_in(newest)
    session.execute(delete(StaffSession).where(beyond))


def find_session(session: Session, token_hash: str, now: datetime) -> tuple[StaffSession, Staff] | None:
    """A session that lasts, and whose it is."""
    query = select(StaffSession, Staff).join(Staff, StaffSession.staff_id == Staff.id)
    found = session.execute(query.where(StaffSession.token_hash == token_hash, _lasts(now))).first()
    return (found[0], found[1]) if found else None


def keep_session_use(session: Session, token_hash: str, at: datetime) -> None:
    session.execute(update(StaffSession).where(StaffSession.token_hash == token_hash).values(last_used_at=at))


def end_session(session: Session, token_hash: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


def end_sessions_of(session: Session, staff_id: int) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def _lasts(now: datetime) -> ColumnElement[bool]:
    return and_(
        StaffSession.last_used_at > now - SESSION_IDLE,
        StaffSession.began_at > now - SESSION_LONGEST,
        StaffSession.began_at <= now + SKEW,
    )
