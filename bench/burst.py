"""Many deliveries at once: all are accepted, worked off and decided; how many wait meanwhile, by time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from rich.progress import Progress
from sqlalchemy import func, select

from bench.load import Came
from bench.report import Report
from bench.serving import a_load, a_service, send, served
from receiver.container import Container
from receiver.storage.tables import DecisionRow, Delivery, Store
from tests.processes import Process, run_process, wait_until, worker

DATABASES = ("sqlite", "postgresql")
STORES, SIGNALS = 500, 40  # distinct signals of each store
CONNECTIONS, SECONDS = 64, 300.0
EVERY = 0.5  # seconds between two looks
ROWS = 16  # of the curve that is shown


@dataclass(frozen=True)
class Look:
    """What stands in the inbox at a moment of the burst."""

    seconds: float
    accepted: int
    waiting: int
    undecided: int  # stores with news that no decision knows of

    @property
    def is_over(self) -> bool:
        return not self.waiting and not self.undecided


def measure(progress: Progress) -> Report:
    figures: dict[str, float] = {}
    curves: dict[str, dict[str, dict[str, float]]] = {}
    for kind in progress.track(DATABASES, description="bursts"):
        with a_service(kind, STORES) as container:
            came, looks = _burst(container)
            _require_all_done(container, came)
        figures |= _figures(kind, came, looks)
        curves[f"{kind} burst"] = {f"{look.seconds:.1f} s": _row(look) for look in _thinned(looks)}
    return Report(f"{STORES * SIGNALS:,} deliveries at once from {STORES} stores", figures, tables=curves)


def _burst(container: Container) -> tuple[Came, list[Look]]:
    load = replace(a_load(container, CONNECTIONS, SECONDS, SIGNALS), once=True)
    with served("wsgi:app", load.port, 1, container), run_process(container, worker()) as working:
        wait_until(lambda: _is_there(working), seconds=SECONDS)
        assert _is_there(working)
        with ThreadPoolExecutor(1) as sender:
            sending, began = sender.submit(send, load), time.perf_counter()
            looks = list(_looks(container, sending, began))
            return sending.result(), looks


def _is_there(working: Process) -> bool:
    return "worker started" in working.output


def _looks(container: Container, sending: Future[Came], began: float) -> Iterator[Look]:
    """Look on until all that was sent is worked off and decided."""
    is_sent = False
    while True:
        look = _look(container, began)
        yield look
        if is_sent and look.is_over:
            return
        is_sent = sending.done()  # before the next look, which then sees all of it
        assert look.seconds < SECONDS, "the burst was not worked off"
        time.sleep(EVERY)


def _look(container: Container, began: float) -> Look:
    with container.database.reading() as session:
        accepted = session.scalar(select(func.count()).select_from(Delivery)) or 0
        waits = select(func.count()).select_from(Delivery).where(Delivery.ended_at.is_(None))
        undecided = select(func.count()).select_from(Store).where(Store.decided_at.is_(None))
        waiting, stores = session.scalar(waits) or 0, session.scalar(undecided) or 0
    return Look(time.perf_counter() - began, accepted, waiting, stores)


def _require_all_done(container: Container, came: Came) -> None:
    assert not came.not_200
    with container.database.reading() as session:
        by_state = select(Delivery.state, func.count()).group_by(Delivery.state)
        assert dict(session.execute(by_state).all()) == {"processed": STORES * SIGNALS}
        decided = select(func.count(DecisionRow.store_id.distinct()))
        assert session.scalar(decided) == STORES


def _figures(kind: str, came: Came, looks: list[Look]) -> dict[str, float]:
    return {
        f"{kind}_accepted_a_second": came.a_second,
        f"{kind}_p99_ms": came.p99,
        f"{kind}_most_waiting": max(look.waiting for look in looks),
        f"{kind}_seconds_until_all_were_accepted": next(
            look.seconds for look in looks if look.accepted == STORES * SIGNALS
        ),
        f"{kind}_seconds_until_all_were_decided": looks[-1].seconds,
    }


def _row(look: Look) -> dict[str, float]:
    return {"accepted": look.accepted, "waiting": look.waiting, "undecided stores": look.undecided}


def _thinned(looks: list[Look]) -> list[Look]:
    step = max(1, len(looks) // ROWS)
    return [*looks[:-1:step], looks[-1]]
