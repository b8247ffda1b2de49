"""Tests of the bounds on a store's claims: none counts for more than the service could have seen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.claims import DatedClaim, bound_date, clock_skew, is_exact, is_skewed

JOINED = datetime(2025, 11, 1, tzinfo=UTC)
RECEIVED = datetime(2025, 11, 20, tzinfo=UTC)
MOMENTS = {"joined_at": JOINED, "received_at": RECEIVED}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("claimed_at", "counts"),
    [
        (JOINED, JOINED),
        (JOINED + DAY, JOINED + DAY),
        (RECEIVED, RECEIVED),
        (JOINED - timedelta(seconds=1), JOINED),
        (datetime(2000, 1, 1, tzinfo=UTC), JOINED),
        (RECEIVED + timedelta(seconds=1), RECEIVED),
        (datetime(2199, 1, 1, tzinfo=UTC), RECEIVED),
    ],
)
def test_a_claimed_date_counts_from_joining_to_receiving(claimed_at: datetime, counts: datetime):
    claimed_beside = None if counts == claimed_at else claimed_at
    assert bound_date(claimed_at, **MOMENTS) == DatedClaim(counts, claimed_beside)


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_claim_dates_anything_before_joining_or_after_receiving(claimed_at: datetime):
    assert JOINED <= bound_date(claimed_at, **MOMENTS).at <= RECEIVED


@pytest.mark.parametrize(
    ("claimed_at", "exact"),
    [
        (RECEIVED, True),
        (RECEIVED - DAY, True),
        (RECEIVED + 10 * MINUTE, True),
        (RECEIVED - DAY - MINUTE, False),  # reported too late to have been seen
        (RECEIVED + 11 * MINUTE, False),  # the clock is wrong
    ],
)
def test_a_link_was_seen_to_happen_only_by_a_prompt_signal_of_a_right_clock(claimed_at, exact):
    assert is_exact(True, claimed_at, **MOMENTS) is exact


@pytest.mark.parametrize(("minutes", "exact"), [(0, True), (10, True), (11, False)])
def test_a_link_from_before_joining_was_not_seen_to_happen(minutes: int, exact: bool):
    just_joined = {"joined_at": JOINED, "received_at": JOINED + MINUTE}
    assert is_exact(True, JOINED - minutes * MINUTE, **just_joined) is exact


@pytest.mark.parametrize("exact", [False, None])
def test_what_a_store_did_not_see_stays_so(exact: bool | None):
    assert is_exact(exact, RECEIVED, **MOMENTS) is exact


@pytest.mark.parametrize(
    ("ahead", "is_off"), [(timedelta(0), False), (10 * MINUTE, False), (11 * MINUTE, True), (-40 * DAY, True)]
)
def test_a_clock_that_is_off_by_more_than_the_allowance_is_told(ahead: timedelta, is_off: bool):
    skew = clock_skew(RECEIVED + ahead, received_at=RECEIVED)
    assert (skew, is_skewed(skew)) == (ahead.total_seconds(), is_off)


def test_a_clock_nobody_measured_is_not_called_wrong():
    assert is_skewed(None) is False
