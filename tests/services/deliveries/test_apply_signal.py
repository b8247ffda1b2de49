"""What a signal does to a store and its links: once, and the same in whatever order signals come."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.integrations.woocommerce.events import READ_BY_REST
from receiver.services.deliveries.apply_signal import apply_deliveries
from receiver.services.deliveries.result import ProcessingResult
from receiver.storage.tables import Delivery, Link, Signal, Store
from tests.signals import ACCOUNT, BEGAN, OTHER_ACCOUNT, SHOP, add_shop, body_of, link_signal, signal

LATER = BEGAN + timedelta(days=1)  # a signal that came by then was prompt
REINSTALL = "11111111-2222-4333-8444-555555555555"
SIGNAL = "action.wc_ad_credit_signal"


class Shop:
    """A store whose signals are applied in a transaction that is rolled back."""

    def __init__(self, session: Session, store_id: str) -> None:
        self.session, self.id = session, store_id

    def apply(
        self, *arguments: Any, received_at: datetime = LATER, topic: str = SIGNAL, headers: Any = ()
    ) -> list[ProcessingResult]:
        """Apply signals in one batch; return their results."""
        columns = {
            "id": 1,
            "source": "woocommerce",
            "store_id": self.id,
            "topic": topic,
            "received_at": received_at,
        }
        deliveries = [
            Delivery(body=body_of(argument), headers=list(headers), **columns) for argument in arguments
        ]
        return apply_deliveries(self.session, deliveries, received_at)

    def apply_state(self, argument: Any, received_at: datetime = LATER) -> ProcessingResult:
        """Apply a state as one that the service read by REST; return the result."""
        return self.apply(argument, received_at=received_at, headers=READ_BY_REST)[0]

    @property
    def row(self) -> Store:
        return self.session.get_one(Store, self.id, populate_existing=True)

    @property
    def links(self) -> dict[str, Link]:
        query = select(Link).where(Link.store_id == self.id)
        return {
            link.advertiser_id: link
            for link in self.session.scalars(query, execution_options={"populate_existing": True})
        }

    @property
    def open(self) -> list[str]:
        return [number for number, link in self.links.items() if link.ended_at is None]


@pytest.fixture
def shop(container: Container):
    store_id = add_shop(container, joined_at=BEGAN).id
    with container.database.reading() as session:
        yield Shop(session, store_id)


def at(seq: int) -> datetime:
    return BEGAN + timedelta(minutes=seq)


def state(seq: int, installed: bool | None, set_up: bool | None, account: Any = None, **more: Any) -> Any:
    integration = {"installed": installed, "set_up": set_up}
    return signal(seq, "state", integration=integration, account=account, **more)


# the integration


def test_installed_and_set_up_are_when_they_were_first_seen(shop: Shop):
    shop.apply(signal(1), signal(2, "integration_set_up"), signal(3), signal(4, "integration_set_up"))
    assert (shop.row.installed_at, shop.row.set_up_at) == (at(1), at(2))


def test_a_set_up_says_installed_too(shop: Shop):
    shop.apply(signal(2, "integration_set_up"))
    assert (shop.row.installed_at, shop.row.set_up_at) == (at(2), at(2))


def test_removed_and_installed_again(shop: Shop):
    shop.apply(signal(2, "integration_set_up"), signal(3, "integration_removed"))
    assert shop.row.removed_at == at(3)
    shop.apply(signal(4))
    assert (shop.row.removed_at, shop.row.installed_at, shop.row.set_up_at) == (None, at(2), at(2))


def test_a_state_says_all_of_it_at_once(shop: Shop):
    shop.apply(state(5, True, True, {"advertiser_id": ACCOUNT, "exact": False}))
    assert (shop.row.installed_at, shop.row.set_up_at, shop.row.removed_at) == (at(5), at(5), None)
    assert (shop.links[ACCOUNT].linked_at, shop.links[ACCOUNT].exact) == (at(5), False)
    shop.apply(state(6, False, True))
    assert (shop.row.removed_at, shop.row.set_up_at, shop.open) == (at(6), at(5), [])


def test_a_state_that_is_not_set_up_takes_no_set_up_away(shop: Shop):
    shop.apply(signal(2, "integration_set_up"), state(3, True, False))
    assert shop.row.set_up_at == at(2)


# the link


def test_a_link_is_opened_with_what_was_sent(shop: Shop):
    shop.apply(link_signal(3, exact=True))
    link = shop.links[ACCOUNT]
    assert (link.linked_at, link.exact, link.ended_at, link.consent) == (at(3), True, None, None)


def test_a_standing_link_keeps_its_date(shop: Shop):
    shop.apply(
        link_signal(3), link_signal(5), state(6, True, True, {"advertiser_id": ACCOUNT, "exact": False})
    )
    assert (shop.links[ACCOUNT].linked_at, shop.links[ACCOUNT].exact) == (at(3), True)


def test_a_link_that_was_found_standing_is_dated_no_later_by_linking_it_again(shop: Shop):
    shop.apply(link_signal(3, exact=False), signal(4, "link_lost"), link_signal(5, exact=True))
    assert (shop.links[ACCOUNT].linked_at, shop.links[ACCOUNT].exact) == (at(3), False)


@pytest.mark.parametrize("event", ["account_switched", "account_linked"])
def test_another_account_ends_the_link_before(shop: Shop, event: str):
    shop.apply(link_signal(3), link_signal(5, OTHER_ACCOUNT, event=event))
    assert shop.open == [OTHER_ACCOUNT]
    assert shop.links[ACCOUNT].ended_at == at(5)


def test_a_lost_link_opens_again_with_its_first_date(shop: Shop):
    shop.apply(link_signal(3), signal(4, "link_lost"))
    assert (shop.open, shop.links[ACCOUNT].ended_at) == ([], at(4))
    shop.apply(link_signal(5))
    assert (shop.open, shop.links[ACCOUNT].linked_at) == ([ACCOUNT], at(3))


def test_a_lost_link_that_never_was_changes_nothing(shop: Shop):
    shop.apply(signal(4, "link_lost"))
    assert shop.links == {}


def test_a_date_that_staff_gave_stands(shop: Shop):
    shop.session.add(Link(store_id=shop.id, advertiser_id=ACCOUNT, linked_at=at(100), exact=True))
    shop.apply(link_signal(3), link_signal(200))
    assert shop.links[ACCOUNT].linked_at == at(100)


def test_the_business_center_is_only_a_claim(shop: Shop):
    from receiver.storage.tables import Account

    shop.apply(link_signal(3, business_center="7200000000000000009"))
    assert shop.session.get(Account, ACCOUNT) is None


# order


def test_older_news_never_overwrites_newer(shop: Shop):
    shop.apply(link_signal(9, OTHER_ACCOUNT), signal(8, "link_lost"), link_signal(7))
    assert shop.open == [OTHER_ACCOUNT]
    shop.apply(signal(12), signal(11, "integration_removed"))
    assert shop.row.removed_at is None


def test_late_news_of_a_link_that_has_ended_is_remembered_as_ended(shop: Shop):
    shop.apply(link_signal(9, OTHER_ACCOUNT), link_signal(3))
    assert shop.links[ACCOUNT].linked_at == at(3)
    assert shop.links[ACCOUNT].ended_at == at(9)


def test_late_news_that_saw_it_happen_still_gives_the_date(shop: Shop):
    shop.apply(state(6, True, True, {"advertiser_id": ACCOUNT, "exact": False}), link_signal(3, exact=True))
    assert (shop.links[ACCOUNT].linked_at, shop.links[ACCOUNT].exact) == (at(3), True)
    assert shop.open == [ACCOUNT]


def test_a_reinstall_counts_anew_and_time_decides(shop: Shop):
    shop.apply(
        link_signal(50), link_signal(1, OTHER_ACCOUNT, install_id=REINSTALL, at="2025-11-02T00:00:00Z")
    )
    assert shop.open == [OTHER_ACCOUNT]
    shop.apply(signal(51, "link_lost"))  # the old install's last word, 23 hours older
    assert shop.open == [OTHER_ACCOUNT]


def test_the_two_kinds_of_news_do_not_hold_each_other_up(shop: Shop):
    shop.apply(signal(9, "integration_removed"), link_signal(3))
    assert shop.open == [ACCOUNT]


def test_a_clock_that_runs_ahead_is_set_to_when_we_received_it(shop: Shop):
    shop.apply(link_signal(1, at="2030-01-01T00:00:00Z"), received_at=at(2))
    assert shop.links[ACCOUNT].linked_at == at(2)
    shop.apply(link_signal(1, OTHER_ACCOUNT, install_id=REINSTALL, at="2025-11-02T00:00:00Z"))
    assert shop.open == [OTHER_ACCOUNT]


ACCOUNTS = st.sampled_from([ACCOUNT, OTHER_ACCOUNT, "7300000000000000033"])
CLAIMS = st.fixed_dictionaries({"advertiser_id": ACCOUNTS, "exact": st.sampled_from([True, False, None])})
YES_NO = st.sampled_from([True, False, None])
EVENTS = st.one_of(
    st.sampled_from(["integration_installed", "integration_set_up", "integration_removed", "link_lost"]).map(
        lambda event: {"event": event}
    ),
    CLAIMS.map(lambda claim: {"event": "account_linked", **claim}),
    CLAIMS.map(lambda claim: {"event": "account_switched", **claim}),
    st.fixed_dictionaries(
        {
            "event": st.just("state"),
            "account": st.none() | CLAIMS,
            "integration": st.none() | st.fixed_dictionaries({"installed": YES_NO, "set_up": YES_NO}),
        }
    ),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Draw signals of one install, whose clock may jump, and the same with repeats in another order."""
    events = draw(st.lists(EVENTS, min_size=1, max_size=7))
    minutes = draw(st.lists(st.integers(0, 50), min_size=len(events), max_size=len(events)))
    signals = [
        signal(seq, **{**event, "at": f"{at(minute):%Y-%m-%dT%H:%M:%SZ}"})
        for seq, (event, minute) in enumerate(zip(events, minutes, strict=True), 1)
    ]
    repeats = draw(st.lists(st.sampled_from(signals), max_size=3))
    return signals, draw(st.permutations(signals + repeats))


