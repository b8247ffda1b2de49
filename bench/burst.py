"""A burst of deliveries: all are accepted, processed and decided; how many wait meanwhile, by time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from rich.progress import Progress
from sqlalchemy import func, select

from bench.load import LoadResult
from bench.report import Report
from bench.serving import build_load, open_service, send, served
from receiver.container import Container
from receiver.storage.tables import DecisionRow, Delivery, Store
from tests.processes import Process, run_process, wait_until, worker

DATABASES = ("sqlite", "postgresql")
STORES, SIGNALS = 500, 40  # distinct signals of each store
CONNECTIONS, SECONDS = 64, 300.0
EVERY = 0.5  # seconds between two samples
ROWS = 16  # of the curve that is shown


@dataclass(frozen=True)
class InboxSample:
    """The inbox at a moment of the burst."""

    seconds: float
    accepted: int
    unfinished: int
    undecided: int  # stores whose news no decision has used yet

    @property
    def is_over(self) -> bool:
        return not self.unfinished and not self.undecided


def measure(progress: Progress) -> Report:
    figures: dict[str, float] = {}
    curves: dict[str, dict[str, dict[str, float]]] = {}
    for kind in progress.track(DATABASES, description="bursts"):
        with open_service(kind, STORES) as container:
            result, samples = _burst(container)
            _require_all_done(container, result)
        figures |= _figures(kind, result, samples)
        curves[f"{kind} burst"] = {f"{sample.seconds:.1f} s": _row(sample) for sample in _thin_out(samples)}
    return Report(f"{STORES * SIGNALS:,} deliveries at once from {STORES} stores", figures, tables=curves)


def _burst(container: Container) -> tuple[LoadResult, list[InboxSample]]:
    load = replace(build_load(container, CONNECTIONS, SECONDS, SIGNALS), once=True)
    with served("wsgi:app", load.port, 1, container), run_process(container, worker()) as working:
        wait_until(lambda: _has_started(working), seconds=SECONDS)
        assert _has_started(working)
        with ThreadPoolExecutor(1) as sender:
            sending, began = sender.submit(send, load), time.perf_counter()
            samples = list(_watch(container, sending, began))
            return sending.result(), samples


def _has_started(working: Process) -> bool:
    return "worker started" in working.output


def _watch(container: Container, sending: Future[LoadResult], began: float) -> Iterator[InboxSample]:
    """Yield samples until all that was sent is processed and decided."""
    is_sent = False
    while True:
        sample = _take_sample(container, began)
        yield sample
        if is_sent and sample.is_over:
            return
        is_sent = sending.done()  # before the next sample, which then counts all of it
        assert sample.seconds < SECONDS, "the burst was not worked off"
        time.sleep(EVERY)


def _take_sample(container: Container, began: float) -> InboxSample:
    with container.database.reading() as session:
        accepted = session.scalar(select(func.count()).select_from(Delivery)) or 0
        not_ended = select(func.count()).select_from(Delivery).where(Delivery.ended_at.is_(None))
        undecided = select(func.count()).select_from(Store).where(Store.decided_at.is_(None))
        unfinished, stores = session.scalar(not_ended) or 0, session.scalar(undecided) or 0
    return InboxSample(time.perf_counter() - began, accepted, unfinished, stores)


def _require_all_done(container: Container, result: LoadResult) -> None:
    assert not result.not_200
    with container.database.reading() as session:
        by_state = select(Delivery.state, func.count()).group_by(Delivery.state)
        assert dict(session.execute(by_state).all()) == {"processed": STORES * SIGNALS}
        decided = select(func.count(DecisionRow.store_id.distinct()))
        assert session.scalar(decided) == STORES


def _figures(kind: str, result: LoadResult, samples: list[InboxSample]) -> dict[str, float]:
    return {
        f"{kind}_accepted_a_second": result.a_second,
        f"{kind}_p99_ms": result.p99,
        f"{kind}_most_waiting": max(sample.unfinished for sample in samples),
        f"{kind}_seconds_until_all_were_accepted": next(
            sample.seconds for sample in samples if sample.accepted == STORES * SIGNALS
        ),
        f"{kind}_seconds_until_all_were_decided": samples[-1].seconds,
    }


def _row(sample: InboxSample) -> dict[str, float]:
    return {"accepted": sample.accepted, "waiting": sample.unfinished, "undecided stores": sample.undecided}


def _thin_out(samples: list[InboxSample]) -> list[InboxSample]:
    step = max(1, len(samples) // ROWS)
    return [*samples[:-1:step], samples[-1]]
