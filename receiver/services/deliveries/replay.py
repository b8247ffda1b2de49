"""Replays deliveries: asked for by staff with a reason, done by the worker in small batches, by its own code.

A batch is one transaction with its effects, its attempts and how far the replay has come, so that one cut off
at any moment goes on where it was, and no delivery is tried twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryState
from receiver.domain.replays import DEFAULT_RATE, ReplayState, batch_size, pause_after
from receiver.errors import InputError, Refused
from receiver.services.decisions.decide import decide_each
from receiver.services.deliveries.process import process_again
from receiver.services.deliveries.search import read_place
from receiver.services.validation import require_text
from receiver.storage import audit, deliveries, replays
from receiver.storage.database import Database
from receiver.storage.deliveries import DeliveryCount, Filters, read_filters
from receiver.storage.tables import Delivery, Replay

HIGHEST_RATE = 1_000
MOST_IDS = 1_000  # chosen one by one
SAY_WHICH = "say which deliveries: their ids, or at least one filter; since 2000-01-01 means all"
BUSY = "being processed"  # by the worker, at the moment of its turn
DROPPED = "body dropped"
GONE = "not there"  # purged, or never was


@dataclass(frozen=True)
class ReplayPreview:
    """What a replay would find now."""

    matching: int
    to_replay: int
    changes_nothing: int  # of them, since they are processed already
    left_out: dict[str, int]  # why, and how many
    by: dict[str, dict[str, int]]  # all that match, by state, source, topic and store
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True)
class Result:
    """What came of one delivery; no outcome: it was left out, and `error` says why."""

    delivery_id: int
    outcome: str | None
    error: str | None


def preview(database: Database, filters: Filters, now: datetime) -> ReplayPreview:
    """Raises InputError for a filter that says nothing."""
    _check_says_something(filters)
    with database.reading() as session:
        return _preview(session, filters, now)


def start(
    database: Database,
    filters: Filters,
    now: datetime,
    *,
    actor: str,
    reason: str,
    rate: int = DEFAULT_RATE,
) -> Replay:
    """Ask for a replay of what there is now; the worker begins it. Raises InputError."""
    _check_says_something(filters)
    reason = require_text(reason, "reason")
    if not 1 <= rate <= HIGHEST_RATE:
        raise InputError(f"must be 1 to {HIGHEST_RATE:,} deliveries a second", path="rate")
    with database.writing() as session:
        found = _preview(session, filters, now)
        total = found.to_replay + found.left_out.get(BUSY, 0)  # those may be free by their turn
        replay = Replay(
            asked_at=now,
            actor=actor,
            reason=reason,
            filters=filters.said(),
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
        detail = {"filters": filters.said(), "total": total, "left_out": found.left_out}
        detail |= {"states": found.by["state"], "rate": rate, "reason": reason}
        audit.record(session, now, actor, "deliveries replay", f"replay {replay.id}", detail)
        return replay


def progress(database: Database, replay_id: int) -> Replay:
    """Raises NotFound."""
    with database.reading() as session:
        return replays.get_replay(session, replay_id)


@dataclass(frozen=True)
class ReplayPage:
    """Replays, the newest first; `next` is where to go on, None where there are no more."""

    replays: Sequence[Replay]
    next: int | None


def page_of_replays(database: Database, *, after: str | None, limit: int) -> ReplayPage:
    """`after` is the `next` of the page before. Raises InputError."""
    before = read_place(after)
    with database.reading() as session:
        found = replays.list_replays(session, limit + 1, before=before)
    return ReplayPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def cancel(database: Database, replay_id: int, now: datetime, *, actor: str) -> Replay:
    """End it after the batch in hand; what it has done stays done. Raises NotFound and Refused."""
    with database.writing() as session:
        replay = replays.get_replay(session, replay_id, locked=True)
        if replay.state != ReplayState.RUNNING:
            raise Refused(f"replay {replay_id} is {replay.state}: there is nothing left to cancel")
        _end(session, replay, ReplayState.CANCELLED, now, actor)
        return replay


@dataclass(frozen=True)
class ResultPage:
    """What came of deliveries, in their order; `next` is where to go on, None where there are no more yet."""

    results: Sequence[Result]
    next: int | None


def page_of_results(database: Database, replay_id: int, *, after: str | None, limit: int) -> ResultPage:
    """`after` is the `next` of the page before. Raises InputError."""
    behind = read_place(after) or 0
    with database.reading() as session:
        tried = replays.attempts_of(session, replay_id, limit + 1, after=behind)
    shown = [Result(one.delivery_id, one.outcome, one.error) for one in tried[:limit]]
    return ResultPage(shown, shown[-1].delivery_id if len(tried) > limit else None)


def results(database: Database, replay_id: int) -> list[Result]:
    """Return each delivery's result, in order; for ids also those left out. Raises NotFound."""
    with database.reading() as session:
        replay = replays.get_replay(session, replay_id)
        tried = [
            Result(one.delivery_id, one.outcome, one.error) for one in replays.attempts_of(session, replay_id)
        ]
        asked = set(replay.filters.get("ids", ())) - {one.delivery_id for one in tried}
        left_out = _left_out(session, replay, asked)
    return sorted([*tried, *left_out], key=lambda one: one.delivery_id)


