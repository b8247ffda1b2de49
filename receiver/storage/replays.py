"""Replays: what was asked for, and how far it has come."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.domain.replays import ReplayState
from receiver.errors import NotFound
from receiver.storage.tables import Attempt, Replay

RUNNING = Replay.state == ReplayState.RUNNING


def is_any_running(session: Session) -> bool:
    return session.scalar(select(Replay.id).where(RUNNING).limit(1)) is not None


def hold_running(session: Session) -> Replay | None:
    """The oldest that is running, locked: its batches are done one at a time, whoever does them."""
    return session.scalars(
        select(Replay).where(RUNNING).order_by(Replay.id).limit(1).with_for_update()
    ).first()


def known_replay(session: Session, replay_id: int, *, locked: bool = False) -> Replay:
    """Raises NotFound."""
    query = select(Replay).where(Replay.id == replay_id)
    replay = session.scalars(query.with_for_update() if locked else query).first()
    if replay is None:
        raise NotFound(f"there is no replay {replay_id}")
    return replay


def list_replays(session: Session, limit: int, *, before: int | None = None) -> list[Replay]:
    """The newest first, of those older than replay `before`; 0 = all."""
    query = select(Replay).order_by(Replay.id.desc())
    if before is not None:
        query = query.where(Replay.id < before)
    return list(session.scalars(query.limit(limit) if limit else query))


def attempts_of(session: Session, replay_id: int, limit: int = 0) -> list[Attempt]:
    """In the order of the deliveries; 0 = all."""
    query = select(Attempt).where(Attempt.replay_id == replay_id).order_by(Attempt.delivery_id)
    return list(session.scalars(query.limit(limit) if limit else query))
