"""Processes the inbox: a batch in one transaction or in parts, each delivery with all its effects or none.

A failed delivery is rolled back and tried again later; one that can never succeed is dead at once. When the
database does not answer, that is no delivery's fault, and its lease is released.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from receiver.domain.deliveries import MOST_TRIES, DeliveryReason, DeliveryState, next_try
from receiver.domain.hourly_counts import HourlyKind
from receiver.errors import ReceiverError, StorageUnavailable
from receiver.logs import bound_contextvars, get_logger
from receiver.services.context import ServiceContext
from receiver.services.deliveries.apply_signal import apply_deliveries
from receiver.services.deliveries.result import ProcessingResult
from receiver.storage import delivery_queue, hourly_counts
from receiver.storage.database import savepoint
from receiver.storage.tables import Delivery, Replay

LEASE = timedelta(seconds=8)  # after which the deliveries of a killed worker are due again
LONGEST_ERROR = 500
WORKER = "worker"

# Errors caused by values that cannot be processed, and by nothing temporary: the same bytes fail again.
NEVER_READABLE = (ValueError, ArithmeticError, RecursionError, DataError)

# A claim counts as a try, so that a delivery which kills every worker ends as well.
LOST_TOO_OFTEN = ProcessingResult(
    DeliveryState.DEAD, "every worker that took it was lost", reason=DeliveryReason.WORKERS_LOST
)

# Not of failed attempts: another follows.
COUNTED = {
    DeliveryState.PROCESSED: HourlyKind.PROCESSED,
    DeliveryState.IGNORED: HourlyKind.PROCESSED,
    DeliveryState.DEAD: HourlyKind.DEAD,
}

log = get_logger(__name__)


@dataclass(frozen=True)
class AttemptResult:
    """The result of an attempt, and the stores to decide anew."""

    delivery_id: int
    state: DeliveryState
    error: str | None = None
    stores: tuple[str, ...] = ()
    sender: str | None = None  # the store that sent it


def process_next(
    context: ServiceContext,
    *,
    limit: int = 50,
    chance: Callable[[], float] = random.random,
    stopping: Callable[[], bool] = lambda: False,
    newest_at_start: int | None = None,
) -> list[AttemptResult]:
    """Process due deliveries, in turn from each store; return the result of each.

    Deliveries after `newest_at_start`, the newest when this worker started, have killed no worker yet and
    are processed without a claim; None: all are claimed. Once `stopping` returns True, the delivery in hand
    is finished and the others are released, due at once. Raises StorageUnavailable; no delivery is lost then.
    """
    context = context.at(context.now())
    failure: Exception | None = None
    if newest_at_start is not None and not stopping():
        try:
            untried = _process_untried(context, limit, newest_at_start, stopping)
        except Exception as error:  # a delivery or storage: claimed and in parts it shows which
            failure = error
        else:
            if untried is not None:
                return _log_failures(untried)
    with context.database.writing_unsynced() as session:  # a lost claim is made again
        claims = delivery_queue.claim(session, context.now(), limit, LEASE)
    if failure is None and not stopping():
        try:
            return _log_failures(_process_claimed(context, claims))
        except Exception as error:  # as above
            failure = error
    parts: list[Sequence[delivery_queue.ClaimedDelivery]] = [claims]
    if failure is not None:
        parts, ids = _parts(claims, failure), [claim.id for claim in claims]
        log.info("batch undone, done in parts", deliveries=ids, error=type(failure).__name__)
    return _log_failures(_attempt_parts(context, deque(parts), chance, stopping))


def _log_failures(outcomes: list[AttemptResult]) -> list[AttemptResult]:
    """Log each delivery that was not processed; its error, which may name a person, stays in its row."""
    for outcome in outcomes:
        if outcome.state in (DeliveryState.FAILED, DeliveryState.DEAD):
            log.warning("delivery not processed", delivery_id=outcome.delivery_id, state=outcome.state)
    return outcomes


def _attempt_parts(
    context: ServiceContext,
    queue: deque[Sequence[delivery_queue.ClaimedDelivery]],
    chance: Callable[[], float],
    stopping: Callable[[], bool],
) -> list[AttemptResult]:
    """Attempt batches in order; split one that fails, down to the delivery that fails."""
    outcomes: list[AttemptResult] = []
    while queue:
        part = queue.popleft()
        if stopping():
            _give_back(context, [*part, *chain(*queue)])
            return outcomes
        try:
            outcomes += _attempt(context, part, chance)
        except Exception as error:
            if len(part) > 1:
                queue.extendleft(reversed(_parts(part, error)))
            elif isinstance(error, StorageUnavailable):
                rest = [*part, *chain(*queue)]
                ids = [claim.id for claim in rest]
                log.warning("deliveries given back", deliveries=ids, error=str(error))
                _give_back(context, rest)
                return _results_or_raise(outcomes, error)
            else:
                raise
    return outcomes


def _parts(
    claims: Sequence[delivery_queue.ClaimedDelivery], error: Exception
) -> list[Sequence[delivery_queue.ClaimedDelivery]]:
    """Return two halves; after a storage error single deliveries, since each lock timeout takes seconds."""
    size = 1 if isinstance(error, StorageUnavailable) else (len(claims) + 1) // 2
    return [claims[at : at + size] for at in range(0, len(claims), size)]


def process_again(
    session: Session,
    row: Delivery,
    now: datetime,
    replay: Replay,
    chance: Callable[[], float] = random.random,
) -> AttemptResult:
    """Process a row that this transaction has locked, for a replay: by the same code, as a new attempt.

    A failure rolls back only its own effects, and a delivery processed before keeps its state. Raises
    StorageUnavailable.
    """
    succeeded = row.state == DeliveryState.PROCESSED
    if not succeeded:
        delivery_queue.take_again(row)
    result, due_at = _apply_alone(session, row, now, chance)
    error = result.error and _storable(result.error)
    if not succeeded:
        delivery_queue.finish(row, result.state, now, reason=result.reason, error=error, due_at=due_at)
    actor = f"{replay.actor}, replay {replay.id}: {replay.reason}"
    delivery_queue.note_attempts(session, [(row.id, result.state, error)], now, actor, replay_id=replay.id)
    return AttemptResult(row.id, result.state, error, result.stores, row.store_id)


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
    context: ServiceContext, claims: Sequence[delivery_queue.ClaimedDelivery], chance: Callable[[], float]
) -> list[AttemptResult]:
    """Attempt the deliveries whose leases still hold; the others belong to another worker.

    A single delivery raises only storage errors, several raise all.
    """
    if len(claims) > 1:
        return _process_claimed(context, claims)
    (claim,) = claims
    with bound_contextvars(delivery_id=claim.id):
        try:
            return _process_claimed(context, claims)
        except StorageUnavailable:
            raise
        except Exception as error:  # the edge: whatever an effect raises, this delivery alone stays behind
            result, due_at = _failure(error, claim.tries, context.now(), chance)
        return _record_failure(context, claim, result, due_at)


def _process_claimed(
    context: ServiceContext, claims: Sequence[delivery_queue.ClaimedDelivery]
) -> list[AttemptResult]:
    """Apply effects, attempts and states in one transaction."""
    with context.database.writing_unsynced() as session:  # effects lost in a crash are made again
        return _apply_rows(session, delivery_queue.lock_claimed(session, claims), context.now())


def _process_untried(
    context: ServiceContext, limit: int, newer_than: int, stopping: Callable[[], bool]
) -> list[AttemptResult] | None:
    """Lock and process deliveries in one transaction; None where one of them has to be claimed first.

    Nothing is processed once it is `stopping`, which it may have become while the locks were awaited.
    """
    with context.database.writing_unsynced() as session:
        rows = delivery_queue.lock_untried(session, context.now(), limit, newer_than)
        if rows is None:
            return None
        return [] if stopping() else _apply_rows(session, rows, context.now())


def _apply_rows(
    session: Session, rows: Sequence[delivery_queue.DeliveryContent], now: datetime
) -> list[AttemptResult]:
    hopeful = [row for row in rows if row.tries <= MOST_TRIES]
    results = dict(zip((row.id for row in hopeful), apply_deliveries(session, hopeful, now), strict=True))
    return _record_results(session, [(row, results.get(row.id, LOST_TOO_OFTEN), None) for row in rows], now)


def _record_failure(
    context: ServiceContext,
    claim: delivery_queue.ClaimedDelivery,
    result: ProcessingResult,
    due_at: datetime | None,
) -> list[AttemptResult]:
    with context.database.writing() as session:
        rows = delivery_queue.lock_claimed(session, [claim])
        return _record_results(session, [(row, result, due_at) for row in rows], context.now())


def _record_results(
    session: Session,
    tries: Sequence[tuple[delivery_queue.DeliveryContent, ProcessingResult, datetime | None]],
    now: datetime,
) -> list[AttemptResult]:
    """Record how attempts ended and, where another follows, when it is due; return the results."""
    outcomes, ends = [], []
    for row, result, due_at in tries:
        error = result.error and _storable(result.error)
        outcomes.append(AttemptResult(row.id, result.state, error, result.stores, row.store_id))
        ends.append((row, delivery_queue.TryEnd(result.state, result.reason, error, due_at)))
    delivery_queue.finish_all(session, ends, now)
    attempts = [(item.delivery_id, item.state, item.error) for item in outcomes]
    delivery_queue.note_attempts(session, attempts, now, WORKER)
    count_results(session, now, outcomes)
    return outcomes


def count_results(session: Session, now: datetime, outcomes: Sequence[AttemptResult]) -> None:
    """Count these results by the hour; must come last in a transaction (storage/hourly_counts.py)."""
    hourly_counts.add(
        session, now, Counter((COUNTED[result.state], "") for result in outcomes if result.state in COUNTED)
    )


def _failure(
    error: Exception, tries: int, now: datetime, chance: Callable[[], float]
) -> tuple[ProcessingResult, datetime | None]:
    """Return the result of an attempt that raised, and when the next one is due, if any."""
    if isinstance(error, NEVER_READABLE):
        error_text = f"cannot be worked with: {_describe(error)}"
        return ProcessingResult(DeliveryState.DEAD, error_text, reason=DeliveryReason.UNREADABLE), None
    wait = next_try(tries, chance())
    if wait is None:
        return ProcessingResult(DeliveryState.DEAD, _describe(error), reason=DeliveryReason.GAVE_UP), None
    return ProcessingResult(DeliveryState.FAILED, _describe(error)), now + wait


def _describe(error: Exception) -> str:
    """Return our own error's text, or another's class and first line: the rest may hold values."""
    lines = str(error).splitlines() or [""]
    return str(error) if isinstance(error, ReceiverError) else f"{type(error).__name__}: {lines[0]}"


def _storable(error: str) -> str:
    return "".join(char if char.isprintable() else " " for char in error)[:LONGEST_ERROR]


def _give_back(context: ServiceContext, claims: list[delivery_queue.ClaimedDelivery]) -> None:
    """Release claims where the database allows it; otherwise their leases expire."""
    try:
        with context.database.writing() as session:
            delivery_queue.give_back(session, delivery_queue.lock_claimed(session, claims), context.now())
    except StorageUnavailable as error:
        log.warning("leases left to lapse", deliveries=[claim.id for claim in claims], error=str(error))


def _results_or_raise(outcomes: list[AttemptResult], error: StorageUnavailable) -> list[AttemptResult]:
    """Return the results before a storage error, so that their stores are decided; raise it without any."""
    if not outcomes:
        raise error
    return outcomes
