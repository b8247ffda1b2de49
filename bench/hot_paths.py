"""The hot paths of the service, each alone, so that its cost can be followed as the tables grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import text

from bench.crowd import DUE, NOW, OPEN
from receiver.container import Container
from receiver.services.alerts.work_queue import list_todo_items
from receiver.services.connections.reconcile import due_stores
from receiver.services.decisions.decide import BATCH, decide_each
from receiver.services.deliveries import purge
from receiver.services.operations.metrics import collect_metrics
from receiver.services.operations.readiness import read_readiness
from receiver.services.problems.track import track_problems
from receiver.services.programmes.places import fill_all_places
from receiver.services.programmes.statistics import count_programmes
from receiver.storage import (
    connection_attempts,
    connections,
    decisions,
    delivery_queue,
    inbox,
    spend,
    subscriptions,
)
from receiver.storage.database import Database
from receiver.worker.loop import BATCH as CLAIMED
from tests.signals import new_delivery
from tests.staff import Console

LEASE = timedelta(minutes=5)
LATER = NOW + timedelta(days=95)  # when decisions are old enough to be thinned out
IDLE = NOW - timedelta(days=400)  # when nothing is due yet
KINDS = tuple(purge._steps(NOW, 30))
NEW_DELIVERIES = 100
Run = Callable[[], object]
HotPaths = dict[str, tuple[int, Run]]  # by name: how many of its kind a run does, and the run


def hot_paths(container: Container, body: bytes) -> HotPaths:
    """Return the hot paths of the service by name; the stores of the database serve as examples."""
    database, stores = container.database, _some_stores(container.database)
    return {
        **_receiving_paths(database, stores, body),
        **_worker_paths(database),
        **_minute_paths(container, stores),
        **_view_paths(container),
        **_night_paths(database),
        **_page_paths(Console(container), stores[0]),
    }


def _receiving_paths(database: Database, stores: list[str], body: bytes) -> HotPaths:
    """Return the paths of receiving, once the deliveries of the repeated one are stored."""
    number = count()

    def new_deliveries() -> list[inbox.NewDelivery]:
        return [
            new_delivery(stores[at % len(stores)], body + f"{next(number)}".encode(), NOW)
            for at in range(NEW_DELIVERIES)
        ]

    def keep(deliveries: list[inbox.NewDelivery]) -> None:
        with database.writing() as session:
            inbox.keep(session, deliveries)

    same = new_deliveries()
    keep(same)
    return {
        "receive: a delivery": (NEW_DELIVERIES, lambda: keep(new_deliveries())),
        "receive: the same again": (NEW_DELIVERIES, lambda: keep(same)),
    }


def _worker_paths(database: Database) -> HotPaths:
    due = NOW + timedelta(minutes=30)
    return {
        "worker: claim a delivery": (CLAIMED, lambda: _claim(database, due)),
        "worker: nothing is due": (1, lambda: _claim(database, IDLE)),
        "worker: nobody waits to connect": (
            1,
            lambda: _read(database, connection_attempts.due_attempts, 1_000),
        ),
        "worker: no errands at stores": (1, lambda: _read(database, connections.stores_with_errands, 1_000)),
    }


def _minute_paths(container: Container, stores: list[str]) -> HotPaths:
    database = container.database
    return {
        "minute: polls that are due": (1, lambda: _due_polls(database)),
        "minute: accounts to subscribe": (1, lambda: _to_subscribe(database)),
        "minute: subscriptions to end": (1, lambda: _to_end(database)),
        "minute: stores to check": (1, lambda: due_stores(container.at(NOW), 100)),
        "minute: stores to decide": (1, lambda: _to_decide(database)),
        "decide: a store": (BATCH, lambda: decide_each(container.at(NOW), stores[:BATCH])),
        "minute: places": (1, lambda: fill_all_places(container.at(NOW))),
        "minute: count the programmes": (1, lambda: count_programmes(container.at(NOW))),
        "minute: problems": (1, lambda: track_problems(container.at(NOW))),
    }


def _view_paths(container: Container) -> HotPaths:
    return {
        "scrape: metrics": (1, lambda: collect_metrics(container.at(NOW))),
        "probe: readiness": (1, lambda: read_readiness(container.at(NOW))),
        "overview: work queue": (1, lambda: list_todo_items(container.at(NOW))),
    }


def _night_paths(database: Database) -> HotPaths:
    two_days_later = NOW + timedelta(days=2)
    return {
        "night: purge a delivery": (purge.STEP, lambda: _purge(database, "deliveries", two_days_later)),
        **{
            f"night: no {kind} to purge": (1, lambda kind=kind: _purge(database, kind, NOW)) for kind in KINDS
        },
        "night: thinned decisions looked through": (1, lambda: _purge(database, "decisions", LATER)),
    }


def _page_paths(console: Console, store: str) -> HotPaths:
    pages = {
        "page: overview": "/admin/",
        "page: stores": "/admin/stores",
        "page: one store": f"/admin/stores/{store}",
        "page: deliveries": "/admin/deliveries",
        "page: search by name": "/admin/search?text=shop+1",
        "page: problems": "/admin/problems",
        "page: programme": "/admin/programme",
        "page: timeline of a store": f"/admin/timeline?store={store}",
    }
    return {name: (1, lambda path=path: _open(console, path)) for name, path in pages.items()}


def _some_stores(database: Database) -> list[str]:
    """Return the ids of at most fifty connected stores."""
    query = text(
        "SELECT id FROM stores WHERE disconnected_at IS NULL AND id NOT IN (:open, :due) ORDER BY id LIMIT 50"
    )
    with database.reading() as session:
        return list(session.scalars(query, {"open": OPEN, "due": DUE}))


def _claim(database: Database, now: datetime) -> None:
    with database.rolled_back() as undone, undone.writing() as session:
        delivery_queue.claim(session, now, CLAIMED, LEASE)


def _read(database: Database, find: Callable[..., object], limit: int) -> None:
    with database.reading() as session:
        find(session, NOW, limit)


def _due_polls(database: Database) -> None:
    with database.reading() as session:
        spend.due_accounts(session, NOW, 8)


def _to_subscribe(database: Database) -> None:
    with database.reading() as session:
        subscriptions.accounts_to_subscribe(session, ["REPORT_DATA_CHANGE", "AD_ACCOUNT_SUSPENSION"], NOW, 20)


def _to_end(database: Database) -> None:
    with database.reading() as session:
        subscriptions.subscriptions_to_end(session, 20)


def _to_decide(database: Database) -> None:
    with database.reading() as session:
        decisions.stores_decided_before(session, NOW - timedelta(minutes=30), 200)


def _purge(database: Database, kind: str, now: datetime) -> None:
    with database.rolled_back() as undone, undone.writing() as session:
        purge._steps(now, 30)[kind](session)


def _open(console: Console, path: str) -> None:
    answer = console.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
