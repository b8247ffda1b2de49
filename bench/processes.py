"""Scaling with more processes on PostgreSQL: web processes that accept, workers that empty the queue.

One run takes turns among the numbers of processes: the figures are ratios to one.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

from rich.progress import Progress
from sqlalchemy import ColumnElement, func, select

from bench.report import Report
from bench.serving import build_load, open_service, send, served
from receiver.container import Container
from receiver.storage import inbox
from receiver.storage.inbox import NewDelivery
from receiver.storage.tables import Delivery
from tests.processes import Process, run_process, wait_until, worker
from tests.signals import add_shop, body_of, new_delivery, signal

PROCESSES = (1, 2, 4)
ROUNDS, SECONDS = 3, 3.0
CONNECTIONS = 64
STORES, BACKLOG = 400, 12_000  # deliveries that wait, in no order of their stores: a dozen batches

Round = dict[int, float]  # by number of processes: deliveries a second


def measure(progress: Progress) -> Report:
    with open_service("postgresql") as container:
        drained = _figures("drained", list(_draining(container, progress)))
        accepted = _figures("accepted", list(_accepting(container, progress)))
    return Report("Web processes that accept, and workers that work off, on PostgreSQL", accepted | drained)


def _figures(what: str, rounds: list[Round]) -> dict[str, float]:
    by = {f"{what}_a_second_by_{n}": statistics.median(item[n] for item in rounds) for n in PROCESSES}
    to_one = {
        f"{what}_by_{n}_to_1": statistics.median(item[n] / item[1] for item in rounds) for n in PROCESSES
    }
    return by | to_one


def _accepting(container: Container, progress: Progress) -> Iterator[Round]:
    """Yield rounds of accepting; all servers run all the time, since an idle one costs nothing."""
    loads = {n: build_load(container, CONNECTIONS, SECONDS) for n in PROCESSES}
    with ExitStack() as servers:
        for n, load in loads.items():
            servers.enter_context(served("wsgi:app", load.port, n, container))
        for load in loads.values():
            send(load)  # the first calls find a process that has yet to connect
        for _ in progress.track(range(ROUNDS), description="accepting"):
            results = {n: send(load) for n, load in loads.items()}
            assert not any(item.not_200 for item in results.values())
            yield {n: item.a_second for n, item in results.items()}


def _draining(container: Container, progress: Progress) -> Iterator[Round]:
    urls = [f"https://shop{number}.example/" for number in range(STORES)]
    stores = {url: add_shop(container, url).id for url in urls}
    sequence, chance = count(1), random.Random(7)  # noqa: S311 (an order, no secret)

    def delivery(url: str) -> NewDelivery:
        return new_delivery(stores[url], body_of(signal(next(sequence), home_url=url)), container.now())

    def fill() -> None:
        senders = urls * (BACKLOG // STORES)
        chance.shuffle(senders)
        with container.database.writing() as session:
            inbox.keep(session, [delivery(url) for url in senders])

    for _ in progress.track(range(ROUNDS), description="working off"):
        yield {n: _drain_rate(container, n, fill) for n in PROCESSES}


def _drain_rate(container: Container, workers: int, fill: Callable[[], None]) -> float:
    """Return the deliveries finished a second, with effects and decisions, once all workers have started."""
    with ExitStack() as stack:
        started = [stack.enter_context(run_process(container, worker())) for _ in range(workers)]
        wait_until(lambda: _have_started(started), seconds=120)
        assert _have_started(started)
        fill()
        began, backlog = time.perf_counter(), BACKLOG
        wait_until(lambda: _unfinished(container) < BACKLOG)
        if remaining := _unfinished(container):  # from the first batch on: workers look twice a second
            began, backlog = time.perf_counter(), remaining
        wait_until(lambda: not _unfinished(container), seconds=600)
        took = time.perf_counter() - began
    assert not _count(container, Delivery.state != "processed")
    return backlog / took


def _have_started(workers: list[Process]) -> bool:
    return all("worker started" in item.output for item in workers)


def _unfinished(container: Container) -> int:
    return _count(container, Delivery.ended_at.is_(None))


def _count(container: Container, which: ColumnElement[bool]) -> int:
    with container.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery).where(which)) or 0
