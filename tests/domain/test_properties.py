"""Property tests that hold for any facts: order, money, time and the unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from receiver.domain.calendar import final_at, local_date
from receiver.domain.decision import Decision, DueAward, Stage, Verdict
from receiver.domain.facts import Outcome, Payment
from receiver.domain.programme import Anchor, Market
from tests.domain.situations import (
    BEGINNINGS,
    DAY,
    MARKETS,
    NOTHING,
    ZONES,
    Situation,
    evening,
    payment_row,
    situations,
    sound_facts,
    spend_row,
)
from tests.factories import make_programme

MORE = st.sampled_from([Decimal("0.01"), Decimal("100.00"), Decimal("9000.00")])


def comparable(decision: Decision) -> tuple:
    """Return all of a decision that can be compared, with the money as figures."""
    money = decision.spend and (
        decision.spend.qualifying,
        decision.spend.final_qualifying,
        decision.spend.paid_amount,
        decision.spend.days,
    )
    return replace(decision, spend=None), money


def shown_threshold(decision: Decision) -> Decimal:
    return decision.tier.threshold if decision.tier else NOTHING


def reached_threshold(decision: Decision) -> Decimal:
    """Return the highest threshold that the final figures reach."""
    return max((tier.tier.threshold for tier in decision.tiers if tier.reached_on), default=NOTHING)


# -- The order of input --------------------------------------------------------------------------


@given(situations(), st.randoms())
def test_the_order_of_input_never_matters(situation, random):
    rows, payments = list(situation.facts.spend), list(situation.facts.payments)
    random.shuffle(rows)
    random.shuffle(payments)
    shuffled = situation.but(spend=tuple(rows), payments=tuple(payments))
    assert comparable(shuffled.decide()) == comparable(situation.decide())


# -- Money ---------------------------------------------------------------------------------------


@given(situations(), MORE, st.data())
def test_more_qualifying_spend_never_lowers_the_tier(situation, more, data):
    before = situation.decide()
    assume(before.window is not None and before.window.first <= before.today)
    # From the window's first date on: an earlier first cash would be another window.
    age = (min(before.today, before.window.last) - before.window.first).days
    day = before.window.first + data.draw(st.integers(0, age)) * DAY
    there = {item.date: item for item in situation.facts.spend}
    old = there.get(day, spend_row(day, NOTHING))
    there[day] = old._replace(
        cash_spend=(old.cash_spend or NOTHING) + more, billed_cost=(old.billed_cost or NOTHING) + more
    )
    spent = situation.but(spend=tuple(there.values()))
    billed = spent.but(payments=(*situation.facts.payments, payment_row(more, situation.as_of)))
    for after in (spent.decide(), billed.decide()):
        assert after.window == before.window
        assert shown_threshold(after) >= shown_threshold(before)
        assert reached_threshold(after) >= reached_threshold(before)


@given(situations(), MORE, st.data())
def test_spend_outside_the_window_never_counts(situation, amount, data):
    window = situation.decide().window
    assume(window is not None)
    outside = [
        situation.linked_on - DAY,
        situation.linked_on - 20 * DAY,
        window.last + DAY,
        window.last + 20 * DAY,
    ]
    day = data.draw(st.sampled_from(outside))
    others = tuple(item for item in situation.facts.spend if item.date != day)
    without, with_it = situation.but(spend=others), situation.but(spend=(*others, spend_row(day, amount)))
    item, other = without.decide(), with_it.decide()
    assert (item.window, item.stage, item.rules, item.tiers, item.award) == (
        other.window,
        other.stage,
        other.rules,
        other.tiers,
        other.award,
    )


@given(situations(), MORE)
def test_credit_funded_spend_tax_and_what_is_no_bill_never_count(situation, more):
    facts = situation.facts
    credit = tuple(
        item._replace(
            spend=(item.spend or NOTHING) + more, voucher_spend=(item.voucher_spend or NOTHING) + more
        )
        for item in facts.spend
    )
    payments = tuple(replace(payment, tax=more) for payment in facts.payments)
    no_bills = [
        payment_row(more, situation.as_of, billing="CREDIT"),
        payment_row(more, situation.as_of, type="ADD_BALANCE"),
    ]
    before, after = situation.decide(), situation.but(spend=credit, payments=(*payments, *no_bills)).decide()
    assert (before.window, before.stage, before.rules, before.tiers, before.award) == (
        after.window,
        after.stage,
        after.rules,
        after.tiers,
        after.award,
    )


@given(
    st.sampled_from([(market, tier) for market in MARKETS for tier in market.tiers]),
    st.sampled_from(ZONES),
    st.sampled_from([Payment.MANUAL, Payment.AUTOMATIC]),
    st.sampled_from(Anchor),
    st.sampled_from([Decimal("0.01"), Decimal("0.000001")]),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
)
def test_just_below_a_threshold_is_below_it_and_the_missing_bit_reaches_it(
    place, zone, payment, anchor, missing, shares
):
    market, tier = place
    first = date(2025, 11, 2)
    facts = sound_facts(first, market, payment, zone)
    # The amount in uneven parts: whatever they are, they add up to the threshold less what is missing.
    parts = [(tier.threshold * share / sum(shares)).quantize(missing) for share in shares]
    parts[0] += tier.threshold - missing - sum(parts)
    assume(parts[0] > 0)
    rows = tuple(spend_row(first + n * DAY, part) for n, part in enumerate(parts))
    bills = tuple(payment_row(part, evening(first + n * DAY)) for n, part in enumerate(parts))
    below = Situation(
        replace(facts, spend=rows, payments=bills), make_programme(anchor=anchor), evening(first + 45 * DAY)
    )
    assert shown_threshold(below.decide()) < tier.threshold
    assert reached_threshold(below.decide()) < tier.threshold
    last_bit = first + len(parts) * DAY
    exact = below.but(
        spend=(*rows, spend_row(last_bit, missing)),
        payments=(*bills, payment_row(missing, evening(last_bit))),
    )
    assert shown_threshold(exact.decide()) == reached_threshold(exact.decide()) == tier.threshold


# -- The unknown ---------------------------------------------------------------------------------


@given(situations())
def test_qualified_and_due_have_neither_fail_nor_unknown_nor_pending(situation):
    decision = situation.decide()
    outcomes = {rule.outcome for rule in decision.rules}
    assert (decision.verdict is Verdict.QUALIFIED) == (outcomes == {Outcome.PASS})
    if decision.stage is Stage.DUE or decision.award:
        assert decision.verdict is Verdict.QUALIFIED


# -- Time ----------------------------------------------------------------------------------------


@settings(max_examples=300)  # few examples stand at a threshold that a young date would cross
@given(situations(), MORE)
def test_figures_not_final_never_decide(situation, much):
    """Whatever they are, nothing or a fortune, the award and the rules' answers are the same."""
    today = local_date(situation.as_of, situation.zone)
    young = [day for n in range(4) if situation.as_of < final_at(day := today - n * DAY, situation.zone)]
    old = tuple(item for item in situation.facts.spend if item.date not in young)
    nothing, more = (
        situation.but(spend=(*old, *(spend_row(day, amount) for day in young))).decide()
        for amount in (NOTHING, much)
    )
    assume(nothing.window == more.window)  # the first cash may itself be young
    assert nothing.award == more.award
    assert [rule.outcome for rule in nothing.rules] == [rule.outcome for rule in more.rules]


