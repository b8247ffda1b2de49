"""Tests of the rate limiter: never over the rate, urgent calls first, and pauses as TikTok advises."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.rate_limiter import (
    PATIENCE,
    Backoff,
    BudgetState,
    DenialReason,
    Rate,
    Slot,
    Throttled,
    back_off_advertiser,
    back_off_app,
    back_off_blocked_app,
    pause_denial,
)

NOW = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2025, 11, 21, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIVE = Rate(5)


def slots_of(rate, requests):
    """Return the moments of the slots that these requests (a moment, and whether it is urgent) get."""
    budget, slots = BudgetState(), []
    for now, urgent in requests:
        budget, answer = rate.reserve(budget, now, urgent=urgent)
        if isinstance(answer, Slot):
            slots.append(answer.at)
    return slots


def at_once(count, *, urgent=True, now=NOW):
    return [(now, urgent)] * count


def most_within(moments, span):
    """Count the most of these moments in any window of this length, both its ends included."""
    return max(sum(start <= moment <= start + span for moment in moments) for start in moments)


# The rate

request_gaps = st.lists(
    st.tuples(st.integers(min_value=0, max_value=400), st.booleans()), min_size=1, max_size=80
)


@given(rate=st.integers(min_value=1, max_value=50), gaps=request_gaps)
def test_no_window_of_a_second_holds_more_calls_than_the_rate(rate, gaps):
    now, requests = NOW, []
    for milliseconds, urgent in gaps:
        now += timedelta(milliseconds=milliseconds)
        requests.append((now, urgent))
    assert most_within(slots_of(Rate(rate), requests), SECOND) <= rate


@given(gaps=request_gaps)
def test_nobody_calls_before_they_ask_nor_waits_long(gaps):
    now, budget = NOW, BudgetState()
    for milliseconds, urgent in gaps:
        now += timedelta(milliseconds=milliseconds)
        budget, answer = FIVE.reserve(budget, now, urgent=urgent)
        if isinstance(answer, Slot):
            assert now <= answer.at <= now + PATIENCE + FIVE.gap


def test_the_rate_is_used_when_it_is_asked_for():
    slots = slots_of(FIVE, at_once(25))
    assert (slots[0], len(slots)) == (NOW, 25)
    assert all(later - earlier <= 0.2001 * SECOND for earlier, later in pairwise(slots))


def test_a_minute_holds_sixty_times_the_rate_and_no_more():
    requests = [(NOW + n * SECOND / 20, True) for n in range(20 * 90)]
    assert 298 <= most_within(slots_of(FIVE, requests), timedelta(minutes=1)) <= 300


def test_a_rate_below_one_is_kept_as_well():
    slots = slots_of(Rate(0.5), [(NOW + n * SECOND, True) for n in range(20)])
    assert all(later - earlier >= 2 * SECOND for earlier, later in pairwise(slots))
    assert len(slots) >= 9


def test_who_would_wait_long_is_told_until_when_instead():
    budget, answers = BudgetState(), []
    for _ in range(40):
        budget, answer = FIVE.reserve(budget, NOW, urgent=True)
        answers.append(answer)
    denials = [answer for answer in answers if isinstance(answer, Throttled)]
    assert len(answers) - len(denials) == 26
    assert {answer.why for answer in denials} == {DenialReason.BUSY}
    until = denials[-1].until
    assert NOW + PATIENCE < until < NOW + PATIENCE + SECOND
    assert FIVE.reserve(budget, until, urgent=True)[1] == Slot(until)


def test_who_is_sent_away_uses_nothing_up():
    budget = BudgetState(next_at=NOW + PATIENCE + 2 * FIVE.gap, day=NOW.date(), used=7)
    assert FIVE.reserve(budget, NOW, urgent=True)[0] == budget


# Urgent and routine


def test_routine_calls_leave_a_fifth_of_every_second():
    requests = [(NOW + n * SECOND / 20, False) for n in range(20 * 60)]
    assert 238 <= len([at for at in slots_of(FIVE, requests) if at < NOW + timedelta(minutes=1)]) <= 241


def test_an_urgent_call_does_not_wait_for_the_routine_ones_pause():
    budget, _ = FIVE.reserve(BudgetState(), NOW, urgent=False)
    soon = NOW + FIVE.gap
    assert FIVE.reserve(budget, soon, urgent=True)[1] == Slot(soon)
    assert FIVE.reserve(budget, soon, urgent=False)[1].at > soon


@pytest.mark.parametrize(("used", "routine", "urgent"), [(345_599, 1, 1), (345_600, 0, 1), (432_000, 0, 0)])
def test_of_a_day_routine_calls_may_use_four_fifths(used, routine, urgent):
    budget = BudgetState(day=NOW.date(), used=used)
    assert isinstance(FIVE.reserve(budget, NOW, urgent=False)[1], Slot) is bool(routine)
    assert isinstance(FIVE.reserve(budget, NOW, urgent=True)[1], Slot) is bool(urgent)


def test_a_day_that_is_used_up_waits_for_midnight_utc_and_begins_anew():
    budget = BudgetState(day=NOW.date(), used=432_000)
    assert FIVE.reserve(budget, NOW, urgent=True) == (budget, Throttled(MIDNIGHT, DenialReason.DAY))
    after, turn = FIVE.reserve(budget, MIDNIGHT, urgent=False)
    assert (turn, after.day, after.used) == (Slot(MIDNIGHT), MIDNIGHT.date(), 1)


# A clock that was wrong


def test_a_clock_put_back_does_not_stop_all_calls():
    budget, _ = FIVE.reserve(BudgetState(), NOW + timedelta(hours=1), urgent=False)
    assert FIVE.reserve(budget, NOW, urgent=False)[1] == Slot(NOW)
    assert pause_denial(Backoff(NOW + timedelta(days=2), 3), NOW, DenialReason.PAUSED) is None


# Pauses


def successive_pauses(back_off, count):
    """Return the length of each pause when the first call after each is refused again, and the last end."""
    now, pause, lengths = NOW, None, []
    for _ in range(count):
        pause = back_off(pause, Slot(now), now)
        lengths.append(pause.until - now)
        now = pause.until
    return lengths, now


def test_the_app_waits_for_the_next_second_then_five_minutes_and_after_an_hour_for_midnight():
    lengths, end = successive_pauses(back_off_app, 14)
    assert lengths[:13] == [SECOND, *[timedelta(minutes=5)] * 12]
    assert end == MIDNIGHT


def test_many_calls_refused_at_once_are_one_refusal():
    pause = back_off_app(None, Slot(NOW), NOW)
    for late in range(5):
        assert back_off_app(pause, Slot(NOW), NOW + late * SECOND) == pause
    assert back_off_app(pause, Slot(NOW + SECOND), NOW + SECOND).attempts == 2


def test_an_ad_account_is_left_alone_for_longer_and_longer_up_to_an_hour():
    lengths, _ = successive_pauses(back_off_advertiser, 9)
    assert [length // timedelta(minutes=1) for length in lengths] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_blocked_app_asks_once_an_hour():
    assert (
        back_off_blocked_app(None, NOW).until
        == back_off_blocked_app(Backoff(NOW, 2), NOW).until
        == NOW + timedelta(hours=1)
    )


def test_a_pause_speaks_until_it_ends():
    pause = Backoff(NOW + SECOND, 1)
    assert pause_denial(pause, NOW, DenialReason.SLOWED) == Throttled(NOW + SECOND, DenialReason.SLOWED)
    assert pause_denial(pause, NOW + SECOND, DenialReason.SLOWED) is None
    assert pause_denial(None, NOW, DenialReason.SLOWED) is None
