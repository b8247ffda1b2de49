"""How many deliveries a second are accepted and durable, beside a Flask view that only reads its body.

Both are served alike, and asked in turns in one run: the figures are ratios of the two.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from bench.report import Report
from bench.serving import a_load, a_service, free_port, send, served
from receiver.container import Container
from receiver.worker.loop import BATCH, work_inbox

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
DRAINED = 2_000
FEW, MANY = 10_000, 100_000  # deliveries, between which memory may not grow


def measure(progress: Progress) -> Report:
    figures: dict[str, float] = {}
    for kind, processes, connections in progress.track(CASES, description="receiving"):
        with a_service(kind) as container:
            name = f"{kind}_{processes}_process{'es' if processes > 1 else ''}_{connections}_connections"
            figures |= _beside_noop(name, container, processes, connections)
    with a_service("sqlite") as container:
        figures |= _drain_and_memory(container, progress)
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


def _drain_and_memory(container: Container, progress: Progress) -> dict[str, float]:
    """What one worker works off, deciding included, while nothing else runs; how the web process grows."""
    load = a_load(container, 64, SECONDS)
    task = progress.add_task("memory from 10,000 to 100,000 deliveries", total=MANY)
    memory = {}
    with served("wsgi:app", load.port, 1, container) as pid:
        sent, accepting = 0.0, []
        for many in (FEW, MANY):
            while sent < many:
                came = send(load)
                accepting.append(came.a_second)
                sent += came.a_second * SECONDS
                progress.update(task, completed=sent)
            memory[many] = _memory(pid)
    began = time.perf_counter()
    for _ in range(DRAINED // BATCH):
        assert work_inbox(container), "the inbox ran empty"
    drained = DRAINED / (time.perf_counter() - began)
    return {
        "drained_a_second_by_one_worker": drained,
        "drained_to_accepted": drained / statistics.median(accepting),
        "memory_at_100000_deliveries_to_10000": memory[MANY] / memory[FEW],
    }


def _memory(pid: int) -> int:
    """Resident, in pages."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