@given(situations())
def test_a_lower_tier_is_never_decided_before_the_window_is_over_and_final(situation):
    window = situation.decide().window
    assume(window is not None)
    last_moment = final_at(window.last, situation.zone) - timedelta(seconds=1)
    decision = replace(situation, as_of=min(situation.as_of, last_moment)).decide()
    if decision.award or decision.stage is Stage.HELD:
        assert reached_threshold(decision) == decision.tiers[-1].tier.threshold


@given(situations())
def test_what_has_not_happened_changes_nothing(situation):
    facts, today = situation.facts, local_date(situation.as_of, situation.zone)
    past = situation.but(
        spend=tuple(item for item in facts.spend if item.date <= today),
        payments=tuple(payment for payment in facts.payments if payment.at <= situation.as_of),
    )
    assert comparable(past.decide()) == comparable(situation.decide())


# -- Due dates: computed here from the calendar alone --------------------------------------------


def start_by_search(day: date, zone: ZoneInfo) -> datetime:
    """Search for the first quarter of an hour that has this date, as somebody on the spot would."""
    at = datetime.combine(day, time(0), UTC) - timedelta(hours=15)
    while at.astimezone(zone).date() < day:
        at += timedelta(minutes=15)
    return at


def noon_after(day: date, zone: ZoneInfo) -> datetime:
    """Return the first noon UTC at or after 48 hours past the date's end."""
    settled = start_by_search(day + DAY, zone) + timedelta(hours=48)
    return next(
        noon
        for n in range(3)
        if (noon := datetime.combine(settled.date() + n * DAY, time(12), UTC)) >= settled
    )


