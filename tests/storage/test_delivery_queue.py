"""The queue hands each delivery to one worker at a time, the oldest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.errors import Refused
from receiver.storage import delivery_queue
from receiver.storage.delivery_queue import ClaimedDelivery
from receiver.storage.tables import Delivery
from tests.fakes import FrozenClock
from tests.signals import LEASE, add_shop, claim, end_attempt, keep
from tests.threads import run_together


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def test_the_oldest_is_claimed_first(container: Container, store_id: str, clock: FrozenClock):
    ids = []
    for body in (b"a", b"b", b"c"):
        ids += [item.id for item in keep(container, store_id, body)]
        clock.move(seconds=1)
    assert [item.id for item in claim(container, 2)] == ids[:2]
    assert [item.id for item in claim(container, 2)] == ids[2:]
    assert claim(container) == []


def test_what_is_not_due_yet_waits(container: Container, store_id: str, clock: FrozenClock):
    keep(container, store_id, b"a")
    end_attempt(
        container, claim(container)[0], DeliveryState.FAILED, due_at=container.now() + timedelta(minutes=10)
    )
    clock.move(minutes=9)
    assert claim(container) == []
    clock.move(minutes=1)
    assert [item.tries for item in claim(container)] == [2]


def test_a_lease_that_is_over_frees_the_delivery_and_the_late_worker_has_lost_it(
    container: Container, store_id: str, clock: FrozenClock
):
    keep(container, store_id, b"a")
    (first,) = claim(container)
    clock.move(minutes=4)
    assert claim(container) == []
    clock.move(minutes=1)
    (second,) = claim(container)
    assert (second.id, second.tries) == (first.id, 2)
    with container.database.writing() as session:
        assert [row.tries for row in delivery_queue.lock_claimed(session, [first, second])] == [2]


def test_a_claim_reads_no_more_of_a_long_queue_than_it_takes(container: Container, store_id: str):
    """As SQLite plans it; PostgreSQL plans by how much there is, which a test has too little of."""
    if not container.database.is_sqlite:
        return
    statements: list[tuple[str, Any]] = []
    event.listen(
        container.database.engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3]))
    )
    claim(container)
    (statement, parameters) = next(item for item in statements if item[0].startswith("SELECT"))
    with container.database.autocommit_connection() as driver:
        plan = [step[3] for step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert len(plan) == 1, plan  # no step that sorts
    assert "COVERING INDEX ix_deliveries_waiting (due_at" in plan[0]


def test_what_is_given_back_is_as_if_never_claimed(container: Container, store_id: str):
    keep(container, store_id, b"a")
    (claimed,) = claim(container)
    with container.database.writing() as session:
        delivery_queue.give_back(session, delivery_queue.lock_claimed(session, [claimed]), container.now())
    assert [(item.id, item.tries) for item in claim(container)] == [(claimed.id, 1)]


def test_two_workers_never_have_one_delivery(container: Container, store_id: str):
    keep(container, store_id, *(b"%d" % number for number in range(60)))
    claimed: list[ClaimedDelivery] = []
    start = Barrier(4)

    def work() -> None:
        start.wait()
        for _ in range(12):
            claimed.extend(claim(container, 5))

    run_together(*[work] * 4)
    assert len(claimed) == len({item.id for item in claimed}) == 60


def test_only_what_is_ours_can_be_held(container: Container, store_id: str):
    keep(container, store_id, b"a")
    (claimed,) = claim(container)
    with container.database.writing() as session:
        late = claimed.lease_until + LEASE
        others = [replace(claimed, tries=2), replace(claimed, id=9999), replace(claimed, lease_until=late)]
        assert [delivery_queue.lock_claimed(session, [other]) for other in others] == [[], [], []]


def test_what_was_erased_after_its_claim_is_not_held_and_claimed_anew_without_its_body(
    container: Container, store_id: str, clock: FrozenClock
):
    deliveries = keep(container, store_id, b"a", b"b")
    claims = claim(container)
    with container.database.writing() as session:
        session.get_one(Delivery, deliveries[0].id).body = None
    with container.database.writing() as session:
        assert [(row.id, row.body) for row in delivery_queue.lock_claimed(session, claims)] == [
            (deliveries[1].id, b"b")
        ]
    clock.move(seconds=LEASE.total_seconds())
    assert [item.content.body for item in claim(container) if item.id == deliveries[0].id] == [None]


def test_what_was_ignored_cannot_be_taken_again(container: Container, store_id: str):
    keep(container, store_id, b"a")
    (claimed,) = claim(container)
    end_attempt(container, claimed, DeliveryState.IGNORED)
    with container.database.writing() as session, pytest.raises(Refused, match="cannot become processing"):
        delivery_queue.take_again(session.get_one(Delivery, claimed.id))


def test_a_state_that_may_not_follow_is_refused(container: Container, store_id: str):
    (delivery,) = keep(container, store_id, b"a")
    with container.database.writing() as session, pytest.raises(Refused, match="cannot become failed"):
        delivery_queue.finish(session.get_one(Delivery, delivery.id), DeliveryState.FAILED, container.now())
