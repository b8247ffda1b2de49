"""Replays of deliveries: requested by staff with a reason, processed by the worker in small batches.

A batch is one transaction with its effects, its attempts and the progress of the replay, so that an
interrupted replay continues where it was, and no delivery is tried twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.deliveries import UNDONE, DeliveryFilters, DeliveryState
from receiver.domain.replays import DEFAULT_RATE, ReplayState, batch_size, pause_after
from receiver.errors import InputError, Refused
from receiver.paging import Page, read_number
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.deliveries.process import AttemptResult, count_results, process_again
from receiver.services.deliveries.search import check_filters
from receiver.services.problems.track import track_quietly
from receiver.services.records import record_of
from receiver.services.search.stores import resolve_store
from receiver.services.validation import require_text
from receiver.storage import audit, deliveries, replays, store_names
from receiver.storage.database import Database
from receiver.storage.deliveries import DeliveryCount
from receiver.storage.tables import Attempt, Delivery, Replay

HIGHEST_RATE = 1_000
MOST_IDS = 1_000  # of deliveries chosen one by one
SAY_WHICH = "say which deliveries: their ids, or at least one filter; since 2000-01-01 means all"
ENDED = {
    ReplayState.DONE: AuditAction.REPLAY_DONE,
    ReplayState.CANCELLED: AuditAction.REPLAY_CANCELLED,
}
BUSY = "being processed"  # by the worker, when its turn comes
DROPPED = "body dropped"
GONE = "not there"  # deleted, or never existed


@dataclass(frozen=True)
class ReplayPreview:
    """The deliveries that a replay would include now."""

    matching: int
    to_replay: int
    changes_nothing: int  # of them, because they are processed already
    left_out: dict[str, int]  # counts by reason
    by: dict[str, dict[str, int]]  # counts of all matching ones, by state, source, topic and store
    store_names: dict[str, str]  # of the stores under `by`, by id
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True)
class Result:
    """The result of a delivery in a replay; without an outcome it was left out, and `error` says why."""

    delivery_id: int
    outcome: str | None
    error: str | None


@dataclass(frozen=True)
class ReplayProgress:
    """A replay and its progress."""

    id: int
    state: str
    asked_at: datetime
    actor: str
    reason: str
    filters: dict[str, Any]  # as DeliveryFilters.as_json writes them
    rate: int  # deliveries a second, at most
    total: int
    done: int
    outcomes: dict[str, int]
    ended_at: datetime | None
    store_names: dict[str, str]  # of the stores among its filters, by id

    @property
    def failed(self) -> int:
        """The number of deliveries that did not succeed."""
        return sum(self.outcomes.get(state, 0) for state in UNDONE)


def preview(context: ServiceContext, filters: DeliveryFilters) -> ReplayPreview:
    """Count what a replay would include. Raises InputError, also without any filter."""
    now = context.now()
    _check(filters)
    with context.database.reading() as session:
        return _preview(session, resolve_store(session, filters), now)


def start(
    context: ServiceContext,
    filters: DeliveryFilters,
    *,
    actor: str,
    reason: str,
    rate: int = DEFAULT_RATE,
) -> ReplayProgress:
    """Create a replay of the deliveries that match now; the worker runs it. Raises InputError."""
    now = context.now()
    _check(filters)
    reason = require_text(reason, "reason")
    if not 1 <= rate <= HIGHEST_RATE:
        raise InputError(f"must be 1 to {HIGHEST_RATE:,} deliveries a second", path="rate")
    with context.database.writing() as session:
        filters = resolve_store(session, filters)  # fixed now, so that renaming a store later changes nothing
        matches = _preview(session, filters, now)
        total = matches.to_replay + matches.left_out.get(
            BUSY, 0
        )  # they may be finished when their turn comes
        replay = Replay(
            asked_at=now,
            actor=actor,
            reason=reason,
            filters=filters.as_json(),
            rate=rate,
            state=ReplayState.RUNNING if total else ReplayState.DONE,
            up_to=deliveries.newest_delivery(session),
            cursor=0,
            next_at=now,
            total=total,
            outcomes={},
            ended_at=None if total else now,
        )
        session.add(replay)
        session.flush()
        detail = {"filters": filters.as_json(), "total": total, "left_out": matches.left_out}
        detail |= {"states": matches.by["state"], "rate": rate, "reason": reason}
        audit.record(session, now, actor, AuditAction.DELIVERIES_REPLAY, f"replay {replay.id}", detail)
        return _progress(session, [replay])[0]


def progress(database: Database, replay_id: int) -> ReplayProgress:
    """Return the progress of a replay. Raises NotFound."""
    with database.reading() as session:
        return _progress(session, [replays.get_replay(session, replay_id)])[0]


def page_of_replays(database: Database, *, after: str | None = None, limit: int) -> Page[ReplayProgress]:
    """Return a page of replays, the newest first; `limit` 0 for all. Raises InputError."""
    with database.reading() as session:
        page = replays.page_of_replays(session, before=read_number(after), limit=limit)
        return Page(_progress(session, page.rows), page.next)


def _progress(session: Session, rows: Sequence[Replay]) -> list[ReplayProgress]:
    """Return the progress of replays, with their stores' names from one statement."""
    filters = [DeliveryFilters.from_json(row.filters) for row in rows]
    ids = {store_id for item in filters for store_id in (item.store, *(item.stores or ()))}
    names = store_names.names_of(session, ids)
    return [record_of(ReplayProgress, row, store_names=names) for row in rows]