def due_date(situation: Situation, as_of: datetime) -> date | None:
    decision = replace(situation, as_of=as_of).decide()
    return decision.award.due_by if isinstance(decision.award, DueAward) else None


@st.composite
def spenders(draw: st.DrawFn, payment: Payment, tier: int) -> Situation:
    """Draw a store in any zone that spent for a tier on the window's first date; its terms end far away."""
    first, market = draw(st.sampled_from(BEGINNINGS)), draw(st.sampled_from(MARKETS))
    return spender(first, market, payment, draw(st.sampled_from(ZONES)), tier)


def spender(first: date, market: Market, payment: Payment, zone: str, tier: int) -> Situation:
    facts = sound_facts(first, market, payment, zone)
    terms = make_programme(
        opens=date(2025, 1, 1), closes=date(2028, 12, 31), credit_expires=date(2029, 1, 30)
    )
    return Situation(
        replace(facts, spend=(spend_row(first, market.tiers[tier].threshold),)), terms, evening(first)
    )


def first_date(situation: Situation) -> date:
    return situation.facts.spend[0].date


@pytest.mark.parametrize("first", BEGINNINGS)
def test_in_every_zone_a_lower_tier_is_due_seven_days_after_the_last_date_from_its_final_noon_on(first):
    last = date.fromordinal(first.toordinal() + 29)
    for zone, market in zip(ZONES, cycle(MARKETS), strict=False):
        situation = spender(first, market, Payment.MANUAL, zone, 0)
        settled = noon_after(last, situation.zone)
        assert due_date(situation, settled - timedelta(seconds=1)) is None, zone
        assert due_date(situation, settled) == date.fromordinal(last.toordinal() + 7), zone


@given(spenders(Payment.MANUAL, 0), st.integers(1, 29))
def test_the_highest_tier_is_due_seven_days_after_it_was_reached_from_that_dates_noon_on(situation, age):
    day = first_date(situation) + age * DAY
    highest = situation.terms.market(situation.facts.account.country).tiers[-1]
    situation = situation.but(spend=(*situation.facts.spend, spend_row(day, highest.threshold)))
    settled = noon_after(day, situation.zone)
    assert due_date(situation, settled - timedelta(seconds=1)) is None
    assert due_date(situation, settled) == date.fromordinal(day.toordinal() + 7)


@given(spenders(Payment.AUTOMATIC, 0), st.integers(30, 80))
def test_a_bill_paid_after_the_window_moves_the_due_date_to_seven_days_after_itself(situation, age):
    day = first_date(situation) + age * DAY
    at = start_by_search(day, situation.zone)
    situation = situation.but(payments=(payment_row(situation.facts.spend[0].billed_cost, at),))
    settled = max(at, noon_after(first_date(situation) + 29 * DAY, situation.zone))
    assert due_date(situation, settled - timedelta(seconds=1)) is None
    assert due_date(situation, settled) == date.fromordinal(day.toordinal() + 7)


@given(spenders(Payment.AUTOMATIC, 1))
def test_what_bills_could_still_raise_is_decided_when_their_grace_is_over(situation):
    lowest = situation.terms.market(situation.facts.account.country).tiers[0]
    situation = situation.but(payments=(payment_row(lowest.threshold, evening(first_date(situation) + DAY)),))
    grace = date.fromordinal(first_date(situation).toordinal() + 29 + 35)
    over = start_by_search(grace + DAY, situation.zone)
    assert due_date(situation, over - timedelta(seconds=1)) is None
    assert due_date(situation, over) == date.fromordinal(grace.toordinal() + 7)


@given(spenders(Payment.MANUAL, 2), st.integers(0, 12))
def test_a_due_date_is_never_after_the_credit_has_expired(situation, days):
    expires = first_date(situation) + days * DAY
    situation = replace(situation, terms=replace(situation.terms, credit_expires=expires))
    settled = noon_after(first_date(situation), situation.zone)
    too_late = settled.astimezone(situation.zone).date() > expires
    assert due_date(situation, settled) == (
        None if too_late else min(expires, first_date(situation) + 7 * DAY)
    )