def replay_next(database: Database, now: datetime) -> datetime | None:
    """Do one batch of a running replay, if its pace allows; when to ask again, None if none runs.

    Whoever calls lets live deliveries go first. Raises StorageUnavailable, having lost nothing.
    """
    with database.reading() as session:
        if not replays.is_any_running(session):
            return None
    with database.writing() as session:
        replay = replays.lock_running(session)
        if replay is None:
            return None
        if replay.next_at > now:
            return replay.next_at
        touched = _do_batch(session, replay, now)
    decide_each(database, now, touched)
    return replay.next_at


def _do_batch(session: Session, replay: Replay, now: datetime) -> list[str]:
    """The stores it touched."""
    size, filters = batch_size(replay.rate), read_filters(replay.filters)
    found = deliveries.next_to_replay(
        session, filters, after=replay.cursor, up_to=replay.up_to, limit=size + 1, now=now
    )
    free = deliveries.hold_free(session, filters, [number for number, _ in found[:size]], now)
    # What somebody has locked in between stays for the next batch, and what comes after it too.
    turn = [number for number, _ in takewhile(lambda one: one[0] in free or one[1], found[:size])]
    outcomes = [process_again(session, row, now, replay) for row in _by_store(free, turn)]
    told = Counter([str(one.state) for one in outcomes] + [BUSY] * (len(turn) - len(outcomes)))
    replay.outcomes = dict(Counter(replay.outcomes) + told)
    replay.done += len(turn)
    replay.cursor = turn[-1] if turn else replay.cursor
    replay.next_at = now + pause_after(max(1, len(turn)), replay.rate)
    if len(turn) == len(found):
        _end(session, replay, ReplayState.DONE, now, replay.actor)
    return [store_id for one in outcomes for store_id in one.stores]


def _by_store(free: dict[int, Delivery], turn: Sequence[int]) -> list[Delivery]:
    """Stores in one order, as the worker takes them: two wait for each other in one direction only."""
    return sorted((free[number] for number in turn if number in free), key=lambda row: row.store_id or "")


def _end(session: Session, replay: Replay, state: ReplayState, now: datetime, actor: str) -> None:
    replay.state, replay.ended_at = state, now
    detail = {"done": replay.done, "total": replay.total, "outcomes": replay.outcomes}
    audit.record(session, now, actor, f"replay {state}", f"replay {replay.id}", detail)


def _check_says_something(filters: Filters) -> None:
    if not filters.said():
        raise InputError(SAY_WHICH)


def _preview(session: Session, filters: Filters, now: datetime) -> ReplayPreview:
    counted = deliveries.count_deliveries(session, filters, now)
    matching = sum(one.count for one in counted)
    left_out = {
        BUSY: sum(one.busy for one in counted),
        DROPPED: sum(one.dropped for one in counted),
        GONE: 0 if filters.ids is None else len(set(filters.ids)) - matching,
    }
    return ReplayPreview(
        matching=matching,
        to_replay=matching - left_out[BUSY] - left_out[DROPPED],
        changes_nothing=sum(
            one.count - one.dropped for one in counted if one.state == DeliveryState.PROCESSED
        ),
        left_out={why: count for why, count in left_out.items() if count},
        by={kind: _by(counted, kind) for kind in ("state", "source", "topic", "store")},
        oldest=min((one.oldest for one in counted), default=None),
        newest=max((one.newest for one in counted), default=None),
    )


def _by(counted: Iterable[DeliveryCount], kind: str) -> dict[str, int]:
    """The most first."""
    totals: Counter[str] = Counter()
    for one in counted:
        totals[getattr(one, kind) or "none"] += one.count
    return dict(totals.most_common())


def _left_out(session: Session, replay: Replay, ids: set[int]) -> list[Result]:
    bodies = deliveries.has_body(session, ids)
    at_its_turn = f"it was {BUSY} at its turn" if replay.state == ReplayState.DONE else "not reached"
    whys = {None: "there is no such delivery", False: "its body was dropped", True: at_its_turn}
    return [Result(one, None, f"delivery {one} was not replayed: {whys[bodies.get(one)]}") for one in ids]