def cancel(context: ServiceContext, replay_id: int, *, actor: str) -> ReplayProgress:
    """End a replay after the current batch; processed deliveries stay processed.

    Raises NotFound for an unknown one, and Refused for one that has ended.
    """
    now = context.now()
    with context.database.writing() as session:
        replay = replays.get_replay(session, replay_id, locked=True)
        if replay.state != ReplayState.RUNNING:
            raise Refused(f"replay {replay_id} is {replay.state}: there is nothing left to cancel")
        _end(session, replay, ReplayState.CANCELLED, now, actor)
        return _progress(session, [replay])[0]


def page_of_results(database: Database, replay_id: int, *, after: str | None, limit: int) -> Page[Result]:
    """Return a page of the results of a replay's deliveries, ordered by delivery. Raises InputError."""
    with database.reading() as session:
        page = replays.page_of_attempts(session, replay_id, after=read_number(after), limit=limit)
    return page.show(_result)


def results(database: Database, replay_id: int) -> list[Result]:
    """Return a replay's results, ordered by delivery; of chosen ids also those left out. Raises NotFound."""
    with database.reading() as session:
        replay = replays.get_replay(session, replay_id)
        attempts = list(map(_result, replays.page_of_attempts(session, replay_id, limit=0).rows))
        missing = set(replay.filters.get("ids", ())) - {item.delivery_id for item in attempts}
        left_out = _omitted_results(session, replay, missing)
    return sorted([*attempts, *left_out], key=lambda item: item.delivery_id)


def replay_next(context: ServiceContext) -> datetime | None:
    """Run one batch of a running replay, if its rate allows; return when the next is due, None if none runs.

    The caller lets live deliveries go first. Raises StorageUnavailable; the batch is rolled back then.
    """
    now = context.now()
    with context.database.reading() as session:
        if not replays.is_any_running(session):
            return None
    with context.database.writing() as session:
        replay = replays.lock_running(session)
        if replay is None:
            return None
        if replay.next_at > now:
            return replay.next_at
        attempts = _run_batch(session, replay, now)
    decide_each(context, (store_id for item in attempts for store_id in item.stores))
    track_quietly(context, {item.sender for item in attempts})
    return replay.next_at


