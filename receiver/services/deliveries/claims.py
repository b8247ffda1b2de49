"""Claims batches of deliveries, the next one while the one before is worked off.

Most of a batch's time is PostgreSQL's, a process of its own: this one can read what comes next while the
effects of a batch are written. SQLite has one writer at a time: a claim would only wait for them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from receiver.errors import StorageUnavailable
from receiver.logs import get_logger
from receiver.services.deliveries.apply_signal import ReadDelivery, read_ahead
from receiver.storage import inbox
from receiver.storage.database import Database

LEASE = timedelta(seconds=8)  # of a worker that was killed; its deliveries move on after that

log = get_logger(__name__)


@dataclass(frozen=True)
class Batch:
    """Deliveries that were claimed, and what could be read of them without a transaction, by their ids."""

    claims: Sequence[inbox.ClaimedDelivery]
    read: Mapping[int, ReadDelivery]


def claim_batch(database: Database, now: datetime, limit: int, chance: Callable[[], float]) -> Batch:
    """Claim what is due, in turn from each store, and read it. Raises StorageUnavailable."""
    with database.writing() as session:
        claims = inbox.claim(session, now, limit, LEASE, chance)
    return Batch(claims, read_ahead([claim.content for claim in claims]))


def give_back(database: Database, claims: Sequence[inbox.ClaimedDelivery], now: datetime) -> None:
    """As well as the database lets us: what stays claimed is free again when its lease is over."""
    try:
        with database.writing() as session:
            inbox.give_back(session, inbox.hold(session, claims), now)
    except StorageUnavailable as error:
        log.warning("leases left to lapse", deliveries=[claim.id for claim in claims], error=str(error))


class ClaimsAhead:
    """At most one batch that was claimed ahead, in a thread and on a connection of its own."""

    def __init__(self, database: Database, chance: Callable[[], float] = random.random) -> None:
        self._database, self._chance = database, chance
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="claims")
        self._next: Future[Batch] | None = None

    def take(self, now: datetime, limit: int, *, further: bool) -> Batch:
        """Return the batch that was claimed ahead, or claim one.

        `further`: where it is a whole one, claim the next ahead. Raises StorageUnavailable.
        """
        batch = self._claimed_ahead()
        if batch is None or any(claim.lease_until <= now for claim in batch.claims[:1]):
            batch = claim_batch(self._database, now, limit, self._chance)
        if further and len(batch.claims) == limit and not self._database.is_sqlite:
            self._next = self._thread.submit(claim_batch, self._database, now, limit, self._chance)
        return batch

    def close(self, now: datetime) -> None:
        """Give back what was claimed ahead and not taken. Raises StorageUnavailable."""
        self._thread.shutdown()
        if (batch := self._claimed_ahead()) is not None:
            give_back(self._database, batch.claims, now)

    def _claimed_ahead(self) -> Batch | None:
        ahead, self._next = self._next, None
        return ahead.result() if ahead else None
