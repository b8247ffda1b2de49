"""The inbox keeps each delivery once."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.domain.signals import SignalOrder
from receiver.storage import inbox, stores
from receiver.storage.inbox import NewDelivery
from receiver.storage.locked_stores import LockedStores
from receiver.storage.tables import Delivery
from tests.fakes import FrozenClock
from tests.signals import add_shop, claim, end_attempt, keep, new_delivery, row
from tests.threads import run_together


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def test_a_batch_answers_for_each_in_its_order(container: Container, store_id: str):
    first = keep(container, store_id, b"b", b"a", b"b")
    assert [item.duplicate for item in first] == [False, False, True]
    assert first[0].id == first[2].id != first[1].id
    second = keep(container, store_id, b"a", b"c")
    assert [item.duplicate for item in second] == [True, False]
    assert second[0].id == first[1].id
    assert [row(container, item.id).duplicates for item in first] == [1, 1, 1]


def test_batches_of_any_size_keep_each_once_by_statements_of_few_sizes(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    real, sizes = inbox._sqlite_insert, set()
    monkeypatch.setattr(inbox, "_sqlite_insert", lambda rows: (sizes.add(rows), real(rows))[1])
    for size in range(1, 41):
        deliveries = keep(container, store_id, *(b"%d of %d" % (number, size) for number in range(size)))
        assert [item.duplicate for item in deliveries] == [False] * size
        assert [row(container, item.id).body for item in deliveries[:: size - 1 or 1]] == [
            b"%d of %d" % (number, size) for number in range(size)[:: size - 1 or 1]
        ]
        assert keep(container, store_id, b"0 of %d" % size)[0].duplicate
    with container.database.reading() as session:
        assert session.query(Delivery).count() == sum(range(1, 41))
    assert len(sizes) <= 12  # none where another database takes all sizes in one


def test_headers_come_back_as_they_were_whatever_is_in_them(container: Container, store_id: str):
    headers = [["user-agent", 'a "quoted" \\ \t\x1f é 店 \U0001f600'], ['odd "name"', ""]]
    new = replace(new_delivery(store_id, b"a", container.now()), headers=headers)
    with container.database.writing() as session:
        (delivery,) = inbox.keep(session, [new])
    assert row(container, delivery.id).headers == headers


def test_an_empty_batch_keeps_nothing(container: Container):
    with container.database.writing() as session:
        assert inbox.keep(session, []) == []


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.DEAD])
def test_a_duplicate_of_what_came_to_nothing_queues_it_again(
    container: Container, store_id: str, clock: FrozenClock, state: DeliveryState
):
    (delivery,) = keep(container, store_id, b"a")
    later = {"due_at": container.now() + timedelta(days=1)} if state is DeliveryState.FAILED else {}
    end_attempt(container, claim(container)[0], state, error="no", **later)
    clock.move(minutes=1)
    assert claim(container) == []
    assert keep(container, store_id, b"a")[0].duplicate
    again = row(container, delivery.id)
    assert (again.state, again.duplicates, again.tries, again.ended_at) == ("received", 1, 0, None)
    assert [item.id for item in claim(container)] == [delivery.id]


@pytest.mark.parametrize("state", [DeliveryState.PROCESSED, DeliveryState.IGNORED])
def test_a_duplicate_of_what_is_done_is_only_counted(
    container: Container, store_id: str, state: DeliveryState
):
    (delivery,) = keep(container, store_id, b"a")
    end_attempt(container, claim(container)[0], state)
    keep(container, store_id, b"a")
    processed = row(container, delivery.id)
    assert (processed.state, processed.duplicates, processed.due_at) == (state, 1, None)
    assert claim(container) == []


def test_a_duplicate_of_what_is_in_hand_leaves_it_there(container: Container, store_id: str):
    keep(container, store_id, b"a")
    (claimed,) = claim(container)
    keep(container, store_id, b"a")
    end_attempt(container, claimed, DeliveryState.PROCESSED)


def test_the_body_of_a_dead_one_comes_back_with_its_duplicate(container: Container, store_id: str):
    (delivery,) = keep(container, store_id, b"a")
    end_attempt(container, claim(container)[0], DeliveryState.DEAD, error="no")
    with container.database.writing() as session:
        session.get_one(Delivery, delivery.id).body = None
    keep(container, store_id, b"a")
    assert row(container, delivery.id).body == b"a"


def test_writers_with_the_same_rows_in_another_order_do_not_block_each_other(
    container: Container, store_id: str
):
    batches = [[b"%d/%d" % (batch, number) for number in range(200)] for batch in range(4)]
    deliveries, start = [], Barrier(4, timeout=60)

    def write(step: int) -> None:
        for batch in batches:
            start.wait()
            deliveries.extend(keep(container, store_id, *batch[::step]))

    run_together(*(lambda step=step: write(step) for step in (1, -1) * 2))
    assert sum(not item.duplicate for item in deliveries) == 800
    assert sum(item.duplicate for item in deliveries) == 2400


def test_a_batch_is_written_in_one_order_however_it_came(container: Container, store_id: str):
    first, second = sorted(
        (new_delivery(store_id, body, container.now()) for body in (b"a", b"b")), key=_identity
    )
    deliveries: list[inbox.StoredDelivery] = []

    def write_both() -> None:
        with container.database.writing() as session:
            deliveries.extend(inbox.keep(session, [second, first]))

    other = Thread(target=write_both)
    with container.database.writing() as session:
        inbox.keep(session, [first])
        other.start()
        time.sleep(0.3)  # the other waits for our first, and must not hold the second meanwhile
        inbox.keep(session, [second])
    other.join(120)
    assert [item.duplicate for item in deliveries] == [True, True]


def _identity(delivery: NewDelivery) -> str:
    return delivery.identity


def test_a_delivery_never_shows_its_bytes_by_accident(container: Container, store_id: str):
    assert "a secret" not in repr(new_delivery(store_id, b"a secret", container.now()))


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite's writers wait for each other anyway
@pytest.mark.parametrize("hold", ["by their signals", "one by one", "to decide"])
def test_deliveries_of_stores_come_in_while_a_worker_holds_them(
    container: Container, store_id: str, hold: str
):
    ids = [store_id, add_shop(container, "https://other.example/").id]
    order = SignalOrder("install", 1, container.now())
    with container.database.writing() as session:
        if hold == "by their signals":
            LockedStores(session, ids, orders=[(item, order) for item in ids])
        elif hold == "one by one":
            for item in ids:
                stores.get_store(session, item, locked=True)
        else:
            stores.lock_stores(session, ids)
        new = [new_delivery(item, item.encode(), container.now()) for item in ids]
        with container.database.autocommit_connection() as driver:
            assert len(inbox.insert_new(driver, new)) == 2
