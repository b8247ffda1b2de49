"""The cost of accepting deliveries durably, beside a Flask view that only reads its body.

Both are served alike, and asked in turns in one run. The processor time that a request takes in the serving
processes comes first: as a ratio to the view's it nearly holds on a busy machine. Rates and waits do not.
"""

from __future__ import annotations

import os
import statistics
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rich.progress import Progress

from bench.drain import drain
from bench.load import Load, LoadResult
from bench.report import Report
from bench.serving import (
    build_load,
    child_pids,
    free_port,
    open_service,
    processor_seconds,
    resident_mb,
    send,
    served,
)
from receiver.container import Container
from tests.processes import run_process, wait_until, worker

ROUNDS, SECONDS = 9, 1.0  # many short ones: the speed of the machine changes from second to second
# (database, web processes, connections)
CASES = (
    ("sqlite", 1, 16),
    ("sqlite", 1, 64),
    ("postgresql", 1, 16),
    ("postgresql", 1, 64),
    ("sqlite", 2, 64),
    ("postgresql", 2, 64),
)
CONNECTIONS = 64  # of the case that draining is compared with
DRAINED = 20_000  # deliveries: a backlog that lasts as long as stores wait for their decisions
FEW, MANY = 10_000, 100_000  # deliveries, between which memory may not grow

# Seconds: processor time is counted in these, so a short load may show none.
TICK = 1 / os.sysconf("SC_CLK_TCK")


class Round(NamedTuple):
    """How one load went, and the processor time in microseconds that its server took for a request."""

    result: LoadResult
    cpu_us: float


def measure(progress: Progress) -> Report:
    figures = {"machine_load_before": os.getloadavg()[0]}
    rates: dict[str, float] = {}
    for kind, processes, connections in progress.track(CASES, description="receiving"):
        with open_service(kind) as container:
            name = f"{kind}_{processes}_process{'es' if processes > 1 else ''}_{connections}_connections"
            ours, noop = _beside_noop(container, processes, connections)
            figures |= _costs(name, ours, noop)
            rates |= _rates(name, ours, noop)
    figures |= rates
    for kind in dict.fromkeys(kind for kind, *_ in CASES):
        figures |= drain(kind, DRAINED)
        accepted = figures[f"{kind}_1_process_{CONNECTIONS}_connections_accepted_a_second"]
        figures[f"{kind}_drained_to_accepted"] = figures[f"{kind}_drained_a_second_by_one_worker"] / accepted
    with open_service("sqlite") as container:
        figures |= _memory_of_web(container, progress)
        figures |= _memory_of_web_called_by_staff(container) | _memory_of_worker(container)
    return Report("Receiving, beside a Flask view that only reads its body", figures)


def _beside_noop(container: Container, processes: int, connections: int) -> tuple[list[Round], list[Round]]:
    """Measure rounds of ours and of the view in turns; return ours and the view's."""
    ours = build_load(container, connections, SECONDS)
    noop = replace(ours, port=free_port(), calls=[call._replace(path="/noop") for call in ours.calls])
    with (
        served("wsgi:app", ours.port, processes, container) as receiver,
        served("bench.noop:app", noop.port, processes, container) as view,
    ):
        sides = ((ours, receiver), (noop, view))
        for load, _ in sides:
            send(load)  # the first calls find a process that has yet to connect
        rounds = [[_round(load, pid) for load, pid in sides] for _ in range(ROUNDS)]
    assert not any(item.result.not_200 for pair in rounds for item in pair)
    mine, others = zip(*rounds, strict=True)
    return list(mine), list(others)


def _round(load: Load, pid: int) -> Round:
    before = processor_seconds(pid)
    result = send(load)
    took = max(processor_seconds(pid) - before, TICK)
    return Round(result, took / result.answers * 1e6)


def _costs(name: str, ours: Sequence[Round], noop: Sequence[Round]) -> dict[str, float]:
    to_noop = [mine.cpu_us / other.cpu_us for mine, other in zip(ours, noop, strict=True)]
    return {
        f"{name}_cpu_to_noop": statistics.median(to_noop),
        f"{name}_cpu_us_a_request": statistics.median(item.cpu_us for item in ours),
        f"{name}_cpu_us_a_request_of_noop": statistics.median(item.cpu_us for item in noop),
    }


def _rates(name: str, ours: Sequence[Round], noop: Sequence[Round]) -> dict[str, float]:
    pairs = [(mine.result, other.result) for mine, other in zip(ours, noop, strict=True)]
    return {
        f"{name}_accepted_a_second": statistics.median(mine.a_second for mine, _ in pairs),
        f"{name}_accepted_to_noop": statistics.median(
            mine.a_second / other.a_second for mine, other in pairs
        ),
        f"{name}_p50_ms": statistics.median(mine.p50 for mine, _ in pairs),
        f"{name}_p99_ms": statistics.median(mine.p99 for mine, _ in pairs),
        f"{name}_p99_to_noop": statistics.median(mine.p99 / other.p99 for mine, other in pairs),
    }


def _memory_of_web(container: Container, progress: Progress) -> dict[str, float]:
    """Measure memory after /healthz, after deliveries one by one, and its growth while many come in."""
    one_by_one = build_load(container, 1, 1.0)
    load = replace(one_by_one, connections=CONNECTIONS, seconds=SECONDS)
    with served("wsgi:app", load.port, 1, container) as pid:
        urllib.request.urlopen(f"http://127.0.0.1:{load.port}/healthz").close()
        started = resident_mb(child_pids(pid)[0])
        send(one_by_one)
        web = resident_mb(child_pids(pid)[0])
        growth = _memory_growth(load, pid, progress)
    return {
        "memory_mb_of_web_started": started,
        "memory_mb_of_web": web,
        "memory_at_100000_deliveries_to_10000": growth,
    }


def _memory_growth(load: Load, pid: int, progress: Progress) -> float:
    task = progress.add_task("memory from 10,000 to 100,000 deliveries", total=MANY)
    memory = {}
    answers = 0
    for many in (FEW, MANY):
        while answers < many:
            answers += send(load).answers
            progress.update(task, completed=answers)
        memory[many] = resident_mb(child_pids(pid)[0])
    return memory[MANY] / memory[FEW]


def _memory_of_web_called_by_staff(container: Container) -> dict[str, float]:
    port = free_port()
    with served("wsgi:app", port, 1, container) as pid:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/sign-in").close()
        return {"memory_mb_of_web_called_by_staff": resident_mb(child_pids(pid)[0])}


def _memory_of_worker(container: Container) -> dict[str, float]:
    """Measure the memory of a worker that has just started, and after each of its periodic jobs."""
    with run_process(container, worker()) as process:
        wait_until(lambda: "worker started" in process.output, seconds=120)
        started = resident_mb(process.pid)
        wait_until(lambda: '"purged"' in process.output, seconds=120)
        return {
            "memory_mb_of_worker": started,
            "memory_mb_of_worker_after_its_jobs": resident_mb(process.pid),
        }
