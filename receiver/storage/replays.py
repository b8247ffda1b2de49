"""Replays of deliveries: their requests, their progress and their attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from receiver.domain.replays import ReplayState
from receiver.errors import NotFound
from receiver.paging import LARGEST_ID, Page
from receiver.storage.paging import Keyset, read_page
from receiver.storage.tables import Attempt, Replay

NEWEST_FIRST = Keyset((Replay.id,), descending=True)
BY_DELIVERY = Keyset((Attempt.delivery_id,))
RUNNING = Replay.state == ReplayState.RUNNING


def is_any_running(session: Session) -> bool:
    """Return whether any replay is running."""
    return session.scalar(select(Replay.id).where(RUNNING).limit(1)) is not None


def lock_running(session: Session) -> Replay | None:
    """Lock and return the running replay whose batch has been due longest, None without one.

    Batches run one at a time. Each puts its replay behind the others, so that a long replay does not block a
    short one.
    """
    return session.scalars(
        select(Replay).where(RUNNING).order_by(Replay.next_at, Replay.id).limit(1).with_for_update()
    ).first()


def get_replay(session: Session, replay_id: int, *, locked: bool = False) -> Replay:
    """Return a replay; `locked` locks its row. Raises NotFound."""
    query = select(Replay).where(Replay.id == replay_id)
    locking = query.with_for_update() if locked else query
    replay = session.scalars(locking).first() if replay_id <= LARGEST_ID else None
    if replay is None:
        raise NotFound(f"there is no replay {replay_id}")
    return replay


def page_of_replays(session: Session, *, before: int | None, limit: int) -> Page[Replay]:
    """Return a page of replays, the newest first; `limit` 0 for all."""
    key = None if before is None else (before,)
    return read_page(session, select(Replay), NEWEST_FIRST, after=key, limit=limit)


def page_of_attempts(
    session: Session, replay_id: int, *, after: int | None = None, limit: int
) -> Page[Attempt]:
    """Return a page of a replay's attempts, in the order of the deliveries; `limit` 0 for all."""
    query = select(Attempt).where(Attempt.replay_id == replay_id)
    key = None if after is None else (after,)
    return read_page(
        session, query, BY_DELIVERY, after=key, limit=limit, cursor=lambda row: str(row.delivery_id)
    )


def purge_ended(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` replays that ended before a time; return their number."""
    old = select(Replay.id).where(Replay.ended_at < before).limit(limit)
    statement = delete(Replay).where(Replay.id.in_(old)).returning(Replay.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())
