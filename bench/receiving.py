"""How many deliveries a second are accepted and durable, beside a Flask view that only reads its body.

Both are served alike, and asked in turns in one run: the figures are ratios of the two.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from bench.drain import drain
from bench.report import Report
from bench.serving import a_load, a_service, free_port, send, served
from receiver.container import Container

ROUNDS, SECONDS = 3, 3.0
# (database, web processes, connections)
CASES = (
    ("sqlite", 1, 16),
    ("sqlite", 1, 64),
    ("postgresql", 1, 16),
    ("postgresql", 1, 64),
    ("sqlite", 2, 64),
    ("postgresql", 2, 64),
)
CONNECTIONS = 64  # of the case that draining is held against
DRAINED = 2_000  # deliveries, each of which changes a decision
FEW, MANY = 10_000, 100_000  # deliveries, between which memory may not grow


def measure(progress: Progress) -> Report:
    figures: dict[str, float] = {}
    for kind, processes, connections in progress.track(CASES, description="receiving"):
        with a_service(kind) as container:
            name = f"{kind}_{processes}_process{'es' if processes > 1 else ''}_{connections}_connections"
            figures |= _beside_noop(name, container, processes, connections)
    for kind in dict.fromkeys(kind for kind, *_ in CASES):
        figures |= drain(kind, DRAINED)
        accepted = figures[f"{kind}_1_process_{CONNECTIONS}_connections_accepted_a_second"]
        figures[f"{kind}_drained_to_accepted"] = figures[f"{kind}_drained_a_second_by_one_worker"] / accepted
    with a_service("sqlite") as container:
        figures["memory_at_100000_deliveries_to_10000"] = _memory_growth(container, progress)
    return Report("Receiving, beside a Flask view that only reads its body", figures)


def _beside_noop(name: str, container: Container, processes: int, connections: int) -> dict[str, float]:
    ours = a_load(container, connections, SECONDS)
    noop = replace(ours, port=free_port(), calls=[call._replace(path="/noop") for call in ours.calls])
    with (
        served("wsgi:app", ours.port, processes, container),
        served("bench.noop:app", noop.port, processes, container),
    ):
        rounds = [(send(ours), send(noop)) for _ in range(ROUNDS)]
    assert not any(came.not_200 for pair in rounds for came in pair)
    accepted = statistics.median(mine.a_second for mine, _ in rounds)
    return {
        f"{name}_accepted_a_second": accepted,
        f"{name}_to_noop": statistics.median(mine.a_second / other.a_second for mine, other in rounds),
        f"{name}_p50_ms": statistics.median(mine.p50 for mine, _ in rounds),
        f"{name}_p99_ms": statistics.median(mine.p99 for mine, _ in rounds),
        f"{name}_p99_to_noop": statistics.median(mine.p99 / other.p99 for mine, other in rounds),
    }


def _memory_growth(container: Container, progress: Progress) -> float:
    """How the web process grows while deliveries come in."""
    load = a_load(container, CONNECTIONS, SECONDS)
    task = progress.add_task("memory from 10,000 to 100,000 deliveries", total=MANY)
    memory = {}
    with served("wsgi:app", load.port, 1, container) as pid:
        sent = 0.0
        for many in (FEW, MANY):
            while sent < many:
                sent += send(load).a_second * SECONDS
                progress.update(task, completed=sent)
            memory[many] = _memory(pid)
    return memory[MANY] / memory[FEW]


def _memory(pid: int) -> int:
    """Resident, in pages."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
