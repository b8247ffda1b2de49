"""The periodic work: what Huey runs every minute, once a minute however many workers there are.

Huey keeps its queue in the same database as everything else. It carries no delivery and no fact, only
"it is time for …", so a run that is lost with a killed process is made good by the next minute's.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Event, Lock

from receiver.container import Container
from receiver.logs import get_logger
from receiver.services.alerts.notify_staff import notify_staff
from receiver.services.connections.errands import request_leaving
from receiver.services.connections.reconcile import due_stores, reconcile_quietly
from receiver.services.connections.unfinished import drop_unused_keys
from receiver.services.decisions.decide import decide_each, decide_stale
from receiver.services.decisions.poll_and_decide import poll_due_and_decide
from receiver.services.deliveries.purge import purge
from receiver.services.notices.send import send_notices
from receiver.services.operations.clock_rollback import reset_after_clock_rollback
from receiver.services.polling.poll import AT_ONCE, put_off_unreadable
from receiver.services.polling.subscribe import keep_subscribed
from receiver.services.polling.verify_subscriptions import verify_subscriptions_if_due
from receiver.services.problems.track import track_problems
from receiver.services.programmes.places import fill_all_places
from receiver.services.programmes.statistics import count_programmes
from receiver.storage.heartbeats import take_turn
from receiver.worker.huey_queue import Huey, crontab, open_queue

POLL_BATCH = AT_ONCE  # no more: a worker that was told to stop ends between batches
POLL_BATCHES = 40  # what the highest rate can ask in a minute; the rest waits for the next run
SUBSCRIBE_BATCH = 20  # ad accounts: two calls each
CHECK_BATCH, CHECKS_AT_ONCE = 100, 8  # stores; one that does not answer takes a minute of its thread
NIGHT = time(3, 0, tzinfo=UTC)
PURGE_WITHIN = timedelta(minutes=10)
ALERTS = "tell"  # stored with its turn and its ticks in the queue: it stays

log = get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """A job that runs every minute; `run` returns early when its event is set."""

    name: str
    run: Callable[[Event], object]


def every_minute(container: Container) -> tuple[Job, ...]:
    """Return the periodic jobs of the service."""
    return (
        Job("clock", lambda _: reset_after_clock_rollback(container)),
        Job("poll", lambda stopping: _poll(container, stopping)),
        Job("subscribe", lambda _: _subscribe(container)),
        Job("stores", lambda stopping: _check_stores(container, stopping)),
        Job("unused keys", lambda _: drop_unused_keys(container)),
        Job("places", lambda _: _fill_places(container)),
        Job("count", lambda _: count_programmes(container)),
        Job("problems", lambda _: track_problems(container)),
        Job("decide", lambda halt: decide_stale(container, stopping=halt)),
        Job(ALERTS, lambda _: notify_staff(container, container.channel)),
        Job("notices", lambda stopping: _send_notices(container, stopping)),
        Job("purge", lambda stopping: _purge_at_night(container, stopping)),
    )


def open_job_queue(container: Container, jobs: tuple[Job, ...], stopping: Event) -> Huey:
    """Open the Huey in our own database, with the jobs registered. Raises StorageUnavailable."""
    huey = open_queue(container.database)
    for job in jobs:
        huey.periodic_task(crontab(minute="*"), name=job.name)(_run_once_a_minute(container, job, stopping))
    return huey


def _run_once_a_minute(container: Container, job: Job, stopping: Event) -> Callable[[], None]:
    """Wrap a job so that it runs once a minute, however many consumers there are.

    Every consumer enqueues its own ticks; the first to run takes the minute and the others pass. So does one
    whose last run still goes on: a second thread would be taken from all other jobs.
    """
    running = Lock()

    def run() -> None:
        if not running.acquire(blocking=False):
            return
        try:
            run_if_ours()
        finally:
            running.release()

    def run_if_ours() -> None:
        minute = container.now().replace(second=0, microsecond=0)
        with container.database.writing() as session:
            ours = take_turn(session, job.name, minute)
        if ours:
            log.info("periodic run", job=job.name, minute=f"{minute:%Y-%m-%dT%H:%MZ}")
            job.run(stopping)

    return run


def _poll(container: Container, stopping: Event) -> None:
    put_off_unreadable(container)
    for _ in range(POLL_BATCHES):
        if stopping.is_set():
            return
        polled = poll_due_and_decide(container, limit=POLL_BATCH)
        if len(polled) < POLL_BATCH:
            return


def _fill_places(container: Container) -> None:
    placed = fill_all_places(container)
    decide_each(container, placed)


def _subscribe(container: Container) -> None:
    """Subscribe ad accounts to TikTok's notices, where they can reach us.

    TikTok sends them to https only; its stand-in in the sandbox to this machine as well.
    """
    callback_url = f"{container.settings.public_url}/webhooks/tiktok/ads"
    if container.settings.tiktok_app_secret and (callback_url.startswith("https:") or container.sandbox):
        keep_subscribed(container, callback_url, limit=SUBSCRIBE_BATCH)
        verify_subscriptions_if_due(container, callback_url)


def _check_stores(container: Container, stopping: Event) -> None:
    """Reconcile the connected stores that are due, several at once: most of it is waiting for them."""
    request_leaving(container)

    def check(store_id: str) -> None:
        if not stopping.is_set():
            reconcile_quietly(container, store_id)

    with ThreadPoolExecutor(CHECKS_AT_ONCE) as several:
        list(several.map(check, due_stores(container, CHECK_BATCH)))


def _send_notices(container: Container, stopping: Event) -> None:
    send_notices(container, container.mail, stopping)


def _purge_at_night(container: Container, stopping: Event) -> None:
    """Purge once a night, or as soon as a worker runs after it."""
    now = container.now().astimezone(UTC)
    tonight = datetime.combine(now.date(), NIGHT)
    with container.database.writing() as session:
        ours = take_turn(session, "night", tonight if now >= tonight else tonight - timedelta(days=1))
    if ours:
        counts = purge(
            container,
            container.settings.keep_deliveries_days,
            within=PURGE_WITHIN,
            stopping=stopping,
        )
        log.info("purged", **counts)
