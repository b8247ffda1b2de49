"""The worker takes what waits, runs the clock once a minute, and stops in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography.fernet import Fernet

from receiver.container import Container, build_container
from receiver.domain.deliveries import DeliveryState
from receiver.errors import Refused, StorageUnavailable
from receiver.services.context import ServiceContext
from receiver.services.decisions import decide, poll_and_decide
from receiver.services.programmes.statistics import programme_stats
from receiver.storage import heartbeats
from receiver.worker import jobs, loop
from receiver.worker.jobs import Job, open_job_queue
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.fakes import FrozenClock
from tests.processes import wait_until

ROOT = Path(__file__).parents[1]


def last_beat(container: Container) -> datetime | None:
    with container.database.reading() as session:
        return heartbeats.last_beat(session, heartbeats.WORKER)


class WorkerThreads:
    """Workers in threads of this process; `stop` does what SIGTERM does."""

    def __init__(self) -> None:
        self.stopping = Event()
        self.threads: list[Thread] = []

    def start(self, container: Container, *periodic: Job) -> None:
        thread = Thread(target=loop.run, args=(container, self.stopping, periodic))
        self.threads.append(thread)
        thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(120)
            assert not thread.is_alive()


@pytest.fixture
def workers() -> Iterator[WorkerThreads]:
    threads = WorkerThreads()
    yield threads
    threads.stop()


@dataclass
class Outcome:
    """The part of a delivery's outcome that the worker reads."""

    stores: tuple[str, ...] = ()
    error: str | None = None
    state: DeliveryState = DeliveryState.PROCESSED
    sender: str | None = None


class ScriptedBatches:
    """Stands for `process_next`: returns one batch after the other, or raises one of these errors."""

    def __init__(self, *batches: list[Outcome] | Exception) -> None:
        self.batches = list(batches)
        self.calls = 0

    def __call__(self, context: ServiceContext, **_: object) -> list[Outcome]:
        self.calls += 1
        batch = self.batches.pop(0) if self.batches else []
        if isinstance(batch, Exception):
            raise batch
        return batch


