"""Deliveries in pages: the newest first, none twice, none left out, whatever leads to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver.domain.deliveries import DeliveryFilters
from receiver.storage import deliveries
from receiver.storage.deliveries import search_deliveries
from receiver.storage.tables import Delivery
from tests.signals import add_shop, keep_one, signal


@pytest.fixture
def kept(container, clock):
    """Seven deliveries, a minute apart; the fourth failed."""
    store, ids = add_shop(container).id, []
    for seq in range(1, 8):
        ids.append(keep_one(container, store, signal(seq)))
        clock.move(minutes=1)
    with container.database.writing() as session:
        failed = session.get(Delivery, ids[3])
        failed.state, failed.error = "dead", "home_url: is not ours"
    return ids


def pages(container, filters, limit=2):
    after, found = None, []
    with container.database.reading() as session:
        while True:
            page = search_deliveries(session, filters, after=after, limit=limit)
            assert len(page.rows) <= limit
            found += [row.id for row in page.rows]
            if page.next is None:
                return found
            after = int(page.next)


def test_pages_follow_each_other_whatever_index_leads(container, kept):
    newest_first = kept[::-1]
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
    for said in (*whole, {"ids": tuple(kept)}, {"source": "woocommerce"}, {"search": item.topic[3:9]}):
        assert pages(container, DeliveryFilters(**said)) == newest_first, said
    assert pages(container, DeliveryFilters(state="dead")) == [kept[3]]
    assert pages(container, DeliveryFilters(search="NOT OURS", store=item.store_id)) == [kept[3]]
    assert (
        pages(
            container, DeliveryFilters(since=began + timedelta(minutes=2), until=began + timedelta(minutes=5))
        )
        == (newest_first[2:5])
    )


def test_what_came_late_into_the_inbox_stands_at_its_time_where_times_are_asked_for(container, kept):
    with container.database.writing() as session:
        first, last = session.get(Delivery, kept[0]), session.get(Delivery, kept[-1])
        since, last.received_at = first.received_at, first.received_at
    assert pages(container, DeliveryFilters(since=since)) == [*kept[5:0:-1], kept[-1], kept[0]]


def test_one_look_goes_through_so_many_only_and_says_where_to_go_on(container, kept, monkeypatch):
    monkeypatch.setattr(deliveries, "LOOKED_THROUGH", 2)
    with container.database.reading() as session:
        page = search_deliveries(session, DeliveryFilters(search="not ours"), after=None, limit=2)
    assert (list(page.rows), page.next, page.count, page.is_all) == ([], str(kept[5]), 0, False)
    assert pages(container, DeliveryFilters(search="not ours")) == [kept[3]]


def test_counting_ends_where_nobody_wants_to_know(container, kept, monkeypatch):
    monkeypatch.setattr(deliveries, "COUNTED", 5)
    with container.database.reading() as session:
        assert search_deliveries(session, DeliveryFilters(state="dead"), after=None, limit=2).is_all
        many = search_deliveries(session, DeliveryFilters(), after=None, limit=2)
    assert (many.count, many.is_all) == (5, False)
