"""Tests of a replay's pace: never faster than its rate, in batches that delay nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.replays import LARGEST_BATCH, batch_size, pause_after

SIZES = {1: 1, 4: 1, 5: 2, 50: 13, 80: 20, 81: 20, 1_000: 20}


@pytest.mark.parametrize(("rate", "size"), SIZES.items())
def test_a_batch_is_a_quarter_of_a_second_and_no_more_than_twenty(rate: int, size: int):
    assert batch_size(rate) == size


@given(rate=st.integers(1, 1_000), seconds=st.integers(1, 20))
def test_after_any_time_no_more_is_done_than_the_rate_allows_and_one_batch(rate: int, seconds: int):
    began = now = datetime(2025, 11, 20, tzinfo=UTC)
    count = 0
    while (now - began).total_seconds() <= seconds:
        count += batch_size(rate)
        now += pause_after(batch_size(rate), rate)
    assert rate * seconds <= count <= rate * seconds + LARGEST_BATCH
