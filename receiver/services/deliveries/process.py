"""Works the inbox off: a batch in one transaction, or each delivery alone, with its effects or without any.

What fails rolls back and is tried again later; what can never succeed is dead at once; a database that does
not answer is nobody's fault, and the delivery is given back.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from receiver.domain.deliveries import MOST_TRIES, DeliveryReason, DeliveryState, next_try
from receiver.domain.hourly_counts import HourlyKind
from receiver.errors import ReceiverError, StorageUnavailable
from receiver.logs import bound_contextvars, get_logger
from receiver.services.deliveries.apply_signal import NOTHING_READ, ReadDelivery, apply_deliveries
from receiver.services.deliveries.claims import Batch, claim_batch, give_back
from receiver.services.deliveries.result import ProcessingResult
from receiver.storage import hourly_counts, inbox
from receiver.storage.database import Database, savepoint
from receiver.storage.tables import Delivery, Replay

LONGEST_ERROR = 500
WORKER = "worker"

# What comes of values nobody can work with, and of nothing that passes: the same bytes fail the same way.
NEVER_READABLE = (ValueError, ArithmeticError, RecursionError, DataError)

# A claim counts as a try, so one that ends every worker that takes it ends too.
LOST_TOO_OFTEN = ProcessingResult(
    DeliveryState.DEAD, "every worker that took it was lost", reason=DeliveryReason.WORKERS_LOST
)

# Of a try that fails another follows.
COUNTED = {
    DeliveryState.PROCESSED: HourlyKind.PROCESSED,
    DeliveryState.IGNORED: HourlyKind.PROCESSED,
    DeliveryState.DEAD: HourlyKind.DEAD,
}

log = get_logger(__name__)


@dataclass(frozen=True)
class AttemptResult:
    """The result of one try, and the stores to decide anew."""

    delivery_id: int
    state: DeliveryState
    error: str | None = None
    stores: tuple[str, ...] = ()
    sender: str | None = None  # the store that sent it


def process_next(
    database: Database,
    now: datetime,
    *,
    limit: int = 50,
    chance: Callable[[], float] = random.random,
    stopping: Callable[[], bool] = lambda: False,
    claimed: Batch | None = None,
) -> list[AttemptResult]:
    """Process a batch that was claimed before, or claim what is due, in turn from each store.

    Once it is `stopping`, what is in hand is finished and the others are given back, due at once.
    Raises StorageUnavailable, having lost nothing.
    """
    batch = claimed or claim_batch(database, now, limit, chance)
    claims = batch.claims
    if not stopping():
        try:
            return _logged(_processed(database, claims, now, batch.read))
        # One of them or storage: each alone shows which, and only that one stays behind.
        except Exception as error:
            deliveries = [claim.id for claim in claims]
            log.info("batch undone, each delivery alone", deliveries=deliveries, error=type(error).__name__)
    return _logged(_each_attempted(database, claims, now, chance, stopping))


def _logged(outcomes: list[AttemptResult]) -> list[AttemptResult]:
    """With a line for each that stays behind; its error, which may tell of a person, stands in its row."""
    for outcome in outcomes:
        if outcome.state in (DeliveryState.FAILED, DeliveryState.DEAD):
            log.warning("delivery not processed", delivery_id=outcome.delivery_id, state=outcome.state)
    return outcomes


def _each_attempted(
    database: Database,
    claims: Sequence[inbox.ClaimedDelivery],
    now: datetime,
    chance: Callable[[], float],
    stopping: Callable[[], bool],
) -> list[AttemptResult]:
    outcomes: list[AttemptResult] = []
    for place, claim in enumerate(claims):
        if stopping():
            give_back(database, claims[place:], now)
            return outcomes
        try:
            with bound_contextvars(delivery_id=claim.id):
                outcome = _attempt(database, claim, now, chance)
        except StorageUnavailable as error:
            rest = [claim.id for claim in claims[place:]]
            log.warning("deliveries given back", deliveries=rest, error=str(error))
            give_back(database, claims[place:], now)
            return _known_or_raise(outcomes, error)
        outcomes += [outcome] if outcome else []
    return outcomes


def process_again(
    session: Session,
    row: Delivery,
    now: datetime,
    replay: Replay,
    chance: Callable[[], float] = random.random,
) -> AttemptResult:
    """Process a row that this transaction holds, whatever came of it before: the same code, a new attempt.

    A fault undoes its effects alone, and what succeeded before stays as it is. Raises StorageUnavailable.
    """
    succeeded = row.state == DeliveryState.PROCESSED
    if not succeeded:
        inbox.take_again(row)
    ending, due_at = _apply_alone(session, row, now, chance)
    error = ending.error and _storable(ending.error)
    if not succeeded:
        inbox.finish(row, ending.state, now, reason=ending.reason, error=error, due_at=due_at)
    actor = f"{replay.actor}, replay {replay.id}: {replay.reason}"
    inbox.note_attempts(session, [(row.id, ending.state, error)], now, actor, replay_id=replay.id)
    return AttemptResult(row.id, ending.state, error, ending.stores, row.store_id)


def _apply_alone(
    session: Session, row: Delivery, now: datetime, chance: Callable[[], float]
) -> tuple[ProcessingResult, datetime | None]:
    try:
        with bound_contextvars(delivery_id=row.id), savepoint(session):
            return apply_deliveries(session, [row], now)[0], None
    except StorageUnavailable:
        raise
    except Exception as error:  # the edge: whatever an effect raises, this delivery alone stays behind
        return _failure(error, 1, now, chance)


def _attempt(
    database: Database, claim: inbox.ClaimedDelivery, now: datetime, chance: Callable[[], float]
) -> AttemptResult | None:
    """None when the lease lapsed meanwhile and the delivery is somebody else's."""
    try:
        return next(iter(_processed(database, [claim], now)), None)
    except StorageUnavailable:
        raise
    except Exception as error:  # the edge: whatever an effect raises, this delivery alone stays behind
        ending, due_at = _failure(error, claim.tries, now, chance)
    return _finished(database, claim, now, ending, due_at)


