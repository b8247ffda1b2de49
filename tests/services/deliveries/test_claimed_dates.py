"""What a store may assert of its dates, and what of it counts; each test oversteps one bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receiver.container import Container
from receiver.services.connections.disconnect import erase_store
from receiver.services.connections.move_store import move_store
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage.tables import Link, Store
from tests.conftest import on_both_databases
from tests.services.deliveries.test_apply_signal import Shop, state
from tests.signals import ACCOUNT, BEGAN, OTHER_ACCOUNT, add_shop, link_signal, signal

JOINED = BEGAN + timedelta(days=10)
RECEIVED = JOINED + timedelta(hours=1)
EARLY = BEGAN - timedelta(days=300)
ELSEWHERE = "https://moved.example/"
OTHER_INSTALL = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def database_kind() -> str:
    """SQLite, except in the tests marked for both databases."""
    return "sqlite"


@pytest.fixture
def shop(container: Container):
    store_id = add_shop(container, joined_at=JOINED).id
    with container.database.reading() as session:
        yield Shop(session, store_id)


def sent_at(moment: datetime) -> dict[str, Any]:
    return {"at": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}


def link_of(shop: Shop, number: str = ACCOUNT) -> Link:
    return shop.links[number]


def test_a_backdated_link_counts_from_joining_is_kept_as_a_claim_and_is_not_exact(shop: Shop):
    shop.apply(link_signal(1, **sent_at(EARLY)), received_at=RECEIVED)
    link = link_of(shop)
    assert (link.linked_at, link.claimed_at, link.exact) == (JOINED, EARLY, False)


def test_a_backdated_set_up_counts_from_joining_and_is_kept_as_a_claim(shop: Shop):
    shop.apply(signal(1, "integration_set_up", **sent_at(EARLY)), received_at=RECEIVED)
    assert (shop.row.set_up_at, shop.row.set_up_claimed_at, shop.row.installed_at) == (JOINED, EARLY, JOINED)


def test_a_link_of_the_future_counts_from_when_it_was_received_and_is_not_exact(shop: Shop):
    ahead = RECEIVED + timedelta(days=2)
    shop.apply(link_signal(1, **sent_at(ahead)), received_at=RECEIVED)
    link = link_of(shop)
    assert (link.linked_at, link.claimed_at, link.exact) == (RECEIVED, ahead, False)


def test_a_link_told_days_later_is_not_exact(shop: Shop):
    linked = JOINED + timedelta(hours=2)
    shop.apply(link_signal(1, **sent_at(linked)), received_at=JOINED + timedelta(days=3))
    assert (link_of(shop).linked_at, link_of(shop).exact) == (linked, False)


def test_another_install_moves_no_date_earlier(shop: Shop):
    late = JOINED + timedelta(days=5)
    shop.apply(
        signal(7, "integration_set_up", **sent_at(late)), link_signal(8, **sent_at(late)), received_at=late
    )
    again = {"install_id": OTHER_INSTALL, **sent_at(JOINED)}
    shop.apply(signal(1, "integration_set_up", **again), link_signal(2, **again), received_at=late)
    assert (shop.row.set_up_at, link_of(shop).linked_at, link_of(shop).exact) == (late, late, True)


def test_a_switch_there_and_back_moves_no_date_and_opens_the_old_link(shop: Shop):
    first, last = JOINED + timedelta(days=1), JOINED + timedelta(days=2)
    shop.apply(link_signal(1, **sent_at(first)), received_at=first)
    switched = {"event": "account_switched"}
    shop.apply(link_signal(2, OTHER_ACCOUNT, **switched, **sent_at(last)), received_at=last)
    shop.apply(link_signal(3, **switched, **sent_at(JOINED)), received_at=last)
    assert (shop.open, link_of(shop).linked_at, link_of(shop).exact) == ([ACCOUNT], first, True)


def test_a_lost_and_renewed_link_keeps_its_first_date(shop: Shop):
    first, last = JOINED + timedelta(days=1), JOINED + timedelta(days=9)
    shop.apply(link_signal(1, exact=False, **sent_at(first)), received_at=first)
    shop.apply(signal(2, "link_lost", **sent_at(last)), link_signal(3, **sent_at(last)), received_at=last)
    assert (link_of(shop).linked_at, link_of(shop).exact) == (first, False)


@on_both_databases
def test_a_date_that_staff_recorded_is_earlier_than_joining_and_no_signal_moves_it(container: Container):
    store_id = add_shop(container, joined_at=JOINED).id
    arguments = {"store_id": store_id, "reason": "told", "evidence": "T-1", "actor": "ann"}
    with container.database.writing() as session:
        session.add(Link(store_id=store_id, advertiser_id=ACCOUNT, linked_at=JOINED, claimed_at=EARLY))
    for name in ("linked_at", "set_up_at"):
        record_staff_fact(container, name=name, value=EARLY.isoformat(), **arguments)
    with container.database.reading() as session:
        shop = Shop(session, store_id)
        shop.apply(link_signal(1), signal(2, "integration_set_up"), received_at=RECEIVED)
        link = link_of(shop)
        assert (shop.row.set_up_at, shop.row.set_up_claimed_at) == (EARLY, None)
        assert (link.linked_at, link.claimed_at, link.exact) == (EARLY, None, True)


@pytest.mark.parametrize("behind", [timedelta(hours=26), timedelta(days=40), -timedelta(days=2)])
def test_a_clock_that_is_off_is_measured_by_the_newest_signal(shop: Shop, behind: timedelta):
    shop.apply(signal(1, **sent_at(RECEIVED - behind)), received_at=RECEIVED)
    assert shop.row.clock_skew == -behind.total_seconds()
    shop.apply(signal(2, **sent_at(RECEIVED)), received_at=RECEIVED)
    assert shop.row.clock_skew == 0


OFF = [
    timedelta(hours=-26),
    timedelta(days=-40),
    timedelta(days=2),
    datetime(2000, 1, 1, tzinfo=UTC) - JOINED,
]


@on_both_databases
@pytest.mark.parametrize("off", OFF)
def test_a_clock_measured_as_the_state_was_read_changes_no_date(shop: Shop, off: timedelta):
    hour = timedelta(hours=1)
    report = state(1, True, False, **sent_at(RECEIVED + off))
    shop.apply_state(report, received_at=RECEIVED)
    assert shop.row.clock_skew == off.total_seconds()
    shop.apply(
        signal(2, "integration_set_up", **sent_at(RECEIVED + hour + off)),
        link_signal(3, **sent_at(RECEIVED + hour + off)),
        received_at=RECEIVED + hour,
    )
    link = link_of(shop)
    assert (shop.row.installed_at, shop.row.set_up_at) == (RECEIVED, RECEIVED + hour)
    assert (link.linked_at, link.claimed_at, link.exact) == (RECEIVED + hour, None, True)


@on_both_databases
def test_a_late_signal_of_a_right_clock_is_no_clock_that_is_behind(shop: Shop):
    shop.apply_state(state(1, True, False, **sent_at(RECEIVED)), received_at=RECEIVED)
    shop.apply(signal(2, **sent_at(RECEIVED)), received_at=RECEIVED + timedelta(hours=30))
    assert shop.row.clock_skew == 0
    ahead = RECEIVED + timedelta(hours=31)
    shop.apply(signal(3, **sent_at(ahead + timedelta(days=1))), received_at=ahead)
    assert shop.row.clock_skew == timedelta(days=1).total_seconds()  # no delay explains that


def test_a_late_link_is_not_exact_whatever_the_clock_was_measured(shop: Shop):
    off = timedelta(days=-40)
    shop.apply_state(state(1, True, False, **sent_at(RECEIVED + off)), received_at=RECEIVED)
    late = RECEIVED + timedelta(hours=47)
    shop.apply(link_signal(2, **sent_at(RECEIVED + timedelta(hours=2) + off)), received_at=late)
    assert (link_of(shop).linked_at, link_of(shop).exact) == (RECEIVED + timedelta(hours=2), False)


def test_a_clock_measured_long_ago_sets_nothing_right(shop: Shop):
    off = timedelta(days=-40)
    shop.apply_state(state(1, True, False, **sent_at(RECEIVED + off)), received_at=RECEIVED)
    long_after = RECEIVED + timedelta(days=3)
    shop.apply(link_signal(2, **sent_at(long_after)), received_at=long_after)
    assert (link_of(shop).linked_at, link_of(shop).exact) == (long_after, True)


@on_both_databases
def test_a_shop_that_was_erased_and_comes_back_joined_when_it_first_did(container: Container):
    first = add_shop(container, joined_at=JOINED).id
    leave(container, first)
    again = add_shop(container).id
    with container.database.reading() as session:
        store = session.get_one(Store, again)
        assert (store.joined_at, store.continues) == (JOINED, first)
        assert session.get_one(Store, first).continues is None


@on_both_databases
def test_a_shop_that_moved_is_known_again_where_it_moved_to_after_it_was_erased(container: Container):
    first = add_shop(container, joined_at=JOINED).id
    move(container, first, ELSEWHERE)
    leave(container, first)
    again = add_shop(container, ELSEWHERE).id
    with container.database.reading() as session:
        store = session.get_one(Store, again)
        assert (store.joined_at, store.continues) == (JOINED, first)


def test_a_shop_that_moves_to_where_another_was_erased_goes_on_from_it_and_joined_no_earlier(
    container: Container,
):
    first = add_shop(container, ELSEWHERE, joined_at=JOINED).id
    leave(container, first)
    second = add_shop(container).id
    move(container, second, ELSEWHERE)
    with container.database.reading() as session:
        store = session.get_one(Store, second)
        assert (store.joined_at, store.continues) == (container.now(), first)


def move(container: Container, store_id: str, url: str) -> None:
    move_store(container, store_id, url=url, reason="a new domain", actor="ann")


def leave(container: Container, store_id: str) -> None:
    disconnect_store(container, store_id, reason="asked", actor="ann")
    erase_store(container, store_id, reason="asked", actor="ann")
