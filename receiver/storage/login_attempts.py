"""Tries to sign in, counted for all processes; subjects are hashes, or addresses of the network."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from receiver.domain.sign_in import LoginThrottle
from receiver.storage.tables import SignInTries
from receiver.storage.upsert import insert_into

IN_ALL = 50_000  # rows: strangers name whom they like


def wait_left(session: Session, subject: str, patience: LoginThrottle, now: datetime) -> timedelta:
    """Return how long there still is to wait; holds the subject's row until the transaction ends."""
    row = _locked(session, subject, now)
    return patience.left(row.until, now)


def count_try(session: Session, subject: str, patience: LoginThrottle, now: datetime) -> None:
    row = _locked(session, subject, now)
    if not row.tries:
        _forget_beyond(session, IN_ALL)
    row.tries = 1 if patience.is_forgotten(row.last_at, now) else row.tries + 1
    row.last_at, row.until = now, now + patience.wait_after(row.tries)


def _forget_beyond(session: Session, most: int) -> None:
    """Forget whom nobody tried for the longest, once the table holds more than so many rows."""
    tried = select(SignInTries.last_at).order_by(SignInTries.last_at.desc()).offset(most - 1).limit(1)
    oldest = session.scalar(tried)
    if oldest is not None:
        session.execute(delete(SignInTries).where(SignInTries.last_at < oldest))


def touch(session: Session, subject: str, now: datetime) -> None:
    session.execute(update(SignInTries).where(SignInTries.subject == subject).values(last_at=now))


def take_back(session: Session, subject: str, now: datetime) -> None:
    """The last one was no mistake: it counts no more, and nobody waits for it."""
    session.execute(
        update(SignInTries)
        .where(SignInTries.subject == subject, SignInTries.tries > 0)
        .values(tries=SignInTries.tries - 1, until=now)
    )


def forget_tries(session: Session, subject: str) -> None:
    session.execute(delete(SignInTries).where(SignInTries.subject == subject))


def purge_tries(session: Session, before: datetime, limit: int) -> int:
    """Forget whom nobody tried for since a moment; how many."""
    old = select(SignInTries.subject).where(SignInTries.last_at < before).limit(limit)
    gone = session.execute(
        delete(SignInTries).where(SignInTries.subject.in_(old)).returning(SignInTries.subject)
    )
    return len(gone.all())


def _locked(session: Session, subject: str, now: datetime) -> SignInTries:
    none_yet = insert_into(session, SignInTries).values(subject=subject, tries=0, until=now, last_at=now)
    session.execute(none_yet.on_conflict_do_nothing())
    query = select(SignInTries).where(SignInTries.subject == subject).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
