"""Tests of the next tier: what is missing, by when, and where reaching it earns nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given

from receiver.domain.decision import Decision, DueAward, Stage, decide
from receiver.domain.facts import Facts, Payment, as_known_at
from receiver.domain.next_tier import Needs, NextTier
from tests.domain.situations import Situation, payment_row, situations, spend_row
from tests.factories import (
    FIRST,
    LAST,
    OPEN,
    SETTLED,
    bill,
    cash,
    days_of,
    decision_for,
    make_award,
    make_programme,
    seed_programme,
)

AUTOMATIC: dict[str, Any] = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
EXPIRES = date(2026, 1, 30)
HIGHEST_BY = date(2026, 1, 23)  # seven days before the credit's end
BEGIN_BY = date(2025, 12, 25)  # a window of thirty dates then ends on 23 January
LINKED_LATE = {
    "linked_at": datetime(2025, 12, 28, tzinfo=UTC),
    "created_at": datetime(2025, 12, 28, tzinfo=UTC),
}


def noon(text: str) -> datetime:
    """Return noon in New York, where the date is the same as in UTC."""
    return datetime.fromisoformat(f"{text}T17:00").replace(tzinfo=UTC)


def late_store(first: str, amount: str = "10.00") -> dict[str, Any]:
    """Return the facts of a store whose window begins late in the offer."""
    return {
        "account": LINKED_LATE,
        "store": {"joined_at": LINKED_LATE["linked_at"], "set_up_at": LINKED_LATE["linked_at"]},
        "spend": (cash(amount, date.fromisoformat(first)),),
    }


def warnings_by_id(decision: Decision) -> dict[str, Any]:
    return {warning.id: warning.params for warning in decision.warnings}


# -- Where nothing can be earned -------------------------------------------------------------------

SOME = {"spend": (cash("484.50"),)}  # 15.50 short of the first tier


@pytest.mark.parametrize(
    ("stage", "as_of", "parts"),
    [
        ("ineligible", OPEN, {**SOME, "store": {"country": "FR"}}),
        ("blocked", OPEN, {**SOME, "history": {"safety_flag": True}}),
        ("programme_over", noon("2026-02-01"), SOME),
        ("ended", SETTLED, SOME),
        ("settling", noon("2025-12-02"), SOME),  # over, and not final yet
        *(
            (state, OPEN, {**SOME, "award": make_award(state=state, decided_at=None)})
            for state in ("due", "issued", "credited", "expired", "blocked")
        ),
        ("held", SETTLED, {"spend": (cash("600.00"),), "account": {"consent": False}}),
        ("not_admitted", OPEN, {"store": {"admitted": False}}),  # nothing spent yet: no place to spend for
    ],
)
def test_nothing_is_asked_for_where_it_earns_nothing(stage, as_of, parts):
    decision = decision_for(as_of, **parts)
    assert (decision.stage, decision.next_tier, decision.pace if stage != "settling" else None) == (
        stage,
        None,
        None,
    )


def test_a_store_without_a_place_whose_days_run_sees_what_is_missing():
    decision = decision_for(**SOME, store={"admitted": False})
    assert (decision.stage, decision.next_tier.remaining) == (Stage.NOT_ADMITTED, Decimal("15.50"))


# -- A payment, or spend ---------------------------------------------------------------------------


def test_under_automatic_payment_a_missing_payment_is_said_and_not_asked_for_each_day():
    decision = decision_for(
        noon("2025-11-25"), spend=(cash("500.00"),), payments=(bill("300.00", OPEN),), **AUTOMATIC
    )
    above = decision.next_tier
    assert (above.needs, above.remaining, above.per_day) == (Needs.PAYMENT, Decimal("200.00"), None)
    assert (above.by, decision.deadlines.bills_until) == (date(2026, 1, 5), date(2026, 1, 5))
    assert warnings_by_id(decision)["bill_deadline"] == {
        "unpaid": Decimal("200.00"),
        "bills_until": date(2026, 1, 5),
        "currency": "USD",
    }


def test_under_automatic_payment_what_is_to_be_spent_is_less_what_was_spent_and_not_yet_paid():
    decision = decision_for(spend=(cash("300.00"),), **AUTOMATIC)
    assert (decision.next_tier.needs, decision.next_tier.remaining) == (Needs.SPEND, Decimal("200.00"))
    assert "bill_deadline" not in warnings_by_id(decision)


def test_after_the_window_only_a_payment_can_be_missing_and_only_until_its_deadline():
    parts = {"spend": (cash("500.00"),), **AUTOMATIC}
    for as_of in (noon("2025-12-02"), SETTLED, noon("2026-01-05")):
        decision = decision_for(as_of, **parts)
        assert (decision.stage, decision.next_tier.needs, decision.next_tier.by) == (
            "settling",
            "payment",
            date(2026, 1, 5),
        )
    assert decision_for(noon("2026-01-06"), **parts).next_tier is None


def test_bills_that_must_be_paid_in_the_window_have_its_last_date():
    terms = make_programme(bills_must_be_paid_in_window=True)
    decision = decision_for(OPEN, terms, spend=(cash("500.00"),), **AUTOMATIC)
    assert (decision.deadlines.bills_until, decision.next_tier.by) == (LAST, LAST)


def test_paying_for_a_lower_tier_alone_is_not_asked_for_where_it_would_be_decided_too_late():
    terms = make_programme(
        credit_expires=date(2026, 1, 8)
    )  # the grace of bills ends on 5 January, and 7 days
    decision = decision_for(noon("2025-12-05"), terms, spend=(cash("1600.00"),), **AUTOMATIC)
    assert (decision.next_tier.tier.threshold, decision.next_tier.remaining) == (Decimal(1500), Decimal(1500))
    assert decision.next_tier.by == date(2026, 1, 1)


# -- The last useful dates -------------------------------------------------------------------------


def test_a_lower_tier_is_asked_for_only_where_its_window_is_settled_and_credited_in_time():
    begun_in_time = decision_for(noon("2025-12-31"), **late_store("2025-12-28"))
    # 28 December to 26 January, final on 29 January: seven days later the credit has expired
    assert (begun_in_time.next_tier.tier.threshold, begun_in_time.next_tier.by) == (Decimal(5000), HIGHEST_BY)
    early = decision_for(noon("2025-12-05"), spend=(cash("10.00", date(2025, 12, 1)),))
    assert (early.next_tier.tier.threshold, early.next_tier.by) == (Decimal(500), date(2025, 12, 30))


def test_what_is_asked_for_each_day_is_spread_over_the_dates_that_are_useful():
    decision = decision_for(noon("2026-01-13"), **late_store("2025-12-28", "2000.00"))
    assert (decision.next_tier.remaining, decision.next_tier.per_day) == (
        Decimal(3000),
        Decimal(300),
    )  # ten dates


def test_after_the_last_useful_date_nothing_is_asked_for_and_it_is_said():
    last = decision_for(noon("2026-01-23"), **late_store("2025-12-28", "4500.00"))
    assert (last.next_tier.by, last.next_tier.per_day) == (HIGHEST_BY, None)
    after = decision_for(noon("2026-01-24"), **late_store("2025-12-28", "4500.00"))
    assert (after.stage, after.next_tier, after.is_too_late) == ("accumulating", None, True)
    assert set(warnings_by_id(after)) == {"nothing_more_in_time"}


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        ("2025-11-09", None),  # 46 days before
        ("2025-11-10", "begin_by"),
        ("2025-12-25", "begin_by"),
        ("2025-12-26", "begin_for_highest"),
        ("2026-01-23", "begin_for_highest"),
        ("2026-01-24", "too_late_to_begin"),
        ("2026-01-25", "too_late_to_begin"),  # five days before the credit ends
    ],
)
@pytest.mark.parametrize("parts", [{}, {"account": False}, {"store": {"set_up_at": None}}])
def test_the_last_useful_day_to_begin_is_warned_of_from_45_days_before(day, warning, parts):
    decision = decision_for(noon(day), **parts)
    assert set(warnings_by_id(decision)) == ({warning} if warning else set())
    expected = {"begin_by": BEGIN_BY, "begin_for_highest": HIGHEST_BY}
    assert warnings_by_id(decision).get(warning, {}).get("by") == expected.get(warning)
    assert decision.is_too_late == (warning == "too_late_to_begin")


def test_a_store_without_a_place_is_not_told_to_begin_but_that_it_is_too_late():
    waits = {"store": {"admitted": False}}
    assert warnings_by_id(decision_for(noon("2025-12-20"), **waits)) == {}
    assert set(warnings_by_id(decision_for(noon("2026-01-25"), **waits))) == {"too_late_to_begin"}


def test_the_last_useful_dates_are_those_of_the_accounts_zone():
    midnight_in_utc = datetime(2026, 1, 24, 2, 0, tzinfo=UTC)  # the evening of the 23rd in New York
    assert set(warnings_by_id(decision_for(midnight_in_utc))) == {"begin_for_highest"}
    london = {"country": "GB", "currency": "GBP", "timezone": "Europe/London"}
    assert set(warnings_by_id(decision_for(midnight_in_utc, account=london))) == {"too_late_to_begin"}


# -- When the credit comes -------------------------------------------------------------------------


def credit_dates(decision: Decision) -> list[date | None]:
    return [tier.credit_by for tier in decision.tiers]


def test_from_the_first_qualifying_day_the_credits_date_is_told_if_nothing_more_is_reached():
    on_day_five = decision_for(noon("2025-11-06"), spend=days_of("120.00", 5))
    assert (on_day_five.stage, credit_dates(on_day_five)) == ("accumulating", [date(2025, 12, 8), None, None])
    assert credit_dates(decision_for(noon("2025-12-02"), spend=days_of("120.00", 5))) == [
        date(2025, 12, 8),
        None,
        None,
    ]


def test_a_tier_below_the_one_reached_and_one_not_reached_have_no_date():
    decision = decision_for(spend=(cash("1500.00"),))
    assert credit_dates(decision) == [None, date(2025, 12, 8), None]
    assert credit_dates(decision_for(**SOME)) == [None, None, None]


def test_the_highest_tier_comes_seven_days_after_it_was_seen():
    decision = decision_for(noon("2025-11-20"), spend=(cash("4000.00"), cash("1000.00", date(2025, 11, 19))))
    assert (decision.stage, credit_dates(decision)) == ("accumulating", [None, None, date(2025, 11, 26)])


def test_unpaid_bills_that_could_raise_the_tier_move_its_credit_past_their_grace():
    parts = {"spend": (cash("1600.00"),), "payments": (bill("600.00", OPEN),), **AUTOMATIC}
    assert credit_dates(decision_for(SETTLED, **parts)) == [date(2026, 1, 12), None, None]


@pytest.mark.parametrize(
    ("as_of", "parts"),
    [
        (OPEN, {"store": {"admitted": False}}),
        (OPEN, {"store": {"country": "FR"}}),
        (OPEN, {"account": {"consent": False}}),  # a rule is unknown
        (OPEN, {"account": {"payment": Payment.UNKNOWN}}),  # whether it was paid is unknown
        (SETTLED, {"award": make_award()}),  # the award has its own date
        (noon("2026-02-01"), {}),
    ],
)
def test_no_date_is_told_where_no_credit_comes_or_nobody_knows(as_of, parts):
    assert credit_dates(decision_for(as_of, spend=(cash("600.00"),), **parts)) == [None, None, None]


@given(situations())
def test_a_date_told_for_the_credit_is_never_past_nor_after_the_credits_end(situation: Situation):
    decision = situation.decide()
    for day in filter(None, credit_dates(decision)):
        assert decision.today <= day <= situation.terms.credit_expires


@given(situations())
def test_what_is_asked_for_and_given_on_its_last_useful_date_earns_the_tier(situation: Situation):
    decision = situation.decide()
    assume(decision.next_tier is not None and decision.window is not None)
    assert decision.today <= decision.next_tier.by
    facts = with_last_step(as_known_at(situation.facts, situation.as_of), decision, decision.next_tier)
    end = datetime.combine(situation.terms.credit_expires, time(23), situation.zone)
    later_decision = decide(facts, situation.terms, end.astimezone(UTC))
    assert decision.next_tier.tier in [tier.tier for tier in later_decision.tiers if tier.reached_on]
    if isinstance(later_decision.award, DueAward):
        assert later_decision.award.tier.threshold >= decision.next_tier.tier.threshold
    assert later_decision.stage not in (Stage.ACCUMULATING, Stage.SETTLING, Stage.ENDED)  # it is decided


def with_last_step(facts: Facts, decision: Decision, above: NextTier) -> Facts:
    """Return the facts after what is missing was spent, or paid, on its last useful date."""
    at = datetime.combine(above.by, time(12), decision.deadlines.zone)
    if above.needs is Needs.PAYMENT:
        return replace(facts, payments=(*facts.payments, payment_row(above.remaining, at)))
    rows = {item.date: item for item in facts.spend}
    old = rows.get(above.by, spend_row(above.by, Decimal(0)))
    net, cost = ((amount or Decimal(0)) + above.remaining for amount in (old.cash_spend, old.billed_cost))
    rows[above.by] = old._replace(cash_spend=net, billed_cost=cost)
    unpaid = above.tier.threshold - decision.spend.billed_amount
    return replace(facts, spend=tuple(rows.values()), payments=(*facts.payments, payment_row(unpaid, at)))


def test_the_dates_rest_on_the_terms_and_on_no_number_of_the_code():
    terms = replace(seed_programme(), credit_within_days=3, window_days=10, credit_expires=date(2026, 3, 1))
    decision = decision_for(OPEN, terms, account=False)
    lowest, highest = decision.tiers[0].tier, decision.tiers[-1].tier
    assert decision.deadlines.begin_by(highest) == date(2026, 2, 26)
    assert decision.deadlines.begin_by(lowest) == date(2026, 2, 17)
    assert decision.deadlines.begin_by(lowest) > FIRST