class TestInbox:
    def test_each_touched_store_is_decided_once(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decided = record_decisions(monkeypatch)
        inbox = ScriptedBatches([Outcome(("st_1",)), Outcome(), Outcome(("st_2", "st_1"))])
        monkeypatch.setattr(loop, "process_next", inbox)
        loop.work_inbox(container)
        assert decided == ["st_1", "st_2"]

    def test_while_whole_batches_wait_their_stores_are_decided_once_for_many(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decided, touched = record_decisions(monkeypatch), loop.TouchedStores()
        monkeypatch.setattr(loop, "DECIDE_SECONDS", 3600.0)
        whole = loop.batch_of(container.database)
        first, other = [Outcome(("st_1",))] * whole, [Outcome(("st_2",))] * whole
        monkeypatch.setattr(loop, "process_next", ScriptedBatches(first, other, first, [Outcome(("st_3",))]))
        decided_so_far = []
        for _ in range(4):
            loop.work_inbox(container, touched=touched)
            decided_so_far.append(list(decided))
        assert decided_so_far == [[], [], [], ["st_1", "st_2", "st_3"]]

    def test_of_many_touched_stores_those_that_waited_longest_are_decided_first(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decided, touched = record_decisions(monkeypatch), loop.TouchedStores()
        monkeypatch.setattr(loop, "DECIDED_AT_ONCE", 2)
        monkeypatch.setattr(loop, "process_next", ScriptedBatches([Outcome(("st_3", "st_1", "st_2"))], []))
        assert loop.work_inbox(container, touched=touched)
        assert decided == ["st_3", "st_1"]
        assert not loop.work_inbox(container, touched=touched)
        assert decided == ["st_3", "st_1", "st_2"]

    def test_the_problems_of_senders_whose_deliveries_died_are_tracked_at_once(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tracked: list[set[str | None]] = []
        died = Outcome(state=DeliveryState.DEAD, sender="st_2")
        monkeypatch.setattr(loop, "process_next", ScriptedBatches([Outcome(sender="st_1"), died]))
        monkeypatch.setattr(loop, "track_quietly", lambda _context, senders: tracked.append(senders))
        loop.work_inbox(container)
        assert tracked == [{"st_2"}]

    def test_a_store_that_cannot_be_decided_holds_no_other_up(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decided = record_decisions(monkeypatch, fails="st_1")
        monkeypatch.setattr(loop, "process_next", ScriptedBatches([Outcome(("st_1",)), Outcome(("st_2",))]))
        loop.work_inbox(container)
        assert decided == ["st_2"]

    @pytest.mark.parametrize("trouble", [StorageUnavailable("gone"), ValueError("a bug")])
    def test_trouble_is_waited_out(
        self,
        container: Container,
        workers: WorkerThreads,
        monkeypatch: pytest.MonkeyPatch,
        trouble: Exception,
    ) -> None:
        monkeypatch.setattr(loop, "TROUBLE_SECONDS", 0.01)
        inbox = ScriptedBatches(trouble)
        monkeypatch.setattr(loop, "process_next", inbox)
        workers.start(container)
        wait_until(lambda: inbox.calls > 1)

    def test_a_full_batch_is_followed_at_once(
        self, container: Container, workers: WorkerThreads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loop, "IDLE_SECONDS", 3600.0)
        full = [Outcome()] * loop.batch_of(container.database)
        inbox = ScriptedBatches(full, full)
        monkeypatch.setattr(loop, "process_next", inbox)
        workers.start(container)
        wait_until(lambda: inbox.calls == 3)

    def test_a_replay_moves_only_after_a_look_that_took_all_that_was_due(
        self, container: Container, workers: WorkerThreads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full = [Outcome()] * loop.batch_of(container.database)
        inbox = ScriptedBatches(full, full, full[1:])
        looks: list[int] = []
        monkeypatch.setattr(loop, "process_next", inbox)
        monkeypatch.setattr(loop, "replay_next", lambda *_: looks.append(inbox.calls))
        workers.start(container)
        wait_until(lambda: looks)
        assert looks[0] == 3

    def test_the_next_batch_of_a_replay_is_done_when_its_time_comes(
        self, container: Container, workers: WorkerThreads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loop, "IDLE_SECONDS", 3600.0)
        looks: list[int] = []

        def next_at(context: ServiceContext) -> datetime | None:
            looks.append(1)
            return context.now() if len(looks) < 3 else None

        monkeypatch.setattr(loop, "process_next", ScriptedBatches())
        monkeypatch.setattr(loop, "replay_next", next_at)
        workers.start(container)
        wait_until(lambda: len(looks) == 3)


class TestClock:
    def test_of_two_workers_one_runs_the_minute(self, container: Container, clock: FrozenClock) -> None:
        runs: list[str] = []
        job = Job("count", lambda _: runs.append("ran"))
        queues = [open_job_queue(container, (job,), Event()) for _ in range(2)]
        for minute in (1, 2):
            for queue in queues:
                for tick in queue.read_periodic(None):
                    queue.execute(tick)
            assert len(runs) == minute
            clock.move(minutes=1)

    def test_a_run_that_takes_longer_than_a_minute_keeps_no_second_thread(
        self, container: Container, clock: FrozenClock
    ) -> None:
        starts: list[str] = []
        finish = Event()
        slow = Job("slow", lambda _: (starts.append("begun"), finish.wait(120)))
        queue = open_job_queue(container, (slow,), Event())
        (tick,) = queue.read_periodic(None)
        first = Thread(target=queue.execute, args=(tick,))
        first.start()
        wait_until(lambda: starts)
        clock.move(minutes=1)
        second = Thread(target=queue.execute, args=(tick,))
        second.start()
        second.join(120)
        was_skipped = not second.is_alive()
        finish.set()
        first.join()
        second.join()
        assert (was_skipped, starts) == (True, ["begun"])
        queue.execute(tick)
        assert starts == ["begun"] * 2, "the minute that was skipped was not left to others"

    def test_two_workers_at_once_agree(self, container: Container, workers: WorkerThreads) -> None:
        runs: list[str] = []
        ticks: list[str] = []
        for _ in range(2):
            workers.start(container, Job("count", lambda _: runs.append("ran")), Job("tick", ticks.append))
        wait_until(lambda: runs and ticks)
        time.sleep(1.5)  # the queue is asked at least once a second
        assert (len(runs), len(ticks)) == (1, 1)

    @pytest.mark.parametrize(("seconds", "ours"), [(0, False), (60, True), (-60, False), (-3600, True)])
    def test_a_turn_is_taken_once_whatever_the_clock_does(
        self, container: Container, clock: FrozenClock, seconds: int, ours: bool
    ) -> None:
        with container.database.writing() as session:
            assert heartbeats.take_turn(session, "poll", clock())
        with container.database.writing() as session:
            later = clock() + timedelta(seconds=seconds)
            assert heartbeats.take_turn(session, "poll", later) is ours

    def test_polling_goes_on_while_batches_are_full_and_decides_what_it_touched(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        @dataclass
        class Polled:
            stores: tuple[str, ...]

        batches = [[Polled(("st_1",))] * jobs.POLL_BATCH, [Polled(("st_2", "st_3"))]]
        monkeypatch.setattr(poll_and_decide, "poll_due", lambda *_, **__: batches.pop(0))
        decided = record_decisions(monkeypatch)
        poll = job_of(container, "poll")
        poll.run(Event())
        assert (decided, batches) == (["st_1", "st_2", "st_3"], [])

    def test_programmes_are_counted(self, container: Container) -> None:
        keep_store(container)
        job_of(container, "count").run(Event())
        ours, *_ = programme_stats(container)
        assert ours.counts is not None
        assert (ours.counts.admitted, ours.counts.waiting) == (1, 0)

    def test_polling_stops_between_batches(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(poll_and_decide, "poll_due", lambda *_, **__: pytest.fail("it went on"))
        poll = job_of(container, "poll")
        stopping = Event()
        stopping.set()
        poll.run(stopping)


class TestStopping:
    def test_the_job_in_hand_is_finished(self, container: Container, workers: WorkerThreads) -> None:
        steps: list[str] = []

        def job(stopping: Event) -> None:
            steps.append("begun")
            stopping.wait(120)
            time.sleep(0.3)
            steps.append("finished")

        workers.start(container, Job("slow", job))
        wait_until(lambda: steps)
        workers.stop()
        assert steps == ["begun", "finished"]

    def test_a_database_that_is_not_migrated_is_refused(self, empty_database_url: str) -> None:
        container = build_container(make_settings(database_url=empty_database_url))
        with pytest.raises(Refused, match="flask --app wsgi migrate"):
            loop.run(container, Event())
        container.database.close()


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    ours = {
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://credit.example",
        "DATABASE_URL": database_url,
        "TIKTOK_API_URL": "http://127.0.0.1:9/open_api/v1.3",
    }
    return {**os.environ, **ours}


class TestProcess:
    @pytest.fixture
    def database_kind(self) -> str:
        """Processes are told to stop on both databases in journeys/test_stops.py."""
        return "sqlite"

    @pytest.mark.parametrize(
        ("number", "module"),
        [
            (signal.SIGTERM, ["receiver"]),
            (signal.SIGINT, ["receiver"]),
            (signal.SIGTERM, ["flask", "--app", "wsgi"]),
        ],
    )
    def test_works_until_it_is_told_to_stop_and_ends_with_0(
        self, container: Container, environment: dict[str, str], number: signal.Signals, module: list[str]
    ) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", *module, "worker"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_until(lambda: last_beat(container) or process.poll() is not None)
            process.send_signal(number)
            output, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 0, output
        beat = last_beat(container)
        assert beat is not None
        assert datetime.now(UTC) - beat < timedelta(seconds=30)

    def test_importing_the_app_starts_nothing(self, environment: dict[str, str]) -> None:
        code = "import sys, threading, wsgi; print(threading.active_count(), 'huey' in sys.modules)"
        answer = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout.splitlines()[-1] == "1 False"


def job_of(container: Container, name: str) -> Job:
    return next(job for job in jobs.every_minute(container) if job.name == name)


def record_decisions(monkeypatch: pytest.MonkeyPatch, fails: str = "") -> list[str]:
    """Record the stores that are decided from now on; the store `fails` cannot be."""
    decided: list[str] = []

    def decide_together(
        _context: ServiceContext, store_ids: Sequence[str], _unchanged: object
    ) -> Sequence[str]:
        if fails in store_ids:
            raise ValueError("this store cannot be decided")
        decided.extend(store_ids)
        return store_ids

    monkeypatch.setattr(decide, "_decide_together", decide_together)
    return decided


def test_the_worker_leaves_no_thread_behind(container: Container) -> None:
    before = threading.active_count()
    workers = WorkerThreads()
    workers.start(container)
    wait_until(lambda: last_beat(container))
    workers.stop()
    assert threading.active_count() == before
