"""The worker's loop: takes deliveries off the inbox, decides stores they touch, runs what is periodic.

The inbox row is the truth. The worker asks for waiting rows by an index twice a second, and at once again
while there are more; nobody has to wake it, so the receiving side writes to no queue, and no delivery can
be lost with a job. Huey does the periodic work (jobs.py) in threads beside this loop. Told to stop, the
worker finishes the delivery and the job in hand, gives back what it had only claimed, and returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from threading import Event, Thread

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.errors import StorageUnavailable
from receiver.logs import get_logger
from receiver.services.decisions.decide import decide_each
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.replay import replay_next
from receiver.services.deliveries.restart import restart_agreed
from receiver.services.deliveries.sequence import FELL_BACK
from receiver.services.problems.track import track_quietly
from receiver.storage import delivery_queue, heartbeats
from receiver.storage.database import Database
from receiver.storage.migrate import require_newest
from receiver.worker.huey_queue import QuietConsumer
from receiver.worker.jobs import Job, every_minute, open_job_queue
from receiver.worker.store_work import StoreWork

# In SQLite other writers wait for a whole batch; PostgreSQL locks the stores of a batch alone.
BATCH, BATCH_ON_POSTGRESQL = 750, 2_000
# While whole batches wait, the stores they touch are decided once for many deliveries: so many at a time, the
# longest waiting first; a second after the first was touched, or after three times as long as it took before.
DECIDED_AT_ONCE, DECIDE_SECONDS, SHARE = 500, 1.0, 3
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 5.0  # between tries while something is wrong
BEAT_SECONDS = 5.0
REPLAY_EVERY = 10  # full batches of live deliveries: a flood of one store must not stop all replays
STOP_WITHIN_SECONDS = 60  # for the periodic job in hand; what it could not keep is done again

log = get_logger(__name__)


def run(container: Container, stopping: Event, jobs: tuple[Job, ...] | None = None) -> None:
    """Work until `stopping` is set. Raises Refused on a database that is not migrated."""
    require_newest(container.database)
    huey = open_job_queue(container, every_minute(container) if jobs is None else jobs, stopping)
    consumer = QuietConsumer(
        huey, workers=2, scheduler_interval=10, max_delay=1.0, shutdown_timeout=STOP_WITHIN_SECONDS
    )
    consumer.start()
    store_work = Thread(target=StoreWork(container, stopping).run, name="stores")
    store_work.start()
    log.info("worker started")
    try:
        _work(container, stopping, consumer)
    finally:
        stopping.set()
        store_work.join(STOP_WITHIN_SECONDS)
        consumer.stop(graceful=True)
        huey.storage.close()
    log.info("worker stopped")


def _work(container: Container, stopping: Event, consumer: QuietConsumer) -> None:
    beat_due, full_batches, touched = 0.0, 0, TouchedStores()
    newest_at_start: int | None = None
    while not stopping.is_set():
        try:
            if time.monotonic() >= beat_due:
                _beat(container)
                beat_due = time.monotonic() + BEAT_SECONDS
                consumer.check_worker_health()
            if newest_at_start is None:
                newest_at_start = _newest_delivery(container)
            has_more = work_inbox(container, stopping.is_set, touched, newest_at_start)
            full_batches = full_batches + 1 if has_more else 0
            pause = 0.0 if full_batches % REPLAY_EVERY else _work_replay(container)
            pause = 0.0 if full_batches else pause
        except StorageUnavailable as error:
            log.warning("worker waits", error=str(error))
            pause = TROUBLE_SECONDS
        except Exception:  # the edge: one bad batch must not end the work on all others
            log.exception("worker goes on after an error")
            pause = TROUBLE_SECONDS
        stopping.wait(pause)
    with suppress(StorageUnavailable):
        touched.decide(container)


def _beat(container: Container) -> None:
    with container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, container.now())


def _newest_delivery(container: Container) -> int:
    with container.database.reading() as session:
        return delivery_queue.newest_id(session)


class TouchedStores:
    """The stores that deliveries touched, to be decided once each, in the order in which they were.

    Their rows say so, too: those of a worker that dies are decided within a minute.
    """

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._due_at = 0.0

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, store_ids: Iterable[str]) -> None:
        """Add stores; the first of them starts the wait until all are due."""
        if not self._ids:
            self._due_at = max(self._due_at, time.monotonic() + DECIDE_SECONDS)
        self._ids.update(dict.fromkeys(store_ids))

    def is_due(self) -> bool:
        """Return whether there are stores, and their wait is over."""
        return bool(self._ids) and time.monotonic() >= self._due_at

    def decide(self, container: Container) -> None:
        """Decide those that have waited longest, DECIDED_AT_ONCE at most."""
        began = time.monotonic()
        longest = list(islice(self._ids, DECIDED_AT_ONCE))
        decide_each(container, longest)
        for store_id in longest:
            del self._ids[store_id]
        end = time.monotonic()
        self._due_at = end + max(DECIDE_SECONDS, SHARE * (end - began))


def batch_of(database: Database) -> int:
    """Return how many deliveries a batch takes at most."""
    return BATCH if database.is_sqlite else BATCH_ON_POSTGRESQL


def work_inbox(
    container: Container,
    stopping: Callable[[], bool] = lambda: False,
    touched: TouchedStores | None = None,
    newest_at_start: int | None = None,
) -> bool:
    """Process one batch, decide the stores it touched, and return whether there may be more to do.

    With `touched` the stores of a whole batch may wait there until they are due; `newest_at_start` is as for
    `process_next`.
    """
    limit = batch_of(container.database)
    outcomes = process_next(
        container,
        limit=limit,
        stopping=stopping,
        newest_at_start=newest_at_start,
    )
    passed_over = [
        store_id for outcome in outcomes if outcome.error == FELL_BACK for store_id in outcome.stores
    ]
    restart_agreed(container, passed_over)
    is_whole, touched_now = len(outcomes) == limit, TouchedStores() if touched is None else touched
    touched_now.add(store_id for outcome in outcomes for store_id in outcome.stores)
    if touched is None or not is_whole or touched.is_due():
        touched_now.decide(container)
    dead = {outcome.sender for outcome in outcomes if outcome.state is DeliveryState.DEAD}
    track_quietly(container, dead)
    return is_whole or len(touched_now) > 0


def _work_replay(container: Container) -> float:
    """Do a batch of a replay, if there is one; return how many seconds to wait now.

    Its turn comes after a look at the inbox that took all that was due, and while whole batches of live
    deliveries wait, once in REPLAY_EVERY of them.
    """
    next_at = replay_next(container)
    if next_at is None:
        return IDLE_SECONDS
    return min(IDLE_SECONDS, max(0.0, (next_at - container.now()).total_seconds()))
