"""The tracking of problems: the present ones are listed, and those that are over marked as resolved."""

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
from receiver.services.context import ServiceContext
from receiver.storage import problems, stores
from receiver.storage.problems import Key
from receiver.storage.tables import Problem

log = get_logger(__name__)


def track_problems(context: ServiceContext, store_ids: Collection[str] | None = None) -> None:
    """Update the list of problems: of all senders, or of these stores alone ("": of no known store).

    A problem that comes back within days of its end is the same one, still acknowledged by whoever did.
    Idempotent.
    """
    now = context.now()
    if store_ids is not None and not store_ids:
        return
    with context.database.writing() as session:
        live = _find_live(session, now, store_ids)
        rows = problems.lock_problems(session, store_ids)
        fresh = {key: messages for key, messages in live.items() if key not in rows}
        problems.add_problems(session, fresh)
        _request_decisions(session, fresh)
        for key, row in rows.items():
            if key in live:
                _update(row, live[key], now)
            elif row.state is not ProblemState.RESOLVED:
                row.state, row.resolved_at, row.kept = ProblemState.RESOLVED, now, 0


def track_quietly(context: ServiceContext, store_ids: Collection[str | None]) -> None:
    """Track the problems of these senders at once; an error is logged and the minute's run repeats it."""
    try:
        track_problems(context, {store_id or "" for store_id in store_ids})
    except StorageUnavailable:
        raise
    except Exception:  # the edge: the list of problems must not stop the work it is about
        log.exception("problems not tracked")


def _find_live(session: Session, now: datetime, store_ids: Collection[str] | None) -> dict[Key, Messages]:
    """Return the messages of the problems that are not over, by store and cause."""
    messages_by_key = problems.dead_messages(session, store_ids)
    messages_by_key |= problems.rejected_messages(session, day_of(now - COUNTED_FOR), store_ids)
    news = problems.sender_news(session, {store_id for store_id, _ in messages_by_key})
    return {
        (store_id, cause): messages
        for (store_id, cause), messages in messages_by_key.items()
        if not is_over(cause, messages, news.get(store_id, SenderNews()), now)
    }


def _request_decisions(session: Session, fresh: Mapping[Key, Messages]) -> None:
    """Request decisions of the stores, whose troubles name their problems: nothing else touched them."""
    stores.mark_undecided(session, {store_id for store_id, _ in fresh if store_id})


def _update(row: Problem, messages: Messages, now: datetime) -> None:
    """Update a problem from its messages, and reopen one that was resolved."""
    first_at = min(row.first_at, messages.first_at)  # the oldest message may be deleted with its age
    if row.state is ProblemState.RESOLVED:
        first_at = messages.first_at
        _reopen(row, now)
    row.first_at, row.last_at = first_at, messages.last_at
    row.count, row.kept = messages.count, messages.replayable
    row.who, row.rank = CAUSES[row.cause].who, RANKS[row.cause]


def _reopen(row: Problem, now: datetime) -> None:
    """Reopen a resolved problem; one that was resolved lately is still acknowledged by whoever did."""
    is_same = row.resolved_at is not None and now - row.resolved_at < ACKNOWLEDGED_FOR
    row.resolved_at = None
    if row.acknowledged_at is not None and is_same:
        row.state = ProblemState.ACKNOWLEDGED
        return
    row.state = ProblemState.OPEN
    row.acknowledged_by = row.acknowledged_at = row.note = None
