"""No store waits behind another's queue, and what one store alone has waiting is worked off at full rate."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from receiver.container import Container
from receiver.storage import delivery_queue, turns
from receiver.storage.delivery_queue import ClaimedDelivery
from receiver.storage.tables import Delivery
from tests.signals import add_shop, keep, row

LEASE = timedelta(minutes=5)


def claim(container: Container, limit: int) -> list[ClaimedDelivery]:
    with container.database.writing() as session:
        return delivery_queue.claim(session, container.now(), limit, LEASE)


def keep_many(container: Container, store_id: str, count: int, first: int = 0) -> None:
    keep(container, store_id, *(b"%d" % number for number in range(first, first + count)))


def shares(container: Container, claims: list[ClaimedDelivery]) -> Counter[str | None]:
    return Counter(row(container, item.id).store_id for item in claims)


@pytest.fixture
def stores(container: Container) -> list[str]:
    return [add_shop(container, url=f"https://shop{number}.example/").id for number in range(4)]


def test_a_store_with_one_delivery_is_in_the_next_batch_whatever_waits_before_it(container, stores, clock):
    keep_many(container, stores[0], 500)
    clock.move(seconds=1)
    keep_many(container, stores[1], 1)
    assert shares(container, claim(container, 10)) == {stores[0]: 9, stores[1]: 1}


def test_stores_that_all_have_queues_share_a_batch_alike(container, stores, clock):
    for store_id in stores:
        keep_many(container, store_id, 50)
        clock.move(seconds=1)
    for _ in range(3):
        assert shares(container, claim(container, 12)) == dict.fromkeys(stores, 3)


def test_a_store_alone_has_the_whole_batch_in_its_order(container, stores, clock):
    for _ in range(3):
        keep_many(container, stores[0], 4)
        clock.move(seconds=1)
    keep(container, stores[0], *(b"x%d" % number for number in range(20)))
    first = [row(container, item.id).received_at for item in claim(container, 20)]
    assert len(first) == 20
    assert first == sorted(first)


def test_what_waits_for_a_later_try_holds_no_place_in_the_round(container, stores):
    for store_id in stores:
        keep_many(container, store_id, 20)
    with container.database.writing() as session:
        later = update(Delivery).where(Delivery.store_id.in_(stores[:2]))
        session.execute(later.values(state="failed", due_at=container.now() + timedelta(hours=1)))
    assert shares(container, claim(container, 10)) == dict.fromkeys(stores[2:], 5)


def test_where_more_stores_wait_than_a_batch_takes_those_that_wait_longest_come_first(
    container, stores, clock
):
    for store_id in stores:
        keep_many(container, store_id, 30)
        clock.move(seconds=1)
    assert shares(container, claim(container, 2)) == dict.fromkeys(stores[:2], 1)
    # Their next ones came before the others' first, and have no turn before those had theirs.
    assert shares(container, claim(container, 6)) == Counter(
        {stores[0]: 2, stores[1]: 2, stores[2]: 1, stores[3]: 1}
    )


def test_what_comes_while_a_flood_waits_is_in_the_next_batch_and_all_of_the_flood_is_done(
    container, stores, clock, monkeypatch
):
    monkeypatch.setattr(turns, "LONGEST_WAITING", 6)
    monkeypatch.setattr(turns, "NEWEST", 3)
    keep_many(container, stores[0], 40)
    clock.move(seconds=1)
    keep_many(container, stores[1], 1)  # what a worker finds in the middle when it starts waits its time
    clock.move(seconds=1)
    keep_many(container, stores[0], 40, first=40)
    clock.move(seconds=1)
    keep_many(container, stores[2], 1)
    assert shares(container, claim(container, 4)) == {stores[0]: 3, stores[2]: 1}
    claimed_later = sum((shares(container, claim(container, 4)) for _ in range(20)), Counter())
    assert claimed_later == {stores[0]: 77, stores[1]: 1}


def test_tiktoks_own_webhooks_have_a_lane_beside_the_stores(container, stores, clock):
    keep_many(container, stores[0], 100)
    clock.move(seconds=1)
    (notice,) = keep(container, stores[1], b"notice")
    with container.database.writing() as session:
        session.execute(update(Delivery).where(Delivery.id == notice.id).values(store_id=None))
    assert notice.id in {item.id for item in claim(container, 5)}


def test_two_workers_share_a_crowd_without_taking_anything_twice(container, stores):
    for store_id in stores:
        keep_many(container, store_id, 20)
    with container.database.writing() as first:
        claims = delivery_queue.claim(first, container.now(), 8, LEASE)
        if container.database.is_sqlite:  # where only one writes at a time
            return
        others = claim(container, 8)
    assert len(others) == 8
    assert not {item.id for item in claims} & {other.id for other in others}


def test_a_crowd_is_claimed_from_an_index_alone_and_never_from_all_that_waits(container, stores):
    """As SQLite plans it; PostgreSQL plans by how much there is, which a test has too little of."""
    if not container.database.is_sqlite:
        return
    for store_id in stores:
        keep_many(container, store_id, 30)
    statements: list[tuple[str, Any]] = []
    event.listen(
        container.database.engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3]))
    )
    claim(container, 10)
    selects = [item for item in statements if "ORDER BY" in item[0] and "store_id" in item[0]]
    assert [parameters[-2:] for _, parameters in selects] == [(turns.LONGEST_WAITING, 0), (turns.NEWEST, 0)]
    with container.database.autocommit_connection() as driver:
        steps = [
            step[3]
            for sql, parameters in selects
            for step in driver.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        ]
    assert steps == ["SEARCH deliveries USING COVERING INDEX ix_deliveries_waiting (due_at<?)"] * 2
