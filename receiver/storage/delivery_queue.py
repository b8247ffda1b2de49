"""The queue of deliveries: locks what is due or leases it to one worker at a time, and records the results.

A claim is a lease: its holder has the row until `lease_until`, and only while the row still says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import Select, Table, case, func, select, update
from sqlalchemy.orm import Session

from receiver.domain.deliveries import BODY_STAYS, WAITING, DeliveryReason, DeliveryState, may_move
from receiver.errors import Refused
from receiver.storage.bulk import insert_rows, is_any_of
from receiver.storage.tables import Attempt, Delivery
from receiver.storage.turns import in_turn

DELIVERIES = cast(Table, Delivery.__table__)
ATTEMPTS = cast(Table, Attempt.__table__)
ATTEMPT = ("delivery_id", "outcome", "error", "at", "actor", "replay_id")


class DeliveryContent(Protocol):
    """The columns of a delivery that processing uses, from its entity or read alone."""

    @property
    def id(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def store_id(self) -> str | None: ...
    @property
    def topic(self) -> str | None: ...
    @property
    def headers(self) -> list[Any]: ...
    @property
    def body(self) -> bytes | None: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def state(self) -> str: ...
    @property
    def tries(self) -> int: ...
    @property
    def lease_until(self) -> datetime | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def error(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...


CONTENT = tuple(DELIVERIES.c[name] for name in vars(DeliveryContent) if name in DELIVERIES.c)


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery leased to us until `lease_until`."""

    id: int
    tries: int  # this one included
    lease_until: datetime
    content: DeliveryContent  # at the time of the claim


@dataclass(frozen=True)
class TryEnd:
    """The end of an attempt at a delivery; `due_at`: when the next one is due, None for the last."""

    state: DeliveryState
    reason: DeliveryReason | None = None
    error: str | None = None
    due_at: datetime | None = None


def claim(
    session: Session,
    now: datetime,
    limit: int,
    lease: timedelta,
) -> list[ClaimedDelivery]:
    """Lease up to `limit` due deliveries, the oldest first; where more are due, in turn from each store.

    Rows that another worker is claiming are skipped.
    """
    ids = _lock_due(session, now, limit)
    until = now + lease
    statement = (
        update(DELIVERIES)
        .where(is_any_of(DELIVERIES.c.id, ids), _is_free(now))
        # Due again when the lease is over, so the rows of a worker that died need no clean-up.
        .values(state=DeliveryState.PROCESSING, tries=DELIVERIES.c.tries + 1, lease_until=until, due_at=until)
        .returning(*CONTENT)
    )
    rows = {row.id: cast(DeliveryContent, row) for row in session.execute(statement).all()} if ids else {}
    return [ClaimedDelivery(item, rows[item].tries, until, rows[item]) for item in ids if item in rows]


def newest_id(session: Session) -> int:
    """Return the id of the newest delivery, 0 without any."""
    return session.scalar(select(func.max(DELIVERIES.c.id))) or 0


def lock_untried(
    session: Session, now: datetime, limit: int, newer_than: int
) -> list[DeliveryContent] | None:
    """Lock for this transaction what `claim` would take, and return the contents.

    Returns None where any of them was tried before or is not newer than the delivery `newer_than`: those
    have to be claimed.
    """
    ids = _lock_due(session, now, limit)
    contents = select(*CONTENT).where(is_any_of(DELIVERIES.c.id, ids))
    rows = {row.id: cast(DeliveryContent, row) for row in session.execute(contents).all()} if ids else {}
    if any(row.id <= newer_than or row.tries > 0 for row in rows.values()):
        return None
    return [rows[number] for number in ids]


def _lock_due(session: Session, now: datetime, limit: int) -> list[int]:
    """Lock due deliveries that nobody else has; return their ids, oldest first, or in turn if crowded."""
    ids: list[int] = []
    if _is_crowded(session, now, limit):
        ids = _lock_free(session, now, in_turn(session, now, limit))
    if len(ids) < limit:
        oldest = _due(now).where(DELIVERIES.c.id.not_in(ids)) if ids else _due(now)
        ids += session.scalars(oldest.limit(limit - len(ids)).with_for_update(skip_locked=True))
    return ids


def _due(now: datetime) -> Select[int]:
    """Select the ids of due deliveries, the oldest first.

    What is due is free: a leased row is due when its lease is over. One index serves any number of them.
    """
    due = select(DELIVERIES.c.id).where(DELIVERIES.c.due_at <= now)
    return due.order_by(DELIVERIES.c.due_at, DELIVERIES.c.id)


def _is_crowded(session: Session, now: datetime, limit: int) -> bool:
    """Return whether more deliveries are due than one claim takes, so that some have to wait."""
    return session.scalar(_due(now).offset(limit).limit(1)) is not None


def _lock_free(session: Session, now: datetime, ids: Sequence[int]) -> list[int]:
    """Lock those of the deliveries that are still due and that nobody else has; return their ids in order."""
    due = select(DELIVERIES.c.id).where(is_any_of(DELIVERIES.c.id, ids), DELIVERIES.c.due_at <= now)
    locked = set(session.scalars(due.with_for_update(skip_locked=True)).all()) if ids else set()
    return [number for number in ids if number in locked]