@pytest.mark.parametrize("database_kind", ["sqlite"])  # the order is ours to bear, whatever keeps the rows
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_any_order_of_the_signals_of_one_install_leaves_the_same_store(shop: Shop, history: Any):
    in_order, in_disorder = history
    expected = _state_after(shop, in_order)
    assert _state_after(shop, in_disorder) == expected
    assert _state_after(shop, in_disorder, at_once=1) == expected


def _state_after(shop: Shop, signals: list[Any], at_once: int = 50) -> Any:
    with shop.session.begin_nested() as nested:
        for first in range(0, len(signals), at_once):
            shop.apply(*signals[first : first + at_once])
        store = shop.row
        firsts = (store.installed_at, store.set_up_at, store.removed_at)
        links = {
            (link.advertiser_id, link.linked_at, link.exact, tuple(link.linked_news), link.ended_at is None)
            for link in shop.links.values()
        }
        applied = set(shop.session.scalars(select(Signal.seq).where(Signal.store_id == shop.id)))
        state_after = (firsts, store.integration_news, store.account_news, links, applied)
        nested.rollback()
    shop.session.expire_all()
    return state_after


# once


def test_a_signal_is_applied_once_whatever_delivery_carries_it(shop: Shop):
    first, again = shop.apply(link_signal(3), link_signal(3, OTHER_ACCOUNT))
    assert (first.state, first.stores) == (DeliveryState.PROCESSED, (shop.id,))
    assert (again.state, again.stores) == (DeliveryState.PROCESSED, ())
    assert shop.open == [ACCOUNT]


