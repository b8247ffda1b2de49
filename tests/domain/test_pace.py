"""Tests of projections: the tier, its date and its credit at the present pace, or at any amount a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given

from receiver.domain.decision import decide
from receiver.domain.facts import Payment
from receiver.domain.pace import Projection
from receiver.domain.what_if import what_if
from tests.domain.situations import DAY, Situation, situations, spend_row
from tests.factories import FIRST, LAST, OPEN, SETTLED, cash, days_of, decision_for, seed_programme

US_TIERS = seed_programme().markets[0].tiers
CREDITED = date(2025, 12, 8)  # seven days after the window's last date


def noon(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T17:00").replace(tzinfo=UTC)


def test_the_pace_is_the_mean_of_the_last_seven_final_dates():
    spend = (*days_of("100.00", 8), *days_of("10.00", 10, date(2025, 11, 10)))  # up to 19 November
    pace = decision_for(spend=spend).pace  # final through 17 November in New York
    assert (pace.per_day, pace.days) == (Decimal("10.00"), 7)


def test_a_date_without_spend_counts_as_one_of_the_seven():
    pace = decision_for(spend=(cash("70.00", date(2025, 11, 15)), cash("10.00", FIRST))).pace
    assert (pace.per_day, pace.days) == (Decimal("10.00"), 7)


def test_dates_not_yet_final_make_no_pace_but_count_toward_the_tier():
    spend = (*days_of("20.00", 16), cash("880.00", date(2025, 11, 19)))
    pace = decision_for(spend=spend).pace
    assert pace.per_day == Decimal("20.00")
    # 1,200 so far: fifteen more dates of 20.00 reach 1,500 only on 5 December, after the window
    assert pace.projection is None


def test_the_highest_tier_the_pace_reaches_in_time_is_told_with_its_dates():
    pace = decision_for(spend=days_of("22.00", 18)).pace  # 396.00 by 19 November
    assert pace.projection == Projection(US_TIERS[0], date(2025, 11, 25), CREDITED)
    fast = decision_for(spend=days_of("120.00", 18)).pace  # 2,160.00: tier 3 would take 24 dates more
    assert fast.projection is None


def test_the_highest_tier_is_credited_seven_days_after_it_is_reached():
    pace = decision_for(spend=days_of("200.00", 18)).pace  # 3,600.00: seven dates more
    assert pace.projection == Projection(US_TIERS[2], date(2025, 11, 27), date(2025, 12, 4))


@pytest.mark.parametrize(("first", "on"), [("220.00", LAST), ("219.99", None)])
def test_the_last_date_of_the_window_is_the_last_in_time(first, on):
    spend = (cash(first), *days_of("10.00", 17, FIRST + DAY))  # 110.00 are missing, for eleven dates
    pace = decision_for(spend=spend).pace
    assert (pace.projection and pace.projection.on) == on


def test_nothing_spent_in_the_last_dates_leads_nowhere():
    pace = decision_for(spend=(cash("400.00"),)).pace
    assert (pace.per_day, pace.projection) == (Decimal("0.00"), None)


@pytest.mark.parametrize(
    ("as_of", "parts"),
    [
        (OPEN, {}),  # the window has not begun
        (noon("2025-11-04"), {"spend": (cash("10.00"),)}),  # no date is final
        (SETTLED, {"spend": (cash("10.00"),)}),  # it is over
        (OPEN, {"spend": (cash("10.00"),), "store": {"country": "FR"}}),
        (OPEN, {"spend": (cash("10.00"),), "account": {"timezone": None}}),
        (OPEN, {"account": False}),
    ],
)
def test_there_is_no_pace_where_none_is_known_or_none_earns(as_of, parts):
    assert decision_for(as_of, **parts).pace is None


def test_shown_to_the_cent_the_pace_is_rounded_down_and_the_projection_is_not_rounded():
    pace = decision_for(spend=(cash("100.00", date(2025, 11, 16)), cash("385.715", FIRST))).pace
    assert pace.per_day == Decimal("14.28")  # 14.2857…
    assert pace.projection == Projection(
        US_TIERS[0], date(2025, 11, 21), CREDITED
    )  # 14.285 is missing: not the 22nd


# -- What if ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_day", "answer"),
    [
        ("45.45", None),  # eleven dates make 499.95
        ("45.46", Projection(US_TIERS[0], LAST, CREDITED)),
        ("500.00", Projection(US_TIERS[2], date(2025, 11, 30), date(2025, 12, 7))),
        ("5000.00", Projection(US_TIERS[2], date(2025, 11, 21), date(2025, 11, 28))),
        ("0.00", None),
    ],
)
def test_what_an_amount_a_day_from_tomorrow_on_leads_to(per_day, answer):
    spend = (cash("0.01"),)
    decision = decision_for(spend=spend)
    assert what_if(decision, Decimal(per_day)) == answer


def test_before_the_window_it_would_begin_tomorrow():
    decision = decision_for(noon("2025-11-20"))
    assert what_if(decision, Decimal("50.00")) == Projection(
        US_TIERS[1], date(2025, 12, 20), date(2025, 12, 27)
    )


def test_before_an_account_the_offer_of_the_stores_market_answers():
    decision = decision_for(noon("2025-11-20"), account=False, store={"country": "GB"})
    assert str(what_if(decision, Decimal("40.00")).tier.credit) == "1186"


@pytest.mark.parametrize(
    ("as_of", "parts"),
    [
        (OPEN, {"store": {"country": "FR"}}),
        (SETTLED, {"spend": (cash("10.00"),)}),
        (OPEN, {"spend": (cash("5000.00"),)}),
        (noon("2026-01-25"), {}),
        (OPEN, {"account": {"currency": "EUR"}}),  # no threshold is in force
    ],
)
def test_no_amount_leads_anywhere_where_nothing_can_be_earned(as_of, parts):
    assert what_if(decision_for(as_of, **parts), Decimal("99999.00")) is None


def test_what_is_spent_and_not_yet_paid_counts_as_spent():
    parts: dict[str, Any] = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
    decision = decision_for(spend=(cash("450.00"),), **parts)
    assert what_if(decision, Decimal("50.00")).on == date(2025, 11, 21)


@given(situations())
def test_spending_what_was_asked_reaches_the_tier_on_the_date_told(situation: Situation):
    decision = situation.decide()
    answer = what_if(decision, Decimal("100.00"))
    assume(answer is not None and decision.window is not None and decision.spend is not None)
    dates = [decision.today + n * DAY for n in range(1, (answer.on - decision.today).days + 1)]
    rows = [item for item in situation.facts.spend if item.date <= decision.today]
    spent = situation.but(spend=(*rows, *(spend_row(day, Decimal(100)) for day in dates)))
    here = situation.as_of.astimezone(decision.spend.zone)  # a date on which clocks change has 23 or 25 hours
    later = decide(spent.facts, spent.terms, (here + len(dates) * DAY).astimezone(UTC))
    assert later.spend is not None
    assert later.spend.net >= answer.tier.threshold
    assert later.spend.net - 100 < answer.tier.threshold
