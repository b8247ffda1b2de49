"""Tests of the polling schedule: when something may be decided, seldom otherwise, never all at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.calendar import Window, final_at
from receiver.domain.decision import Stage
from receiver.domain.poll_reasons import PollReason
from receiver.domain.schedule import (
    EVERY,
    SPAN,
    PollingState,
    after_failures,
    next_poll,
    share_of,
)

ZONE = ZoneInfo("America/New_York")
WINDOW = Window(date(2025, 11, 2), date(2025, 12, 1))
NOW = datetime(2025, 11, 12, 12, 0, tzinfo=UTC)
TIERS = (Decimal(500), Decimal(1500), Decimal(5000))
HOUR = timedelta(hours=1)


def daily(amount, count=10, first=WINDOW.first):
    return [(first + timedelta(days=n), Decimal(amount)) for n in range(count)]


def polling_state(**changes):
    valid = {"stage": Stage.ACCUMULATING, "zone": ZONE, "window": WINDOW, "thresholds": TIERS}
    return PollingState(**{**valid, "daily_spend": daily("10.00"), "final_spend": Decimal(70), **changes})


def plan_for(now=NOW, advertiser="7001", **changes):
    return next_poll(advertiser, polling_state(**changes), now)


# Why


def test_an_open_window_far_from_a_tier_is_looked_at_every_six_hours_or_so():
    plan = plan_for()
    assert plan.why is PollReason.SPENDING
    assert 5 * HOUR < plan.at - NOW < 7 * HOUR


@pytest.mark.parametrize(
    ("total", "why"),
    [
        ("49.00", PollReason.NEAR_TIER),
        ("45.00", PollReason.NEAR_TIER),
        ("20.00", PollReason.SPENDING),
        ("600.00", PollReason.SPENDING),
    ],
)
def test_close_to_a_tier_it_is_looked_at_more_often(total, why):
    assert plan_for(daily_spend=daily(total)).why is why


def test_above_all_tiers_nothing_is_close_any_more():
    assert plan_for(daily_spend=daily("600.00"), final_spend=Decimal(5500)).why is PollReason.SPENDING


@pytest.mark.parametrize("day", [29, 30, 31])
def test_a_windows_last_dates_are_looked_at_often(day):
    now = datetime(2025, 11, 29, 12, tzinfo=UTC) + timedelta(days=day - 29)
    assert plan_for(now, daily_spend=[]).why is PollReason.WINDOW_END


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        (Stage.NOT_ADMITTED, PollReason.SET_UP),
        (Stage.AWAITING_SETUP, PollReason.SET_UP),
        (Stage.AWAITING_SPEND, PollReason.FIRST_SPEND),
        (Stage.HELD, PollReason.HELD),
        (Stage.DUE, PollReason.AWARD),
        (Stage.ISSUED, PollReason.AWARD),
        (Stage.CREDITED, PollReason.CREDIT),
        (Stage.EXPIRED, PollReason.AT_REST),
        (Stage.ENDED, PollReason.AT_REST),
        (Stage.INELIGIBLE, PollReason.AT_REST),
        (Stage.BLOCKED, PollReason.AT_REST),
        (Stage.PROGRAMME_OVER, PollReason.AT_REST),
    ],
)
def test_each_stage_has_its_reason(stage, why):
    assert plan_for(stage=stage).why is why


def test_a_standing_at_tiktok_that_may_be_lifted_is_looked_at_daily():
    assert plan_for(stage=Stage.INELIGIBLE, bad_standing=True).why is PollReason.STANDING


def test_every_stage_has_a_plan():
    assert {plan_for(stage=stage).why for stage in Stage} <= set(EVERY)


# Decisive moments


def test_the_windows_last_date_is_read_as_soon_as_it_is_final():
    final = final_at(WINDOW.last, ZONE)
    plan = plan_for(final - HOUR, stage=Stage.SETTLING)
    assert plan.why is PollReason.FINAL
    assert final <= plan.at < final + SPAN


def test_the_date_that_crosses_the_highest_tier_is_read_as_soon_as_it_is_final():
    daily_spend = daily("600.00", count=9)  # 5,400 on 10 November
    final = final_at(date(2025, 11, 10), ZONE)
    plan = plan_for(final - HOUR, daily_spend=daily_spend, final_spend=Decimal(3600))
    assert (plan.why, final <= plan.at < final + SPAN) == (PollReason.FINAL, True)


def test_what_is_final_already_is_not_waited_for():
    plan = plan_for(daily_spend=daily("600.00"), final_spend=Decimal(5400))
    assert plan.why is PollReason.SPENDING


def test_unpaid_bills_are_asked_for_twice_a_day():
    after = final_at(WINDOW.last, ZONE) + HOUR
    assert plan_for(after, stage=Stage.SETTLING, awaits_bills=True).why is PollReason.BILLS


# Properties

moments = st.integers(0, 123 * 24 * 60).map(
    lambda n: datetime(2025, 10, 1, tzinfo=UTC) + timedelta(minutes=n)
)
standings = st.builds(
    polling_state,
    stage=st.sampled_from(Stage),
    zone=st.sampled_from(
        [None, ZONE, ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")]
    ),
    window=st.sampled_from([None, WINDOW]),
    daily_spend=st.lists(st.decimals(0, 900, places=2), max_size=30).map(
        lambda amounts: [(WINDOW.first + timedelta(days=n), amount) for n, amount in enumerate(amounts)]
    ),
    final_spend=st.decimals(0, 6000, places=2),
    thresholds=st.sampled_from([(), TIERS]),
    awaits_bills=st.booleans(),
    bad_standing=st.booleans(),
)
ids = st.integers(7 * 10**18, 7 * 10**18 + 10**6).map(str)


@given(ids, standings, moments)
def test_a_plan_is_after_now_within_eight_days_and_always_the_same(advertiser, where, now):
    plan = next_poll(advertiser, where, now)
    assert timedelta(0) < plan.at - now < timedelta(days=8)
    assert next_poll(advertiser, where, now) == plan


@given(ids, standings, moments)
def test_nobody_is_polled_more_often_than_hourly_but_for_a_date_that_decides(advertiser, where, now):
    plan = next_poll(advertiser, where, now)
    assert plan.at - now > HOUR or plan.why is PollReason.FINAL


@given(ids, standings, moments)
def test_a_date_that_decides_is_never_slept_through(advertiser, where, now):
    """Whatever else: an open window's last date is read within half an hour of being final, or before."""
    if where.zone is None or where.window is None or where.stage not in (Stage.ACCUMULATING, Stage.SETTLING):
        return
    final = final_at(where.window.last, where.zone)
    if now < final:
        assert next_poll(advertiser, where, now).at < final + SPAN


def test_accounts_of_one_moment_are_asked_over_half_an_hour():
    final = final_at(WINDOW.last, ZONE)
    times = sorted(
        next_poll(str(7 * 10**18 + n), polling_state(stage=Stage.SETTLING), final - HOUR).at
        for n in range(1000)
    )
    assert times[-1] - times[0] > SPAN * 0.95
    busiest = max(sum(1 for at in times if start <= at < start + SPAN / 30) for start in times)
    assert busiest < 80  # of 1,000 in a thirtieth of the span: 33 if they were even


@given(ids, st.integers(1, 40))
def test_failures_back_off_to_an_end_and_apart(advertiser, failures):
    wait = after_failures(advertiser, 5 * timedelta(minutes=1), 6 * HOUR, failures)
    again = after_failures(advertiser, 5 * timedelta(minutes=1), 6 * HOUR, failures + 1)
    assert timedelta(minutes=3) < wait <= again <= 6 * HOUR
    assert 0 <= share_of(advertiser) < 1


def test_a_later_window_changes_the_plan():
    later = replace(polling_state(), window=Window(date(2025, 11, 12), date(2025, 12, 11)))
    assert next_poll("7001", later, NOW).why is PollReason.SPENDING
