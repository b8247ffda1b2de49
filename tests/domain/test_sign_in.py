"""Tests of the throttle of sign-in: waits grow, end, and are forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from receiver.domain.sign_in import LoginThrottle

NOW = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
PATIENCE = LoginThrottle(free=3, longest=timedelta(seconds=100), forgotten_after=timedelta(hours=1))


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(0, 0), (1, 0), (3, 0), (4, 1), (5, 2), (6, 4), (10, 64), (11, 100), (10_000, 100)],
)
def test_each_wait_is_twice_the_one_before_up_to_the_longest(tries, seconds):
    assert PATIENCE.wait_after(tries) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("until", "wait"),
    [(-1, 0), (0, 0), (1, 1), (100, 100), (101, 0)],  # no wait is that long: the clock was put right
)
def test_a_wait_lasts_until_its_end_and_no_longer_than_any_may(until, wait):
    assert PATIENCE.left(NOW + timedelta(seconds=until), NOW) == timedelta(seconds=wait)


@pytest.mark.parametrize(("minutes", "forgotten"), [(0, False), (59, False), (60, True), (-60, True)])
def test_tries_are_forgotten_after_some_quiet(minutes, forgotten):
    assert PATIENCE.is_forgotten(NOW - timedelta(minutes=minutes), NOW) is forgotten
