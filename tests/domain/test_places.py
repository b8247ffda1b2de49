"""Tests of the places of a capped programme: by consent, by joining, and by the moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.places import RESERVED_FOR, UNPROVEN_PER_HOST, Seeker, assign_places

AT = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
UNTIL = AT + RESERVED_FOR
OVER = AT - timedelta(seconds=1)


def seeker(name: str, **changes) -> Seeker:
    joined = AT - timedelta(days=30) + timedelta(hours=ord(name[0]))
    valid = Seeker(name, f"m_{name}", f"{name}.example", joined, reserved_until=None, proven_at=None)
    return replace(valid, **changes)


def test_who_joined_first_has_a_place_reserved_for_seven_days():
    places = assign_places(2, (), (), [seeker("c"), seeker("a"), seeker("b")], AT)
    assert places.assigned == {"a": UNTIL, "b": UNTIL}


def test_who_is_proven_comes_first_and_its_place_is_its_own():
    late, later = (AT - timedelta(hours=hours) for hours in (2, 1))
    queue = [seeker("a"), seeker("b", proven_at=later), seeker("c", proven_at=late)]
    assert assign_places(2, (), (), queue, AT).assigned == {"c": None, "b": None}


@pytest.mark.parametrize(
    ("until", "is_kept"), [(AT + timedelta(seconds=1), True), (AT, False), (OVER, False)]
)
def test_a_reservation_lapses_at_its_moment_and_the_place_goes_to_the_next_in_line(until, is_kept):
    places = assign_places(1, (), [seeker("a", reserved_until=until)], [seeker("b")], AT)
    assert (places.lapsed, places.assigned) == ((set(), {}) if is_kept else ({"a"}, {"b": UNTIL}))


def test_what_lapsed_is_not_reserved_again_but_is_given_to_who_is_proven():
    lapsed = seeker("a", reserved_until=OVER)
    assert assign_places(5, (), (), [lapsed], AT).assigned == {}
    assert assign_places(5, (), (), [replace(lapsed, proven_at=AT)], AT).assigned == {"a": None}


def test_who_left_and_came_back_in_time_has_the_rest_of_its_reservation():
    rest = AT + timedelta(days=1)
    assert assign_places(5, (), (), [seeker("a", reserved_until=rest)], AT).assigned == {"a": rest}


def test_a_consent_takes_the_place_that_was_reserved_however_late_somebody_looks():
    places = assign_places(1, (), [seeker("a", reserved_until=OVER, proven_at=AT)], [seeker("b")], AT)
    assert (places.confirmed, places.lapsed, places.assigned) == ({"a"}, set(), {})


def test_all_stores_of_a_merchant_have_its_one_place():
    queue = [seeker("b", merchant="m_a"), seeker("c", merchant="m_a"), seeker("d")]
    assert assign_places(1, ("m_a",), (), queue, AT).assigned == {"b": None, "c": None}
    reserved = [seeker("a", reserved_until=UNTIL)]
    assert assign_places(1, (), reserved, queue, AT).assigned == {"b": UNTIL, "c": UNTIL}
    proven = [seeker("b", merchant="m_a", proven_at=AT)]
    assert assign_places(1, (), reserved, proven, AT).confirmed == {"a"}


def test_a_host_has_so_many_unproven_places_and_no_more():
    shops = [seeker(name, host="shops.example") for name in "abcdef"]
    places = assign_places(100, (), [replace(shops[0], reserved_until=UNTIL)], [*shops[1:], seeker("z")], AT)
    assert set(places.assigned) == {"b", "c", "z"}
    assert len({"a", "b", "c"}) == UNPROVEN_PER_HOST
    proven = [replace(shop, proven_at=AT) for shop in shops]
    assert set(assign_places(100, (), (), proven, AT).assigned) == set("abcdef")


def test_without_a_cap_everybody_is_in_at_once_and_nothing_is_only_reserved():
    shops = [seeker(name, host="shops.example", reserved_until=OVER) for name in "abcdef"]
    assert assign_places(None, (), (), shops, AT).assigned == dict.fromkeys("abcdef")


seekers = st.lists(
    st.builds(
        seeker,
        st.sampled_from("abcdefgh"),
        merchant=st.sampled_from(["m_1", "m_2", "m_3", "m_4"]),
        host=st.sampled_from(["one.example", "two.example"]),
        reserved_until=st.sampled_from([None, OVER, UNTIL]),
        proven_at=st.sampled_from([None, OVER]),
    ),
    unique_by=lambda item: item.store_id,
    max_size=8,
)


@given(seekers, st.integers(1, 3), st.randoms(use_true_random=False))
def test_no_more_merchants_than_places_whatever_the_order(queue, capacity, random):
    places = assign_places(capacity, (), (), queue, AT)
    merchants = {item.merchant for item in queue if item.store_id in places.assigned}
    assert len(merchants) <= capacity
    mixed = list(queue)
    random.shuffle(mixed)
    assert assign_places(capacity, (), (), mixed, AT) == places


@given(seekers, st.integers(1, 3))
def test_sharing_out_a_second_time_changes_nothing(queue, capacity):
    first = assign_places(capacity, (), (), queue, AT)
    owners = {item.merchant for item in queue if first.assigned.get(item.store_id, AT) is None}
    reserved = [
        replace(item, reserved_until=first.assigned[item.store_id])
        for item in queue
        if first.assigned.get(item.store_id) is not None
    ]
    still_waiting = [item for item in queue if item.store_id not in first.assigned]
    again = assign_places(capacity, owners, reserved, still_waiting, AT)
    assert (again.assigned, again.lapsed) == ({}, set())