# not applied


@pytest.mark.parametrize("topic", ["order.created", "action.woocommerce_settings_saved", "nonsense", None])
def test_a_topic_that_is_not_used_is_ignored_with_a_reason(shop: Shop, topic: str):
    (result,) = shop.apply(signal(), topic=topic)
    assert result.state is DeliveryState.IGNORED
    assert result.error


@pytest.mark.parametrize("home", ["https://staging.example/", "https://shop.example/staging/"])
def test_a_copy_of_the_shop_is_held_for_staff(shop: Shop, home: str):
    (result,) = shop.apply(signal(home_url=home))
    assert result.state is DeliveryState.DEAD
    assert result.error == f"held: the signal is of {home}, the store is {SHOP}"
    assert shop.row.installed_at is None


def test_the_same_shop_without_https_is_the_same_shop(shop: Shop):
    assert shop.apply(signal(home_url="http://shop.example"))[0].state is DeliveryState.PROCESSED


@pytest.mark.parametrize(
    ("argument", "path"),
    [(signal(seq="7"), "arg.seq"), ("text", "arg"), (state(1, True, True, {}), "arg.account.advertiser_id")],
)
def test_a_signal_nobody_can_read_is_named_by_its_path(shop: Shop, argument: Any, path: str):
    (result,) = shop.apply(argument)
    assert result.state is DeliveryState.DEAD
    assert str(result.error).startswith(f"{path}: ")


def test_a_result_says_no_more_than_it_must():
    assert astuple(ProcessingResult(DeliveryState.PROCESSED)) == ("processed", None, (), None)


@pytest.mark.parametrize("value", ["0", "", " ", "00000", None])
def test_an_id_that_is_none_links_nothing(shop: Shop, value: Any):
    for event in ("account_linked", "account_switched"):
        shop.apply(link_signal(1, advertiser_id=value, event=event))
    shop.apply(state(2, True, True, {"advertiser_id": value, "exact": True}))
    assert shop.links == {}
    assert (shop.row.installed_at, shop.row.set_up_at) == (at(2), at(2))  # the rest of a state is read


@pytest.mark.parametrize("value", ["0", "", None])
def test_a_state_whose_id_is_none_ends_the_link_that_stood(shop: Shop, value: Any):
    shop.apply(link_signal(1), state(2, True, True, {"advertiser_id": value}))
    assert (list(shop.links), shop.open) == ([ACCOUNT], [])
