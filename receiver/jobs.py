"""The periodic work: what Huey runs every minute, once a minute however many workers there are.

Huey keeps its queue in the same database as everything else. It carries no delivery and no fact, only
"it is time for …", so a run that is lost with a killed process is made good by the next minute's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Event, Lock

import psycopg
import structlog
from huey import PostgresHuey, SqliteHuey, crontab
from huey.api import Huey
from sqlalchemy import func, select

from receiver.errors import StorageUnavailable
from receiver.services.bridge.check import check_quietly, due_stores
from receiver.services.decisions.decide import decide_each, decide_stale
from receiver.services.polling.look_through import look_through_if_due
from receiver.services.polling.poll import AT_ONCE, poll_due
from receiver.services.polling.subscribe import keep_subscribed
from receiver.services.processing.purge import purge
from receiver.services.running.mend_clock import mend_clock
from receiver.services.running.programme import count_programmes
from receiver.services.running.tell import tell_staff
from receiver.services.stores.places import fill_all_places
from receiver.storage.database import SQLITE_BUSY_MS, Database
from receiver.storage.heartbeats import take_turn
from receiver.wiring import Wiring

POLL_BATCH = AT_ONCE  # no more: between batches a worker that was told to stop does
POLL_BATCHES = 40  # what the highest rate can ask in a minute; the rest waits for the next run
SUBSCRIBE_BATCH = 20  # ad accounts: two calls each
CHECK_BATCH, CHECKS_AT_ONCE = 100, 8  # stores; one that does not answer takes a minute of its thread
NIGHT = time(3, 0, tzinfo=UTC)
PURGE_WITHIN = timedelta(minutes=10)
QUEUE_LOCK = 0x68756579  # "huey": any number nobody else locks

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """Something to do every minute; `run` returns early when its event is set."""

    name: str
    run: Callable[[Event], object]


def every_minute(wired: Wiring) -> tuple[Job, ...]:
    """The service's own periodic work."""
    return (
        Job("clock", lambda _: mend_clock(wired.database, wired.now())),
        Job("poll", lambda stopping: _poll(wired, stopping)),
        Job("subscribe", lambda _: _subscribe(wired)),
        Job("stores", lambda stopping: _check_stores(wired, stopping)),
        Job("places", lambda _: fill_all_places(wired.database, wired.now())),
        Job("count", lambda _: count_programmes(wired.database, wired.now())),
        Job("decide", lambda _: decide_stale(wired.database, wired.now())),
        Job("tell", lambda _: _tell(wired)),
        Job("purge", lambda stopping: _purge_at_night(wired, stopping)),
    )


def queue_of(wired: Wiring, jobs: tuple[Job, ...], stopping: Event) -> Huey:
    """A Huey in our own database that knows the jobs. Raises StorageUnavailable."""
    huey = _open_queue(wired.database)
    for job in jobs:
        huey.periodic_task(crontab(minute="*"), name=job.name)(_once_a_minute(wired, job, stopping))
    return huey


def _once_a_minute(wired: Wiring, job: Job, stopping: Event) -> Callable[[], None]:
    """Every consumer enqueues its own ticks; the first to run takes the minute and the others pass.

    So does one whose last run still goes on: a second thread would be taken from all other jobs.
    """
    going_on = Lock()

    def run() -> None:
        if not going_on.acquire(blocking=False):
            return
        try:
            run_if_ours()
        finally:
            going_on.release()

    def run_if_ours() -> None:
        minute = wired.now().replace(second=0, microsecond=0)
        with wired.database.writing() as session:
            ours = take_turn(session, job.name, minute)
        if ours:
            log.info("periodic run", job=job.name, minute=f"{minute:%Y-%m-%dT%H:%MZ}")
            job.run(stopping)

    return run


def _poll(wired: Wiring, stopping: Event) -> None:
    for _ in range(POLL_BATCHES):
        if stopping.is_set():
            return
        polled = poll_due(wired.database, wired.seal, wired.tiktok, wired.now(), limit=POLL_BATCH)
        decide_each(wired.database, wired.now(), (store_id for one in polled for store_id in one.stores))
        if len(polled) < POLL_BATCH:
            return


def _subscribe(wired: Wiring) -> None:
    """TikTok sends notices to https only; its stand-in in the sandbox to this machine as well."""
    callback_url = f"{wired.settings.public_url}/webhooks/tiktok/ads"
    if wired.settings.tiktok_app_secret and (callback_url.startswith("https:") or wired.controls):
        keep_subscribed(
            wired.database, wired.seal, wired.tiktok, wired.now(), callback_url, limit=SUBSCRIBE_BATCH
        )
        look_through_if_due(wired.database, wired.tiktok, wired.now(), callback_url)


def _check_stores(wired: Wiring, stopping: Event) -> None:
    """The connected stores whose turn it is, several at once: most of it is waiting for them."""

    def check(store_id: str) -> None:
        if not stopping.is_set():
            check_quietly(
                wired.database,
                wired.seal,
                wired.shops,
                wired.now(),
                store_id,
                public_url=wired.settings.public_url,
            )

    with ThreadPoolExecutor(CHECKS_AT_ONCE) as several:
        list(several.map(check, due_stores(wired.database, wired.now(), CHECK_BATCH)))


def _tell(wired: Wiring) -> None:
    tell_staff(wired.database, wired.now(), wired.channel, wired.settings.public_url)


def _purge_at_night(wired: Wiring, stopping: Event) -> None:
    """Once a night, or as soon as a worker runs after it."""
    now = wired.now().astimezone(UTC)
    tonight = datetime.combine(now.date(), NIGHT)
    with wired.database.writing() as session:
        ours = take_turn(session, "night", tonight if now >= tonight else tonight - timedelta(days=1))
    if ours:
        gone = purge(
            wired.database, now, wired.settings.keep_deliveries_days, within=PURGE_WITHIN, stopping=stopping
        )
        log.info("purged", **gone)


def _open_queue(database: Database) -> Huey:
    try:
        if database.is_sqlite:
            seconds = SQLITE_BUSY_MS / 1000
            return SqliteHuey(
                "receiver", filename=database.url.database, fsync=True, timeout=seconds, results=False
            )
        with database.writing() as session:
            # Of two that make the same missing table at once, PostgreSQL fails one.
            session.execute(select(func.pg_advisory_xact_lock(QUEUE_LOCK)))
            return PostgresHuey("receiver", connection=database.connect, results=False)
    except (sqlite3.Error, psycopg.Error) as error:
        raise StorageUnavailable(f"the job queue cannot be opened: {str(error).strip()}") from error
