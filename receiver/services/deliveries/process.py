"""Works the inbox off: a batch in one transaction or in parts, each delivery with its effects or without any.

What fails rolls back and is tried again later; what can never succeed is dead at once; a database that does
not answer is nobody's fault, and the delivery is given back.
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
from receiver.services.deliveries.apply_signal import apply_deliveries
from receiver.services.deliveries.result import ProcessingResult
from receiver.storage import hourly_counts, inbox
from receiver.storage.database import Database, savepoint
from receiver.storage.tables import Delivery, Replay

LEASE = timedelta(seconds=8)  # of a worker that was killed; its deliveries move on after that
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
    newest_at_start: int | None = None,
) -> list[AttemptResult]:
    """Process what is due, in turn from each store.

    What arrived after the delivery `newest_at_start`, when this worker started, has ended no worker before it
    and is processed without a claim; None: all is claimed. Once it is `stopping`, what is in hand is finished
    and the others are given back, due at once. Raises StorageUnavailable, having lost nothing.
    """
    failure: Exception | None = None
    if newest_at_start is not None and not stopping():
        try:
            untried = _process_untried(database, now, limit, newest_at_start, stopping)
        except Exception as error:  # one of them or storage: claimed and in parts it shows which
            failure = error
        else:
            if untried is not None:
                return _logged(untried)
    with database.writing_unsynced() as session:  # a claim that is lost is made again
        claims = inbox.claim(session, now, limit, LEASE)
    if failure is None and not stopping():
        try:
            return _logged(_processed(database, claims, now))
        except Exception as error:  # as above
            failure = error
    parts: list[Sequence[inbox.ClaimedDelivery]] = [claims]
    if failure is not None:
        parts, ids = _parts(claims, failure), [claim.id for claim in claims]
        log.info("batch undone, done in parts", deliveries=ids, error=type(failure).__name__)
    return _logged(_attempted(database, deque(parts), now, chance, stopping))


def _logged(outcomes: list[AttemptResult]) -> list[AttemptResult]:
    """Log each delivery that was not processed; its error, which may name a person, stays in its row."""
    for outcome in outcomes:
        if outcome.state in (DeliveryState.FAILED, DeliveryState.DEAD):
            log.warning("delivery not processed", delivery_id=outcome.delivery_id, state=outcome.state)
    return outcomes


def _attempted(
    database: Database,
    waiting: deque[Sequence[inbox.ClaimedDelivery]],
    now: datetime,
    chance: Callable[[], float],
    stopping: Callable[[], bool],
) -> list[AttemptResult]:
    """Attempt the batches; split a batch that fails, down to the delivery that fails."""
    outcomes: list[AttemptResult] = []
    while waiting:
        part = waiting.popleft()
        if stopping():
            _give_back(database, [*part, *chain(*waiting)], now)
            return outcomes
        try:
            outcomes += _attempt(database, part, now, chance)
        except Exception as error:
            if len(part) > 1:
                waiting.extendleft(reversed(_parts(part, error)))
            elif isinstance(error, StorageUnavailable):
                rest = [*part, *chain(*waiting)]
                ids = [claim.id for claim in rest]
                log.warning("deliveries given back", deliveries=ids, error=str(error))
                _give_back(database, rest, now)
                return _known_or_raise(outcomes, error)
            else:
                raise
    return outcomes


def _parts(
    claims: Sequence[inbox.ClaimedDelivery], error: Exception
) -> list[Sequence[inbox.ClaimedDelivery]]:
    """Return two halves; after a storage error, single deliveries, since each lock timeout takes seconds."""
    size = 1 if isinstance(error, StorageUnavailable) else (len(claims) + 1) // 2
    return [claims[at : at + size] for at in range(0, len(claims), size)]


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
    database: Database, claims: Sequence[inbox.ClaimedDelivery], now: datetime, chance: Callable[[], float]
) -> list[AttemptResult]:
    """Attempt the deliveries whose leases still hold; the others belong to another worker.

    A single delivery raises only storage errors, several raise all.
    """
    if len(claims) > 1:
        return _processed(database, claims, now)
    (claim,) = claims
    with bound_contextvars(delivery_id=claim.id):
        try:
            return _processed(database, claims, now)
        except StorageUnavailable:
            raise
        except Exception as error:  # the edge: whatever an effect raises, this delivery alone stays behind
            ending, due_at = _failure(error, claim.tries, now, chance)
        return _finished(database, claim, now, ending, due_at)


def _processed(
    database: Database, claims: Sequence[inbox.ClaimedDelivery], now: datetime
) -> list[AttemptResult]:
    """Apply effects, attempts and states in one transaction."""
    with database.writing_unsynced() as session:  # effects that a crash takes are made again
        return _applied(session, inbox.hold(session, claims), now)


def _process_untried(
    database: Database, now: datetime, limit: int, newer_than: int, stopping: Callable[[], bool]
) -> list[AttemptResult] | None:
    """Lock and process deliveries in one transaction; None where one of them has to be claimed first.

    Nothing is processed once it is `stopping`, which it may have become while the locks were awaited.
    """
    with database.writing_unsynced() as session:
        rows = inbox.lock_untried(session, now, limit, newer_than)
        if rows is None:
            return None
        return [] if stopping() else _applied(session, rows, now)


def _applied(session: Session, rows: Sequence[inbox.HeldDelivery], now: datetime) -> list[AttemptResult]:
    hopeful = [row for row in rows if row.tries <= MOST_TRIES]
    endings = dict(zip((row.id for row in hopeful), apply_deliveries(session, hopeful, now), strict=True))
    return _ended(session, [(row, endings.get(row.id, LOST_TOO_OFTEN), None) for row in rows], now)


def _finished(
    database: Database,
    claim: inbox.ClaimedDelivery,
    now: datetime,
    ending: ProcessingResult,
    due_at: datetime | None,
) -> list[AttemptResult]:
    with database.writing() as session:
        rows = inbox.hold(session, [claim])
        return _ended(session, [(row, ending, due_at) for row in rows], now)


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
    """Return the result of an attempt that raised, and when the next one is due, if any."""
    if isinstance(error, NEVER_READABLE):
        error_text = f"cannot be worked with: {_told(error)}"
        return ProcessingResult(DeliveryState.DEAD, error_text, reason=DeliveryReason.UNREADABLE), None
    wait = next_try(tries, chance())
    if wait is None:
        return ProcessingResult(DeliveryState.DEAD, _told(error), reason=DeliveryReason.GAVE_UP), None
    return ProcessingResult(DeliveryState.FAILED, _told(error)), now + wait


def _told(error: Exception) -> str:
    """Return the error's class and first line: later lines may hold a statement's values."""
    lines = str(error).splitlines() or [""]
    return str(error) if isinstance(error, ReceiverError) else f"{type(error).__name__}: {lines[0]}"


def _storable(error: str) -> str:
    return "".join(char if char.isprintable() else " " for char in error)[:LONGEST_ERROR]


def _give_back(database: Database, claims: list[inbox.ClaimedDelivery], now: datetime) -> None:
    """Release claims where the database allows it; otherwise their leases expire."""
    try:
        with database.writing() as session:
            inbox.give_back(session, inbox.hold(session, claims), now)
    except StorageUnavailable as error:
        log.warning("leases left to lapse", deliveries=[claim.id for claim in claims], error=str(error))


def _known_or_raise(outcomes: list[AttemptResult], error: StorageUnavailable) -> list[AttemptResult]:
    """Return what was done before a storage error, so that its stores are decided; raise when nothing was."""
    if not outcomes:
        raise error
    return outcomes
