"""A batch that is claimed ahead is processed once, and left alone where it is not ours any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.errors import StorageUnavailable
from receiver.services.deliveries import apply_signal, claims, process
from receiver.services.deliveries.claims import LEASE, Batch, ClaimsAhead, claim_batch
from receiver.services.deliveries.process import AttemptResult, process_next
from receiver.storage.inbox import HeldDelivery
from receiver.storage.tables import Delivery
from receiver.worker import loop
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, keep_one, row, signal

LIMIT = 3


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


@pytest.fixture
def claimed(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The ids of each claim that was made, in their order."""
    made: list[list[int]] = []

    def noted(*given: Any) -> Batch:
        batch = claim_batch(*given)
        made.append([claim.id for claim in batch.claims])
        return batch

    monkeypatch.setattr(claims, "claim_batch", noted)
    return made


@pytest.fixture
def ahead(container: Container) -> Iterator[ClaimsAhead]:
    made = ClaimsAhead(container.database)
    yield made
    made.close(container.now())


def work(container: Container, ahead: ClaimsAhead, *, further: bool = True) -> list[int]:
    """Process a batch of LIMIT; the ids of its deliveries."""
    batch = ahead.take(container.now(), LIMIT, further=further)
    return [item.delivery_id for item in process_next(container.database, container.now(), claimed=batch)]


def keep_signals(container: Container, store_id: str, count: int) -> list[int]:
    return [keep_one(container, store_id, signal(seq)) for seq in range(1, count + 1)]


def test_batches_that_are_claimed_ahead_follow_each_other_until_nothing_waits(
    container: Container, store_id: str, ahead: ClaimsAhead, claimed: list[list[int]]
):
    ids = keep_signals(container, store_id, 7)
    done = [work(container, ahead) for _ in range(4)]
    assert done == [ids[:3], ids[3:6], ids[6:], []]
    assert claimed == done
    assert [(len(attempts(container, item)), row(container, item).tries) for item in ids] == [(1, 1)] * 7


def test_the_next_batch_is_claimed_while_one_is_worked_off_where_a_database_lets_two_write(
    container: Container, store_id: str, ahead: ClaimsAhead, monkeypatch: pytest.MonkeyPatch
):
    *_, last = keep_signals(container, store_id, LIMIT + 1)
    states: list[str] = []
    real = process.apply_deliveries

    def once_it_is_claimed(session: Session, *given: Any) -> Any:
        if ahead._next is not None:
            ahead._next.result()
        states.append(session.execute(select(Delivery.state).where(Delivery.id == last)).scalar_one())
        return real(session, *given)

    monkeypatch.setattr(process, "apply_deliveries", once_it_is_claimed)
    work(container, ahead)
    assert states == ["received" if container.database.is_sqlite else "processing"]


def test_what_was_claimed_ahead_is_given_back_when_the_worker_stops(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_signals(container, store_id, 2 * LIMIT)
    stopping = Event()

    def process_one(*given: Any, **how: Any) -> list[AttemptResult]:
        done = process_next(*given, **how)
        stopping.set()
        return done

    monkeypatch.setattr(loop, "BATCH", LIMIT)
    monkeypatch.setattr(loop, "process_next", process_one)
    loop.run(container, stopping, jobs=())
    assert [(row(container, item).state, row(container, item).tries) for item in ids[LIMIT:]] == [
        ("received", 0)
    ] * LIMIT
    assert [item.delivery_id for item in process_next(container.database, container.now())] == ids[LIMIT:]


def test_nothing_is_claimed_ahead_of_decisions_which_take_long(
    container: Container,
    store_id: str,
    ahead: ClaimsAhead,
    monkeypatch: pytest.MonkeyPatch,
    claimed: list[list[int]],
):
    ids = keep_signals(container, store_id, 3 * LIMIT)
    monkeypatch.setattr(loop, "BATCH", LIMIT)
    monkeypatch.setattr(loop, "DECIDE_SECONDS", 0.0)
    touched = loop.TouchedStores()
    touched.add([store_id])
    loop.work_inbox(container, touched=touched, ahead=ahead)
    assert claimed == [ids[:LIMIT]]


def test_a_batch_whose_lease_is_over_is_claimed_anew(
    container: Container, store_id: str, ahead: ClaimsAhead, clock: FrozenClock
):
    ids = keep_signals(container, store_id, 2 * LIMIT)
    work(container, ahead)
    clock.move(seconds=LEASE.total_seconds())
    assert work(container, ahead) == ids[LIMIT:]
    assert [len(attempts(container, item)) for item in ids] == [1] * len(ids)


def test_what_another_worker_took_over_meanwhile_is_left_to_it(
    container: Container, store_id: str, clock: FrozenClock
):
    ids = keep_signals(container, store_id, LIMIT)
    ours = claim_batch(container.database, clock(), LIMIT, lambda: 0.0)
    clock.move(seconds=LEASE.total_seconds())
    theirs = claim_batch(container.database, clock(), LIMIT, lambda: 0.0)
    assert process_next(container.database, clock(), claimed=ours) == []
    assert [item.delivery_id for item in process_next(container.database, clock(), claimed=theirs)] == ids


def test_a_body_that_was_erased_after_the_claim_is_not_applied(
    container: Container, store_id: str, clock: FrozenClock
):
    erased, stays = keep_signals(container, store_id, 2)
    batch = claim_batch(container.database, clock(), LIMIT, lambda: 0.0)
    with container.database.writing() as session:
        session.get_one(Delivery, erased).body = None
    assert [item.delivery_id for item in process_next(container.database, clock(), claimed=batch)] == [stays]
    clock.move(seconds=LEASE.total_seconds())
    assert [(item.delivery_id, item.state) for item in process_next(container.database, clock())] == [
        (erased, DeliveryState.DEAD)
    ]


def test_one_that_cannot_be_read_ahead_fails_alone_when_it_is_its_turn(
    container: Container, store_id: str, ahead: ClaimsAhead, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_signals(container, store_id, LIMIT)
    real = apply_signal.read_event

    def read_event(delivery: HeldDelivery) -> Any:
        if delivery.id == ids[1]:
            raise RuntimeError("broke")
        return real(delivery)

    monkeypatch.setattr(apply_signal, "read_event", read_event)
    assert work(container, ahead) == ids
    assert [row(container, item).state for item in ids] == ["processed", "failed", "processed"]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # nothing is claimed ahead on SQLite
def test_a_claim_ahead_that_fails_is_known_when_it_is_wanted_and_made_again(
    container: Container, store_id: str, ahead: ClaimsAhead, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_signals(container, store_id, 2 * LIMIT)
    answers: list[Callable[..., Batch]] = [claim_batch, _unavailable, claim_batch, claim_batch]
    monkeypatch.setattr(claims, "claim_batch", lambda *given: answers.pop(0)(*given))
    assert work(container, ahead) == ids[:LIMIT]
    with pytest.raises(StorageUnavailable):
        work(container, ahead)
    assert work(container, ahead) == ids[LIMIT:]


def _unavailable(*_: Any) -> Batch:
    raise StorageUnavailable("gone")
