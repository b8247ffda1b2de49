"""Deliveries that no worker can have died of are processed without a claim, and lose nothing by it."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.container import Container
from receiver.domain.deliveries import MOST_TRIES, DeliveryState
from receiver.errors import StorageUnavailable
from receiver.services.deliveries import process
from receiver.services.deliveries.process import LEASE, AttemptResult, process_next
from receiver.storage import delivery_queue
from receiver.storage.locked_stores import LockedStores
from receiver.worker import loop
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, keep_one, link_signal, row, signal


class Killed(BaseException):
    """The end of a process, which nothing catches."""


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def newest_id(container: Container) -> int:
    with container.database.reading() as session:
        return delivery_queue.newest_id(session)


def work(container: Container, newest_at_start: int) -> list[AttemptResult]:
    return process_next(container, chance=lambda: 0.5, newest_at_start=newest_at_start)


def kill_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(process, "apply_deliveries", die)


def fail_at_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broke")

    monkeypatch.setattr(LockedStores, "end_other_links", fail)


def state_of(container: Container, delivery_id: int) -> tuple[str, int]:
    delivery = row(container, delivery_id)
    return delivery.state, delivery.tries


def test_what_arrived_after_the_start_is_never_written_as_processing(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise AssertionError("claimed")

    monkeypatch.setattr(delivery_queue, "claim", refuse)
    delivery_id = keep_one(container, store_id, signal(event="integration_set_up"))
    assert [item.state for item in work(container, 0)] == [DeliveryState.PROCESSED]
    assert state_of(container, delivery_id) == ("processed", 1)
    assert [attempt.outcome for attempt in attempts(container, delivery_id)] == ["processed"]
    assert work(container, 0) == []


def test_a_worker_that_dies_of_it_leaves_it_as_it_was(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    kill_the_worker(monkeypatch)
    with pytest.raises(Killed):
        work(container, 0)
    assert state_of(container, delivery_id) == ("received", 0)
    assert row(container, delivery_id).due_at == container.now()


def test_a_delivery_that_ends_every_worker_ends_itself(
    container: Container, store_id: str, clock: FrozenClock
):
    newest_at_start = newest_id(container)
    delivery_id = keep_one(container, store_id, link_signal(3))
    with pytest.MonkeyPatch.context() as monkeypatch:
        kill_the_worker(monkeypatch)
        for _ in range(1 + MOST_TRIES):  # the first dies without having claimed it
            with pytest.raises(Killed):
                work(container, newest_at_start)
            newest_at_start = newest_id(container)  # the next one starts
            clock.move(seconds=LEASE.total_seconds() + 1)
    assert state_of(container, delivery_id) == ("processing", MOST_TRIES)
    assert [item.state for item in work(container, newest_at_start)] == [DeliveryState.DEAD]
    assert row(container, delivery_id).reason == "workers_lost"


def test_beside_one_from_before_the_start_all_are_claimed(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(container, store_id, signal(seq)) for seq in (1, 2)]
    kill_the_worker(monkeypatch)
    with pytest.raises(Killed):
        work(container, ids[0])
    assert [state_of(container, delivery_id) for delivery_id in ids] == [("processing", 1)] * 2


def test_of_a_batch_one_that_fails_stays_behind_alone_with_one_try(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    failing = keep_one(container, store_id, link_signal(3))
    others = [keep_one(container, store_id, signal(seq)) for seq in (4, 5)]

    fail_at_links(monkeypatch)
    assert {item.delivery_id: item.state for item in work(container, 0)} == {
        failing: DeliveryState.FAILED,
        **dict.fromkeys(others, DeliveryState.PROCESSED),
    }
    assert state_of(container, failing) == ("failed", 1)
    assert [attempt.outcome for attempt in attempts(container, failing)] == ["failed"]


def test_a_worker_that_is_told_to_stop_while_it_waits_for_locks_processes_nothing(
    container: Container, store_id: str
):
    delivery_id = keep_one(container, store_id, signal())
    stopping = iter([False, True]).__next__  # before it waits for the locks, and once it has them
    assert process_next(container, stopping=stopping, newest_at_start=0) == []
    assert state_of(container, delivery_id) == ("received", 0)


def test_a_second_try_is_claimed(container: Container, store_id: str, clock: FrozenClock):
    delivery_id = keep_one(container, store_id, link_signal(3))
    with pytest.MonkeyPatch.context() as monkeypatch:
        fail_at_links(monkeypatch)
        work(container, 0)
    clock.move(seconds=5)
    with pytest.MonkeyPatch.context() as monkeypatch:
        kill_the_worker(monkeypatch)
        with pytest.raises(Killed):
            work(container, 0)
    assert state_of(container, delivery_id) == ("processing", 2)


def test_while_storage_does_not_answer_nothing_is_lost(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object) -> None:
            raise StorageUnavailable("the database does not answer")

        patch.setattr(process, "apply_deliveries", fail)
        with pytest.raises(StorageUnavailable):
            work(container, 0)
    assert state_of(container, delivery_id) == ("received", 0)
    assert [item.state for item in work(container, 0)] == [DeliveryState.PROCESSED]


def test_a_worker_claims_what_arrived_before_it_started_and_nothing_after(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    keep_one(container, store_id, signal(1))
    newest: list[int | None] = []

    def note(*_: Any, newest_at_start: int | None = None, **__: Any) -> list[AttemptResult]:
        newest.append(newest_at_start)
        keep_one(container, store_id, signal(1 + len(newest)))
        return []

    class Stopping:
        def is_set(self) -> bool:
            return len(newest) == 3

        def wait(self, _: float) -> None: ...

    monkeypatch.setattr(loop, "process_next", note)
    monkeypatch.setattr(loop, "_beat", lambda _: None)

    class Consumer:
        def check_worker_health(self) -> None: ...

    loop._work(container, Stopping(), Consumer())  # type: ignore[arg-type]  # the parts of them it uses
    assert newest == [1, 1, 1]
