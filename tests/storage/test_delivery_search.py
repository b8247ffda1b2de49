"""Deliveries in pages: the newest first, none twice, none left out, whatever leads to them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from receiver.domain.deliveries import DeliveryFilters, DeliveryState
from receiver.storage import deliveries
from receiver.storage.deliveries import count_states, search_deliveries
from receiver.storage.erasure import erase
from receiver.storage.tables import Delivery, Store
from tests.signals import add_shop, keep_one, signal


@pytest.fixture
def delivery_ids(container, clock):
    """The ids of seven deliveries, received a minute apart; the fourth is dead."""
    store, ids = add_shop(container).id, []
    for seq in range(1, 8):
        ids.append(keep_one(container, store, signal(seq)))
        clock.move(minutes=1)
    with container.database.writing() as session:
        failed = session.get(Delivery, ids[3])
        failed.state, failed.error = "dead", "home_url: is not ours"
    return ids


def read_all_pages(container, filters, limit=2):
    after, ids = None, []
    with container.database.reading() as session:
        while True:
            page = search_deliveries(session, filters, after=after, limit=limit)
            assert len(page.rows) <= limit
            ids += [row.id for row in page.rows]
            if page.next is None:
                return ids
            after = int(page.next)


def test_pages_follow_each_other_whatever_index_leads(container, delivery_ids):
    newest_first = delivery_ids[::-1]
    with container.database.reading() as session:
        item = session.scalars(select(Delivery)).first()
    began = item.received_at
    whole = (
        {},
        {"store": item.store_id},
        {"topic": item.topic},
        {"delivery": item.delivery_id},
        {"since": began},
    )
    for filters in (
        *whole,
        {"ids": tuple(delivery_ids)},
        {"source": "woocommerce"},
        {"search": item.topic[3:9]},
    ):
        assert read_all_pages(container, DeliveryFilters(**filters)) == newest_first, filters
    assert read_all_pages(container, DeliveryFilters(state=DeliveryState.DEAD)) == [delivery_ids[3]]
    assert read_all_pages(container, DeliveryFilters(search="NOT OURS", store=item.store_id)) == [
        delivery_ids[3]
    ]
    assert (
        read_all_pages(
            container, DeliveryFilters(since=began + timedelta(minutes=2), until=began + timedelta(minutes=5))
        )
        == (newest_first[2:5])
    )


def test_what_came_late_into_the_inbox_stands_at_its_time_where_times_are_asked_for(container, delivery_ids):
    with container.database.writing() as session:
        first, last = session.get(Delivery, delivery_ids[0]), session.get(Delivery, delivery_ids[-1])
        since, last.received_at = first.received_at, first.received_at
    assert read_all_pages(container, DeliveryFilters(since=since)) == [
        *delivery_ids[5:0:-1],
        delivery_ids[-1],
        delivery_ids[0],
    ]


def test_one_look_goes_through_so_many_only_and_says_where_to_go_on(container, delivery_ids, monkeypatch):
    monkeypatch.setattr(deliveries, "SCANNED_ROWS", 2)
    with container.database.reading() as session:
        page = search_deliveries(session, DeliveryFilters(search="not ours"), after=None, limit=2)
    assert (list(page.rows), page.next, page.count, page.is_all) == ([], str(delivery_ids[5]), 0, False)
    assert read_all_pages(container, DeliveryFilters(search="not ours")) == [delivery_ids[3]]


def test_counting_ends_where_nobody_wants_to_know(container, delivery_ids, monkeypatch):
    monkeypatch.setattr(deliveries, "COUNT_LIMIT", 5)
    with container.database.reading() as session:
        assert search_deliveries(
            session, DeliveryFilters(state=DeliveryState.DEAD), after=None, limit=2
        ).is_all
        many = search_deliveries(session, DeliveryFilters(), after=None, limit=2)
    assert (many.count, many.is_all) == (5, False)


def test_several_stores_are_searched_as_one_in_the_order_of_the_pages(
    container, delivery_ids, clock, monkeypatch
):
    with container.database.reading() as session:
        first = session.get(Delivery, delivery_ids[0]).store_id
    others = [add_shop(container, url=f"https://{n}.example/").id for n in range(2)]
    mixed = [keep_one(container, [*others, first][seq % 3], signal(seq)) for seq in range(10, 16)]
    of_two = [number for number, seq in zip(mixed, range(10, 16), strict=True) if seq % 3 != 1]
    filters = DeliveryFilters(stores=(first, others[0]))
    assert read_all_pages(container, filters) == [*of_two[::-1], *delivery_ids[::-1]]
    monkeypatch.setattr(deliveries, "COUNT_LIMIT", 2)  # of each store in one look
    assert read_all_pages(container, filters) == [*of_two[::-1], *delivery_ids[::-1]]
    assert read_all_pages(
        container, DeliveryFilters(stores=(first, others[0]), state=DeliveryState.DEAD)
    ) == [delivery_ids[3]]


def test_states_are_counted_where_an_index_finds_what_fits_and_up_to_a_bound(
    container, delivery_ids, monkeypatch
):
    def counts(**filters):
        with container.database.reading() as session:
            return count_states(session, DeliveryFilters(**filters))

    with container.database.reading() as session:
        item = session.get(Delivery, delivery_ids[0])
    assert counts() == {state: {"received": 6, "dead": 1}.get(state, 0) for state in DeliveryState}
    for filters in ({"store": item.store_id}, {"stores": (item.store_id,)}, {"since": item.received_at}):
        assert counts(**filters) == {"received": 6, "dead": 1}, filters
    assert counts(store=item.store_id, until=item.received_at) == {}
    assert counts(search="not ours") is None
    monkeypatch.setattr(deliveries, "COUNT_LIMIT", 3)
    assert counts()["received"] == 4  # more than 3
    assert counts(store=item.store_id) is None


def test_counts_by_store_and_time_hold_where_the_newest_came_later(container, delivery_ids, monkeypatch):
    monkeypatch.setattr(deliveries, "COUNT_LIMIT", 2)
    with container.database.reading() as session:
        first = session.get(Delivery, delivery_ids[0])
        for stores in ({"store": first.store_id}, {"stores": (first.store_id, "st_other")}):
            filters = DeliveryFilters(until=first.received_at + timedelta(minutes=2), **stores)
            assert count_states(session, filters) == {DeliveryState.RECEIVED: 2}


def finish(container, ids):
    with container.database.writing() as session:
        for number in ids:
            session.get(Delivery, number).due_at = None


def test_what_waits_and_what_ended_of_a_store_is_one_listing(container, delivery_ids):
    other = add_shop(container, url="https://other.example/").id
    keep_one(container, other, signal(1, home_url="https://other.example/"))
    finish(container, delivery_ids[::2])
    with container.database.reading() as session:
        store = session.get(Delivery, delivery_ids[0]).store_id
        assert deliveries.last_of_store(session, store) == session.get(Delivery, delivery_ids[-1]).received_at
        waits = deliveries.next_to_replay(
            session,
            DeliveryFilters(store=store),
            after=0,
            up_to=delivery_ids[-1],
            limit=9,
            now=container.now(),
        )
    assert [number for number, _ in waits] == delivery_ids
    assert read_all_pages(container, DeliveryFilters(store=store)) == delivery_ids[::-1]
    assert read_all_pages(container, DeliveryFilters(stores=(store, other)))[1:] == delivery_ids[::-1]


@pytest.mark.parametrize("database_kind", ["sqlite"])  # an empty PostgreSQL plans nothing along an index
def test_whatever_asks_for_a_stores_deliveries_walks_along_an_index_by_store(container, delivery_ids):
    statements = []
    event.listen(
        container.database.engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3]))
    )
    of_one, of_both = DeliveryFilters(store="st_1"), DeliveryFilters(stores=("st_1", "st_2"))
    with container.database.writing() as session:
        for filters in (of_one, of_both):
            search_deliveries(session, filters, after=9, limit=3)
            count_states(session, filters)
            deliveries.count_deliveries(session, filters, container.now())
            deliveries.next_to_replay(session, filters, after=0, up_to=9, limit=3, now=container.now())
        deliveries.last_of_store(session, "st_1")
        erase(session, session.scalars(select(Store)).first())
    of_deliveries = [item for item in statements if " deliveries" in item[0]]
    with container.database.autocommit_connection() as driver:
        plans = [
            step[3]
            for statement, parameters in of_deliveries
            for step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    read = {re.sub(r".* USING (COVERING )?| \(.*", "", step) for step in plans if "deliveries" in step}
    assert read == {
        "INTEGER PRIMARY KEY",
        "INDEX ix_deliveries_ended_of_store",
        "INDEX ix_deliveries_waiting",
    }
