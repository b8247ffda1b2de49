"""Signs of life of background work, and whose turn a periodic run is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.storage.tables import Heartbeat

WORKER = "worker"
# A clock that was wrong and has been put right must not stop periodic work until it catches up.
NOT_BELIEVED = timedelta(minutes=5)


def beat(session: Session, name: str, now: datetime) -> None:
    """Write down that `name` is alive."""
    session.merge(Heartbeat(name=name, at=now))


def last_beat(session: Session, name: str) -> datetime | None:
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))


def take_turn(session: Session, name: str, minute: datetime) -> bool:
    """Whether this minute's run of `name` is the caller's; of several who ask, one hears yes."""
    turn = f"turn:{name}"
    free = or_(Heartbeat.at < minute, Heartbeat.at > minute + NOT_BELIEVED)
    moved = session.execute(update(Heartbeat).where(Heartbeat.name == turn, free).values(at=minute))
    if moved.rowcount == 1:  # type: ignore[attr-defined]
        return True
    if last_beat(session, turn) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Heartbeat(name=turn, at=minute))
    except IntegrityError:
        return False
    return True
