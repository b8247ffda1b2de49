"""Finds the problems there are, and marks as resolved those that are over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.limits import day_of
from receiver.domain.problems import (
    ACKNOWLEDGED_FOR,
    CAUSES,
    COUNTED_FOR,
    RANKS,
    Messages,
    ProblemState,
    SenderNews,
    is_over,
)
from receiver.errors import StorageUnavailable
from receiver.logs import get_logger
from receiver.storage import problems, stores
from receiver.storage.database import Database
from receiver.storage.problems import Key
from receiver.storage.tables import Problem

log = get_logger(__name__)


def track_problems(database: Database, now: datetime, store_ids: Collection[str] | None = None) -> None:
    """Make the list of problems anew: of all senders, or of these stores alone ("": of no known store).

    A problem that comes back within days of its end is the same one, still acknowledged by whoever did.
    """
    if store_ids is not None and not store_ids:
        return
    with database.writing() as session:
        found = _live(session, now, store_ids)
        rows = problems.lock_problems(session, store_ids)
        fresh = {key: messages for key, messages in found.items() if key not in rows}
        problems.add_problems(session, fresh)
        _let_decide(session, fresh)
        for key, row in rows.items():
            if key in found:
                _go_on(row, found[key], now)
            elif row.state is not ProblemState.RESOLVED:
                row.state, row.resolved_at, row.kept = ProblemState.RESOLVED, now, 0


def track_quietly(database: Database, now: datetime, store_ids: Collection[str | None]) -> None:
    """Track the problems of these senders at once; an error is logged and the minute's run repeats it."""
    try:
        track_problems(database, now, {store_id or "" for store_id in store_ids})
    except StorageUnavailable:
        raise
    except Exception:  # the edge: a list of problems must not stop the work that they are about
        log.exception("problems not tracked")


def _live(session: Session, now: datetime, store_ids: Collection[str] | None) -> dict[Key, Messages]:
    found = problems.dead_messages(session, store_ids)
    found |= problems.rejected_messages(session, day_of(now - COUNTED_FOR), store_ids)
    news = problems.sender_news(session, {store_id for store_id, _ in found})
    return {
        (store_id, cause): messages
        for (store_id, cause), messages in found.items()
        if not is_over(cause, messages, news.get(store_id, SenderNews()), now)
    }


def _let_decide(session: Session, fresh: Mapping[Key, Messages]) -> None:
    """Let the stores be decided anew: their troubles tell of it, and nobody touched them for it."""
    stores.to_decide_anew(session, {store_id for store_id, _ in fresh if store_id})


def _go_on(row: Problem, messages: Messages, now: datetime) -> None:
    first_at = min(row.first_at, messages.first_at)  # the oldest message may be deleted with its age
    if row.state is ProblemState.RESOLVED:
        first_at = messages.first_at
        _come_back(row, now)
    row.first_at, row.last_at = first_at, messages.last_at
    row.count, row.kept = messages.count, messages.kept
    row.who, row.rank = CAUSES[row.cause].who, RANKS[row.cause]


def _come_back(row: Problem, now: datetime) -> None:
    is_same = row.resolved_at is not None and now - row.resolved_at < ACKNOWLEDGED_FOR
    row.resolved_at = None
    if row.acknowledged_at is not None and is_same:
        row.state = ProblemState.ACKNOWLEDGED
        return
    row.state = ProblemState.OPEN
    row.acknowledged_by = row.acknowledged_at = row.note = None
