"""Works the inbox off: each delivery in a transaction of its own, with its effects or without any.

What fails rolls back and is tried again later; what can never succeed is dead at once; a database that does
not answer is nobody's fault, and the delivery is given back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

import structlog
from sqlalchemy.orm import Session

from receiver.domain.deliveries import MOST_TRIES, State, next_try
from receiver.errors import InputError, ReceiverError, StorageUnavailable
from receiver.services.processing.take_in import Ending, take_in
from receiver.storage import inbox
from receiver.storage.database import Database, savepoint
from receiver.storage.tables import Delivery, Replay

LEASE = timedelta(seconds=8)  # of a worker that was killed; its deliveries move on after that
LONGEST_ERROR = 500
WORKER = "worker"

# A claim counts as a try, so one that ends every worker that takes it ends too.
LOST_TOO_OFTEN = Ending(State.DEAD, "every worker that took it was lost")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What came of one try, and the stores to decide anew."""

    delivery_id: int
    state: State
    error: str | None = None
    stores: tuple[str, ...] = ()


def process_next(
    database: Database,
    now: datetime,
    *,
    limit: int = 50,
    chance: Callable[[], float] = random.random,
    stopping: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Claim what is due and process it, the oldest first. Raises StorageUnavailable, having lost nothing.

    Once it is `stopping`, the delivery in hand is finished and the others are given back, due at once.
    """
    with database.writing() as session:
        claims = inbox.claim(session, now, limit, LEASE)
    try:
        return _all_processed(database, claims, now, stopping)
    except (
        Exception
    ) as error:  # one of them or storage: each alone shows which, and only that one stays behind
        log.info("batch undone, each delivery alone", count=len(claims), error=type(error).__name__)
    return _each_attempted(database, claims, now, chance, stopping)


def _all_processed(
    database: Database, claims: list[inbox.Claim], now: datetime, stopping: Callable[[], bool]
) -> list[Outcome]:
    """All in one transaction, which is the way of nearly every batch: a commit costs more than a delivery."""
    tried: dict[int, Outcome | None] = {}
    with database.writing() as session:
        # Stores in one order, so that two workers wait for each other at most in one direction.
        in_order = sorted(claims, key=lambda one: one.store)
        for claim in takewhile(lambda _: not stopping(), in_order):
            tried[claim.id] = _one(session, claim, now, WORKER)
        _release(session, in_order[len(tried) :], now)
    return [outcome for claim in claims if (outcome := tried.get(claim.id))]


def _each_attempted(
    database: Database,
    claims: list[inbox.Claim],
    now: datetime,
    chance: Callable[[], float],
    stopping: Callable[[], bool],
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for place, claim in enumerate(claims):
        if stopping():
            _give_back(database, claims[place:], now)
            return outcomes
        try:
            outcome = _attempt(database, claim, now, WORKER, chance)
        except StorageUnavailable as error:
            log.warning("deliveries given back", count=len(claims) - place, error=str(error))
            _give_back(database, claims[place:], now)
            return _known_or_raise(outcomes, error)
        outcomes += [outcome] if outcome else []
    return outcomes


def process_again(
    session: Session,
    row: Delivery,
    now: datetime,
    replay: Replay,
    chance: Callable[[], float] = random.random,
) -> Outcome:
    """Process a row that this transaction holds, whatever came of it before: the same code, a new attempt.

    A fault undoes its effects alone, and what succeeded before stays as it is. Raises StorageUnavailable.
    """
    succeeded = row.state == State.PROCESSED
    if not succeeded:
        inbox.take_again(row)
    ending, due_at = _taken_in_alone(session, row, now, chance)
    error = ending.error and _storable(ending.error)
    if not succeeded:
        inbox.finish(row, ending.state, now, error=error, due_at=due_at)
    actor = f"{replay.actor}, replay {replay.id}: {replay.reason}"
    inbox.note_attempt(session, row.id, now, actor, ending.state, error, replay_id=replay.id)
    return Outcome(row.id, ending.state, error, ending.stores)


def _taken_in_alone(
    session: Session, row: Delivery, now: datetime, chance: Callable[[], float]
) -> tuple[Ending, datetime | None]:
    try:
        with savepoint(session):
            return take_in(session, row), None
    except StorageUnavailable:
        raise
    except Exception as error:  # the edge: whatever an effect raises, this delivery alone stays behind
        return _failure(error, 1, now, chance)


def _attempt(
    database: Database, claim: inbox.Claim, now: datetime, actor: str, chance: Callable[[], float]
) -> Outcome | None:
    """None when the lease lapsed meanwhile and the delivery is somebody else's."""
    try:
        return _processed(database, claim, now, actor)
    except StorageUnavailable:
        raise
    except Exception as error:  # the edge: whatever an effect raises, this delivery alone stays behind
        ending, due_at = _failure(error, claim.tries, now, chance)
    return _finished(database, claim, now, actor, ending, due_at)


def _processed(database: Database, claim: inbox.Claim, now: datetime, actor: str) -> Outcome | None:
    """Effects, attempt and state in one transaction: all of it or nothing."""
    with database.writing() as session:
        return _one(session, claim, now, actor)


def _one(session: Session, claim: inbox.Claim, now: datetime, actor: str) -> Outcome | None:
    row = inbox.hold(session, claim)
    if row is None:
        return None
    ending = take_in(session, row) if claim.tries <= MOST_TRIES else LOST_TOO_OFTEN
    return _end(session, row, now, actor, ending, None)


def _finished(
    database: Database,
    claim: inbox.Claim,
    now: datetime,
    actor: str,
    ending: Ending,
    due_at: datetime | None,
) -> Outcome | None:
    with database.writing() as session:
        row = inbox.hold(session, claim)
        return None if row is None else _end(session, row, now, actor, ending, due_at)


def _end(
    session: Session, row: Delivery, now: datetime, actor: str, ending: Ending, due_at: datetime | None
) -> Outcome:
    error = ending.error and _storable(ending.error)
    inbox.finish(row, ending.state, now, error=error, due_at=due_at)
    inbox.note_attempt(session, row.id, now, actor, ending.state, error)
    return Outcome(row.id, ending.state, error, ending.stores)


def _failure(
    error: Exception, tries: int, now: datetime, chance: Callable[[], float]
) -> tuple[Ending, datetime | None]:
    """How a try ends that raised, and when the next one is due, if there is one."""
    if isinstance(error, InputError):
        return Ending(State.DEAD, str(error)), None
    wait = next_try(tries, chance())
    if wait is None:
        return Ending(State.DEAD, _told(error)), None
    return Ending(State.FAILED, _told(error)), now + wait


def _told(error: Exception) -> str:
    """Class and first line: the lines below it may hold a statement's values."""
    lines = str(error).splitlines() or [""]
    return str(error) if isinstance(error, ReceiverError) else f"{type(error).__name__}: {lines[0]}"


def _storable(error: str) -> str:
    return "".join(char if char.isprintable() else " " for char in error)[:LONGEST_ERROR]


def _give_back(database: Database, claims: list[inbox.Claim], now: datetime) -> None:
    """As well as the database lets us: what stays claimed is free again when its lease is over."""
    try:
        with database.writing() as session:
            _release(session, claims, now)
    except StorageUnavailable as error:
        log.warning("leases left to lapse", count=len(claims), error=str(error))


def _release(session: Session, claims: Sequence[inbox.Claim], now: datetime) -> None:
    for claim in claims:
        if (row := inbox.hold(session, claim)) is not None:
            inbox.give_back(row, now)


def _known_or_raise(outcomes: list[Outcome], error: StorageUnavailable) -> list[Outcome]:
    """What was done is told first: the stores it touched want deciding."""
    if not outcomes:
        raise error
    return outcomes