def _processed(
    database: Database,
    claims: Sequence[inbox.ClaimedDelivery],
    now: datetime,
    read: Mapping[int, ReadDelivery] = NOTHING_READ,
) -> list[AttemptResult]:
    """Effects, attempts and states in one transaction: all of it or nothing."""
    with database.writing() as session:
        rows = inbox.hold(session, claims)
        hopeful = [row for row in rows if row.tries <= MOST_TRIES]
        results = apply_deliveries(session, hopeful, now, read)
        endings = dict(zip((row.id for row in hopeful), results, strict=True))
        return _ended(session, [(row, endings.get(row.id, LOST_TOO_OFTEN), None) for row in rows], now)


def _finished(
    database: Database,
    claim: inbox.ClaimedDelivery,
    now: datetime,
    ending: ProcessingResult,
    due_at: datetime | None,
) -> AttemptResult | None:
    with database.writing() as session:
        rows = inbox.hold(session, [claim])
        return next(iter(_ended(session, [(row, ending, due_at) for row in rows], now)), None)


def _ended(
    session: Session,
    tries: Sequence[tuple[inbox.HeldDelivery, ProcessingResult, datetime | None]],
    now: datetime,
) -> list[AttemptResult]:
    """Mark how each try ended and, where one follows, when that is due."""
    outcomes, ends = [], []
    for row, ending, due_at in tries:
        error = ending.error and _storable(ending.error)
        outcomes.append(AttemptResult(row.id, ending.state, error, ending.stores, row.store_id))
        ends.append((row, inbox.TryEnd(ending.state, ending.reason, error, due_at)))
    inbox.finish_all(session, ends, now)
    tried = [(item.delivery_id, item.state, item.error) for item in outcomes]
    inbox.note_attempts(session, tried, now, WORKER)
    count_ended(session, now, outcomes)
    return outcomes


def count_ended(session: Session, now: datetime, outcomes: Sequence[AttemptResult]) -> None:
    """Count by the hour how these tries ended; last in a transaction (storage/hourly_counts.py)."""
    hourly_counts.add(
        session, now, Counter((COUNTED[result.state], "") for result in outcomes if result.state in COUNTED)
    )


def _failure(
    error: Exception, tries: int, now: datetime, chance: Callable[[], float]
) -> tuple[ProcessingResult, datetime | None]:
    """How a try ends that raised, and when the next one is due, if there is one."""
    if isinstance(error, NEVER_READABLE):
        error_text = f"cannot be worked with: {_told(error)}"
        return ProcessingResult(DeliveryState.DEAD, error_text, reason=DeliveryReason.UNREADABLE), None
    wait = next_try(tries, chance())
    if wait is None:
        return ProcessingResult(DeliveryState.DEAD, _told(error), reason=DeliveryReason.GAVE_UP), None
    return ProcessingResult(DeliveryState.FAILED, _told(error)), now + wait


def _told(error: Exception) -> str:
    """Class and first line: the lines below it may hold a statement's values."""
    lines = str(error).splitlines() or [""]
    return str(error) if isinstance(error, ReceiverError) else f"{type(error).__name__}: {lines[0]}"


def _storable(error: str) -> str:
    return "".join(char if char.isprintable() else " " for char in error)[:LONGEST_ERROR]


def _known_or_raise(outcomes: list[AttemptResult], error: StorageUnavailable) -> list[AttemptResult]:
    """What was done is told first: the stores it touched want deciding."""
    if not outcomes:
        raise error
    return outcomes