def _run_batch(session: Session, replay: Replay, now: datetime) -> list[AttemptResult]:
    size, filters = batch_size(replay.rate), DeliveryFilters.from_json(replay.filters)
    candidates = deliveries.next_to_replay(
        session, filters, after=replay.cursor, up_to=replay.up_to, limit=size + 1, now=now
    )
    free = deliveries.lock_free(session, filters, [number for number, _ in candidates[:size]], now)
    # A delivery locked by somebody else meanwhile ends the batch: it stays for the next, with all after it.
    batch = [number for number, _ in takewhile(lambda item: item[0] in free or item[1], candidates[:size])]
    unfinished = {number for number, row in free.items() if row.state != DeliveryState.PROCESSED}
    outcomes = [process_again(session, row, now, replay) for row in _by_store(free, batch)]
    counts = Counter([str(outcome.state) for outcome in outcomes] + [BUSY] * (len(batch) - len(outcomes)))
    replay.outcomes = dict(Counter(replay.outcomes) + counts)
    replay.done += len(batch)
    replay.cursor = batch[-1] if batch else replay.cursor
    replay.next_at = now + pause_after(max(1, len(batch)), replay.rate)
    if len(batch) == len(candidates):
        _end(session, replay, ReplayState.DONE, now, replay.actor)
    count_results(session, now, [outcome for outcome in outcomes if outcome.delivery_id in unfinished])
    return outcomes


def _by_store(free: dict[int, Delivery], batch: Sequence[int]) -> list[Delivery]:
    """Return the deliveries ordered by store, as the worker locks stores, so that no deadlock arises."""
    return sorted((free[number] for number in batch if number in free), key=lambda row: row.store_id or "")


def _end(session: Session, replay: Replay, state: ReplayState, now: datetime, actor: str) -> None:
    replay.state, replay.ended_at = state, now
    detail = {"done": replay.done, "total": replay.total, "outcomes": replay.outcomes}
    audit.record(session, now, actor, ENDED[state], f"replay {replay.id}", detail)


def _check(filters: DeliveryFilters) -> None:
    check_filters(filters)
    if not filters.as_json():
        raise InputError(SAY_WHICH)


def _preview(session: Session, filters: DeliveryFilters, now: datetime) -> ReplayPreview:
    counts = deliveries.count_deliveries(session, filters, now)
    matching = sum(item.count for item in counts)
    left_out = {
        BUSY: sum(item.busy for item in counts),
        DROPPED: sum(item.dropped for item in counts),
        GONE: 0 if filters.ids is None else len(set(filters.ids)) - matching,
    }
    return ReplayPreview(
        matching=matching,
        to_replay=matching - left_out[BUSY] - left_out[DROPPED],
        changes_nothing=sum(
            item.count - item.dropped for item in counts if item.state == DeliveryState.PROCESSED
        ),
        left_out={why: count for why, count in left_out.items() if count},
        by={kind: _by(counts, kind) for kind in ("state", "source", "topic", "store")},
        store_names=store_names.names_of(session, {item.store for item in counts}),
        oldest=min((item.oldest for item in counts), default=None),
        newest=max((item.newest for item in counts), default=None),
    )


def _by(counts: Iterable[DeliveryCount], kind: str) -> dict[str, int]:
    """Return the counts by a column of this name, the largest first."""
    totals: Counter[str] = Counter()
    for item in counts:
        totals[getattr(item, kind) or "none"] += item.count
    return dict(totals.most_common())


def _result(attempt: Attempt) -> Result:
    return Result(attempt.delivery_id, attempt.outcome, attempt.error)


def _omitted_results(session: Session, replay: Replay, ids: set[int]) -> list[Result]:
    bodies = deliveries.has_body(session, ids)
    at_its_turn = f"it was {BUSY} at its turn" if replay.state == ReplayState.DONE else "not reached"
    whys = {None: "there is no such delivery", False: "its body was dropped", True: at_its_turn}
    return [Result(item, None, f"delivery {item} was not replayed: {whys[bodies.get(item)]}") for item in ids]
