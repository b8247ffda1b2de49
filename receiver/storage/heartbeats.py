"""Heartbeats of background work, and claims of periodic runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.storage.tables import Heartbeat

WORKER = "worker"
# A clock that was wrong and has been put right must not stop periodic work until it catches up.
NOT_BELIEVED = timedelta(minutes=5)


def beat(session: Session, name: str, now: datetime) -> None:
    """Record that `name` is alive at this time."""
    if not _move(session, name, now):
        _insert(session, name, now)


def last_beat(session: Session, name: str) -> datetime | None:
    """Return the time of the last heartbeat by this name."""
    return session.scalar(last_beats(name))


def last_beats(name: str) -> Select[datetime]:
    """Select the time of the last heartbeat by this name."""
    return select(Heartbeat.at).where(Heartbeat.name == name)


def carry_over(session: Session, name: str, before: datetime, after: datetime) -> None:
    """Shift a heartbeat along with the sandbox clock, so that a live process does not seem silent."""
    last = last_beat(session, name)
    if last is not None:
        _move(session, name, after - max(before - last, timedelta(0)), Heartbeat.at == last)


def take_turn(session: Session, name: str, minute: datetime) -> bool:
    """Claim this minute's run of `name`; of several callers exactly one gets True."""
    turn = f"turn:{name}"
    free = or_(Heartbeat.at < minute, Heartbeat.at > minute + NOT_BELIEVED)
    if _move(session, turn, minute, free):
        return True
    return last_beat(session, turn) is None and _insert(session, turn, minute)


def _move(session: Session, name: str, at: datetime, *only: ColumnElement[bool]) -> bool:
    updated = session.execute(update(Heartbeat).where(Heartbeat.name == name, *only).values(at=at))
    return int(updated.rowcount) == 1  # type: ignore[attr-defined]  # typed as any Result


def _insert(session: Session, name: str, at: datetime) -> bool:
    """Insert a heartbeat; return False where another process has just inserted it."""
    try:
        with session.begin_nested():
            session.add(Heartbeat(name=name, at=at))
    except IntegrityError:
        return False
    return True
