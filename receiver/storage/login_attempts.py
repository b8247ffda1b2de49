"""Attempts to sign in, counted across processes; a subject is a hash or a network address."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from receiver.domain.sign_in import LoginThrottle
from receiver.storage.tables import SignInTries
from receiver.storage.upsert import insert_into

IN_ALL = 50_000  # rows: strangers may name any subject


def remaining_wait(session: Session, subject: str, throttle: LoginThrottle, now: datetime) -> timedelta:
    """Return how long the subject has to wait before its next try; locks the subject's row."""
    row = _lock_row(session, subject, now)
    return throttle.left(row.until, now)


def count_try(session: Session, subject: str, throttle: LoginThrottle, now: datetime) -> None:
    """Count one try of a subject, and set how long it has to wait before the next."""
    row = _lock_row(session, subject, now)
    if not row.tries:
        _delete_beyond(session, IN_ALL)
    row.tries = 1 if throttle.is_forgotten(row.last_at, now) else row.tries + 1
    row.last_at, row.until = now, now + throttle.wait_after(row.tries)


def _delete_beyond(session: Session, most: int) -> None:
    """Delete the subjects with the oldest last tries, once the table holds more than `most` rows."""
    times = select(SignInTries.last_at).order_by(SignInTries.last_at.desc()).offset(most - 1).limit(1)
    oldest = session.scalar(times)
    if oldest is not None:
        session.execute(delete(SignInTries).where(SignInTries.last_at < oldest))


def touch(session: Session, subject: str, now: datetime) -> None:
    """Record a try at this time without counting it."""
    session.execute(update(SignInTries).where(SignInTries.subject == subject).values(last_at=now))


def take_back(session: Session, subject: str, now: datetime) -> None:
    """Subtract the subject's last try from its count, and end its wait."""
    session.execute(
        update(SignInTries)
        .where(SignInTries.subject == subject, SignInTries.tries > 0)
        .values(tries=SignInTries.tries - 1, until=now)
    )


def forget_tries(session: Session, subject: str) -> None:
    """Delete the count of a subject."""
    session.execute(delete(SignInTries).where(SignInTries.subject == subject))


def purge_tries(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` counts last changed before a time, and return their number."""
    old = select(SignInTries.subject).where(SignInTries.last_at < before).limit(limit)
    deleted = session.execute(
        delete(SignInTries).where(SignInTries.subject.in_(old)).returning(SignInTries.subject)
    )
    return len(deleted.all())


def _lock_row(session: Session, subject: str, now: datetime) -> SignInTries:
    insertion = insert_into(session, SignInTries).values(subject=subject, tries=0, until=now, last_at=now)
    session.execute(insertion.on_conflict_do_nothing())
    query = select(SignInTries).where(SignInTries.subject == subject).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
