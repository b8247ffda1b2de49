"""Tests of the life cycle of a delivery: back-off, transitions, and identity."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.deliveries import (
    MOST_TRIES,
    DeliveryFilters,
    DeliveryReason,
    DeliverySource,
    DeliveryState,
    identity,
    may_move,
    next_try,
)

ALMOST_ONE = 1 - 2**-53
HOUR = timedelta(hours=1)


def waits(chance: float) -> list[timedelta]:
    return [wait for tries in range(1, 20) if (wait := next_try(tries, chance)) is not None]


def test_there_are_nine_tries_and_then_no_more():
    assert len(waits(0.5)) == 8
    assert next_try(9, 0.5) is None
    assert MOST_TRIES == 9


def test_the_first_retry_is_within_ten_seconds():
    assert waits(ALMOST_ONE)[0] <= timedelta(seconds=10)


def test_the_tries_spread_over_one_to_three_days():
    assert 24 * HOUR < sum(waits(0.5), timedelta()) < 48 * HOUR
    assert 48 * HOUR < sum(waits(ALMOST_ONE), timedelta()) < 72 * HOUR


@given(st.integers(1, 8), st.floats(0, 1, exclude_max=True))
def test_chance_takes_any_share_of_the_longest_wait(tries: int, chance: float):
    wait, longest = next_try(tries, chance), next_try(tries, ALMOST_ONE)
    assert wait is not None
    assert longest is not None
    assert timedelta() <= wait <= longest


def test_the_longest_waits_grow():
    assert waits(ALMOST_ONE) == sorted(waits(ALMOST_ONE))


ALLOWED = {
    (DeliveryState.RECEIVED, DeliveryState.PROCESSING),
    (DeliveryState.RECEIVED, DeliveryState.PROCESSED),  # without a claim
    (DeliveryState.RECEIVED, DeliveryState.IGNORED),
    (DeliveryState.RECEIVED, DeliveryState.DEAD),
    (DeliveryState.PROCESSING, DeliveryState.PROCESSED),
    (DeliveryState.PROCESSING, DeliveryState.IGNORED),
    (DeliveryState.PROCESSING, DeliveryState.FAILED),
    (DeliveryState.PROCESSING, DeliveryState.DEAD),
    (DeliveryState.PROCESSING, DeliveryState.RECEIVED),  # given back: storage was at fault
    (DeliveryState.PROCESSING, DeliveryState.PROCESSING),  # claimed again after a lease ran out
    (DeliveryState.FAILED, DeliveryState.PROCESSING),
    (DeliveryState.FAILED, DeliveryState.RECEIVED),  # arrived again
    (DeliveryState.DEAD, DeliveryState.PROCESSING),
    (DeliveryState.DEAD, DeliveryState.RECEIVED),
    (DeliveryState.PROCESSED, DeliveryState.PROCESSING),  # a replay
    (DeliveryState.IGNORED, DeliveryState.PROCESSING),  # a replay, where its body stayed
}


@pytest.mark.parametrize("state", DeliveryState)
@pytest.mark.parametrize("to", DeliveryState)
def test_a_delivery_moves_only_so(state: DeliveryState, to: DeliveryState):
    assert may_move(state, to) is ((state, to) in ALLOWED)


parts = st.lists(st.none() | st.text(max_size=3) | st.sampled_from(["", "-", "1:a", "0:"]), max_size=4)


@given(parts, parts)
def test_two_lists_of_parts_never_share_an_identity(item: list[str | None], other: list[str | None]):
    assert (identity(*item) == identity(*other)) == (item == other)


def test_identities_kept_by_earlier_releases_are_found_again():
    assert identity("hello", None) == hashlib.sha256(b"5:hello-").hexdigest()


def test_an_identity_is_a_sha256_in_hex_and_never_fails():
    assert len(identity("\ud800", None, b"\xff")) == 64


def test_stored_filters_are_read_back_as_they_were():
    filters = DeliveryFilters(
        state=DeliveryState.DEAD, source=DeliverySource.TIKTOK, cause=DeliveryReason.GAVE_UP, failed_in=3
    )
    stored = {"state": "dead", "source": "tiktok", "cause": "gave_up", "failed_in": 3}
    assert filters.as_json() == stored
    assert {type(value) for value in filters.as_json().values()} == {str, int}
    assert DeliveryFilters.from_json(stored) == filters


@pytest.mark.parametrize("name", ["state", "source", "cause"])
def test_a_stored_filter_with_an_unknown_text_selects_no_delivery(name: str):
    assert DeliveryFilters.from_json({name: "lost", "topic": "order.created"}) == DeliveryFilters(ids=())