def _is_free(now: datetime) -> Any:
    lapsed = (DELIVERIES.c.state == DeliveryState.PROCESSING) & (DELIVERIES.c.lease_until <= now)
    return DELIVERIES.c.state.in_(WAITING) | lapsed


def reset_due_times(session: Session, now: datetime, latest: datetime) -> int:
    """Reset due times later than `latest` (clock rollback) for received and leased rows; return the count.

    Failed rows keep their back-off.
    """
    in_hand = DELIVERIES.c.state == DeliveryState.PROCESSING
    statement = update(DELIVERIES).where(
        DELIVERIES.c.due_at > latest, in_hand | (DELIVERIES.c.state == DeliveryState.RECEIVED)
    )
    lease = case((in_hand, now), else_=DELIVERIES.c.lease_until)
    updated = session.execute(statement.values(due_at=now, lease_until=lease))
    return int(updated.rowcount)  # type: ignore[attr-defined]  # typed as any Result


def take_again(row: Delivery) -> None:
    """Mark a locked row for processing with all its tries anew. Raises Refused where that is impossible."""
    if row.state == DeliveryState.IGNORED and row.reason not in BODY_STAYS:
        raise Refused(f"delivery {row.id} is {row.state} and cannot become {DeliveryState.PROCESSING}")
    move(row, DeliveryState.PROCESSING)
    row.tries, row.error, row.ended_at = 1, None, None


def lock_claimed(session: Session, claims: Sequence[ClaimedDelivery]) -> list[DeliveryContent]:
    """Lock the claimed rows that are still ours for this transaction, and return their contents.

    Left out are rows whose lease is over, and rows whose body was erased since: those are claimed anew.
    """
    columns = (DELIVERIES.c.id, DELIVERIES.c.lease_until, DELIVERIES.c.tries, DELIVERIES.c.body.is_(None))
    is_in_hand = DELIVERIES.c.state == DeliveryState.PROCESSING
    query = select(*columns).where(is_any_of(DELIVERIES.c.id, [claim.id for claim in claims]), is_in_hand)
    locked = {tuple(row) for row in session.execute(query.order_by(DELIVERIES.c.id).with_for_update()).all()}
    return [claim.content for claim in claims if _as_locked(claim) in locked]


def _as_locked(claim: ClaimedDelivery) -> tuple[int, datetime, int, bool]:
    """Return what `lock_claimed` reads of a row that is still this claim's."""
    return claim.id, claim.lease_until, claim.tries, claim.content.body is None


def finish(
    row: Delivery,
    state: DeliveryState,
    at: datetime,
    *,
    reason: DeliveryReason | None = None,
    error: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Record how the attempt at a locked row ended; without `due_at` the delivery has ended."""
    _refuse_move(row, state)
    for name, value in _end_columns(TryEnd(state, reason, error, due_at), at).items():
        setattr(row, name, value)


def finish_all(session: Session, ends: Iterable[tuple[DeliveryContent, TryEnd]], at: datetime) -> None:
    """Record how attempts at locked rows ended, as `finish` does.

    Rows with the same end share a statement.
    """
    ids_by_end: defaultdict[tuple[TryEnd, bool], list[int]] = defaultdict(list)
    for row, end in ends:
        _refuse_move(row, end.state)
        ids_by_end[end, row.tries == 0].append(row.id)
    for (end, is_untried), ids in ids_by_end.items():
        values = _end_columns(end, at) | (
            {"tries": 1} if is_untried else {}
        )  # otherwise the claim has counted it
        session.execute(update(DELIVERIES).where(is_any_of(DELIVERIES.c.id, ids)).values(values))


def _end_columns(end: TryEnd, at: datetime) -> dict[str, Any]:
    """Return the columns of a delivery after an attempt, by name."""
    columns = {
        "state": end.state,
        "reason": end.reason,
        "error": end.error,
        "lease_until": None,
        "due_at": end.due_at,
        "ended_at": at if end.due_at is None else None,
    }
    drops_body = end.state is DeliveryState.IGNORED and end.reason not in BODY_STAYS
    return {**columns, "body": None} if drops_body else columns


def give_back(session: Session, rows: Sequence[DeliveryContent], now: datetime) -> None:
    """Release locked rows as if they had never been claimed."""
    statement = update(DELIVERIES).where(is_any_of(DELIVERIES.c.id, [row.id for row in rows]))
    tries = DELIVERIES.c.tries - 1
    session.execute(statement.values(state=DeliveryState.RECEIVED, lease_until=None, due_at=now, tries=tries))


def note_attempts(
    session: Session,
    attempts: Iterable[tuple[int, DeliveryState, str | None]],
    at: datetime,
    actor: str,
    *,
    replay_id: int | None = None,
) -> None:
    """Record an attempt at each of these deliveries, with its state and error."""
    insert_rows(session, ATTEMPTS, ATTEMPT, [(*item, at, actor, replay_id) for item in attempts])


def move(row: Delivery, to: DeliveryState) -> None:
    """Move a delivery to another state. Raises Refused where its state does not lead there."""
    _refuse_move(row, to)
    row.state = to


def _refuse_move(row: DeliveryContent, to: DeliveryState) -> None:
    """Raise Refused where a delivery cannot move from its state to another."""
    if not may_move(DeliveryState(row.state), to):
        raise Refused(f"delivery {row.id} is {row.state} and cannot become {to}")
