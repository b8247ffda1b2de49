"""The worker's calls to shops that somebody waits for: connection attempts, and requests of staff.

The rows are the truth: they are looked for twice a second, so nobody has to wake the worker and nothing is
lost with it. A shop that hangs holds at most AT_ONE_HOST of the threads, and each for a bounded time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event
from urllib.parse import urlsplit

from receiver.container import Container
from receiver.errors import StorageUnavailable
from receiver.logs import get_logger
from receiver.services.connections.advance import advance_attempt, due_attempts
from receiver.services.connections.errands import run_errand, stores_with_errands
from receiver.services.connections.probes import Probes

AT_ONCE, AT_ONE_HOST = 16, 2
LOOKED_AT = 1_000  # due ones, so that many of one host do not hide the others
PROBES = Probes()  # of this process
PAUSE_SECONDS, TROUBLE_SECONDS = 0.5, 5.0

log = get_logger(__name__)


@dataclass(frozen=True)
class Errand:
    """A task at a shop; no two of one `key` run at once."""

    key: str
    host: str
    run: Callable[[], None]


def work_stores(container: Container) -> None:
    """Do all that is due now, one after the other."""
    for errand in _due(container):
        errand.run()


class StoreWork:
    """Runs due errands in threads of its own, until it is stopped."""

    def __init__(self, container: Container, stopping: Event) -> None:
        self._container, self._stopping = container, stopping
        self._running: dict[str, tuple[str, Future[None]]] = {}

    def run(self) -> None:
        """Start what is due, every PAUSE_SECONDS, until told to stop; wait for what runs."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store") as threads:
            while not self._stopping.is_set():
                pause = PAUSE_SECONDS
                try:
                    self._start(threads)
                except StorageUnavailable as error:
                    log.warning("store work waits", error=str(error))
                    pause = TROUBLE_SECONDS
                except Exception:  # the edge: what one row does must not end the work on all others
                    log.exception("store work goes on after an error")
                    pause = TROUBLE_SECONDS
                self._stopping.wait(pause)

    def _start(self, threads: ThreadPoolExecutor) -> None:
        self._running = {key: item for key, item in self._running.items() if not item[1].done()}
        hosts = Counter(host for host, _ in self._running.values())
        for errand in _due(self._container):
            if len(self._running) >= AT_ONCE:
                return
            if errand.key not in self._running and hosts[errand.host] < AT_ONE_HOST:
                hosts[errand.host] += 1
                self._running[errand.key] = errand.host, threads.submit(_contained, errand)


def _contained(errand: Errand) -> None:
    try:
        errand.run()
    except Exception:  # the edge: its lease brings it up again
        log.exception("store work not done", key=errand.key)


def _due(container: Container) -> Iterator[Errand]:
    for attempt_id, shop in due_attempts(container, LOOKED_AT):
        advance = partial(advance_attempt, container, attempt_id, probes=PROBES)
        yield Errand(f"connect {attempt_id}", urlsplit(shop).netloc, advance)
    for store_id, url in stores_with_errands(container, LOOKED_AT):
        yield Errand(f"store {store_id}", urlsplit(url).netloc, partial(run_errand, container, store_id))
