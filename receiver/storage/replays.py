"""Replays: what was asked for, and how far it has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from receiver.domain.replays import ReplayState
from receiver.errors import NotFound
from receiver.storage.tables import Attempt, Replay
from receiver.storage.types import LARGEST_ID

RUNNING = Replay.state == ReplayState.RUNNING


def is_any_running(session: Session) -> bool:
    return session.scalar(select(Replay.id).where(RUNNING).limit(1)) is not None


def lock_running(session: Session) -> Replay | None:
    """The one whose batch has been due longest, locked: its batches are done one at a time.

    Each batch puts its replay behind the others: they take turns, and a long one stops no short one.
    """
    return session.scalars(
        select(Replay).where(RUNNING).order_by(Replay.next_at, Replay.id).limit(1).with_for_update()
    ).first()


def get_replay(session: Session, replay_id: int, *, locked: bool = False) -> Replay:
    """Raises NotFound."""
    query = select(Replay).where(Replay.id == replay_id)
    asked = query.with_for_update() if locked else query
    replay = session.scalars(asked).first() if replay_id <= LARGEST_ID else None
    if replay is None:
        raise NotFound(f"there is no replay {replay_id}")
    return replay


def list_replays(session: Session, limit: int, *, before: int | None = None) -> list[Replay]:
    """The newest first, of those older than replay `before`; 0 = all."""
    query = select(Replay).order_by(Replay.id.desc())
    if before is not None:
        query = query.where(Replay.id < before)
    return list(session.scalars(query.limit(limit) if limit else query))


def attempts_of(session: Session, replay_id: int, limit: int = 0, *, after: int = 0) -> list[Attempt]:
    """In the order of the deliveries, of those behind delivery `after`; 0 = all."""
    query = select(Attempt).where(Attempt.replay_id == replay_id, Attempt.delivery_id > after)
    query = query.order_by(Attempt.delivery_id)
    return list(session.scalars(query.limit(limit) if limit else query))


def purge_ended(session: Session, before: datetime, limit: int) -> int:
    """Forget replays that ended before a moment; answers how many rows went."""
    old = select(Replay.id).where(Replay.ended_at < before).limit(limit)
    gone = delete(Replay).where(Replay.id.in_(old)).returning(Replay.id)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())
