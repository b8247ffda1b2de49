"""What holds for any facts: order, money, time and the unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.calendar import final_at, local_date
from receiver.domain.decision import DueAward, Stage, Verdict, decide
from receiver.domain.facts import DaySpend, Facts, Outcome, Payment, Transaction
from receiver.domain.programme import Anchor
from tests.factories import make_facts, make_programme, seed_programme

ZONES = [
    "America/New_York",
    "Europe/London",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Africa/Cairo",
    "Asia/Kathmandu",
]
AMOUNTS = st.sampled_from(
    ["0", "0.01", "20.00", "166.66", "499.99", "500.00", "1499.99", "1500.00", "4999.99", "5000"]
)
BEGINNING = datetime(2025, 10, 31, tzinfo=UTC)
MOMENTS = st.integers(0, 112 * 24 * 60).map(lambda minutes: BEGINNING + timedelta(minutes=minutes))
TERMS = st.builds(
    make_programme,
    anchor=st.sampled_from(Anchor),
    bills_must_be_paid_in_window=st.booleans(),
    accept_net_cost=st.booleans(),
)
MAYBE = st.sampled_from([True, False, None])


@st.composite
def spend_rows(draw, most: int = 12) -> tuple[DaySpend, ...]:
    days = draw(st.lists(st.integers(-10, 80), unique=True, max_size=most))
    rows = []
    for day in days:
        cash, credit = Decimal(draw(AMOUNTS)), Decimal(draw(st.sampled_from(["0", "15.00"])))
        known = draw(st.booleans())
        row = DaySpend(date(2025, 11, 2) + timedelta(days=day), cash + credit, cash, cash, credit)
        rows.append(row if known else replace(row, cash_spend=None, voucher_spend=None))
    return tuple(rows)


@st.composite
def payments(draw) -> tuple[Transaction, ...]:
    kinds = st.sampled_from(["BILL_PAYMENT", "BILL_PAYMENT", "REFUND", "CANCELLATION", "ADD_BALANCE"])
    amounts = AMOUNTS.map(Decimal)
    row = st.builds(
        Transaction, kinds, st.sampled_from(["CASH", "CASH", "CREDIT"]), amounts, st.just(None), MOMENTS
    )
    return tuple(draw(st.lists(row, max_size=8)))


@st.composite
def facts(draw) -> Facts:
    return make_facts(
        store={"admitted": draw(MAYBE), "country": draw(st.sampled_from(["US", "GB", "FR", None]))},
        account={
            "timezone": draw(st.sampled_from(ZONES)),
            "payment": draw(st.sampled_from(Payment)),
            "consent": draw(MAYBE),
            "status": draw(st.sampled_from(["STATUS_ENABLE", "STATUS_LIMIT", "STATUS_NEW", None])),
        },
        history={
            "set_up_before": draw(MAYBE),
            "safety_flag": draw(MAYBE),
            "foreign_credit_issued": draw(MAYBE),
        },
        spend=draw(spend_rows()),
        payments=draw(payments()),
        bills_readable=draw(MAYBE),
        paid_bills_confirmed=draw(MAYBE),
    )


@given(facts(), TERMS, MOMENTS, st.randoms())
def test_the_order_of_input_never_matters(known, terms, as_of, random):
    rows, paid = list(known.spend), list(known.payments)
    random.shuffle(rows)
    random.shuffle(paid)
    one, other = (
        decide(known, terms, as_of),
        decide(replace(known, spend=tuple(rows), payments=tuple(paid)), terms, as_of),
    )
    assert (one.stage, one.verdict, one.rules, one.tiers, one.award, one.next_tier) == (
        other.stage,
        other.verdict,
        other.rules,
        other.tiers,
        other.award,
        other.next_tier,
    )


@given(facts(), TERMS, MOMENTS)
def test_qualified_has_neither_fail_nor_unknown_nor_pending(known, terms, as_of):
    found = decide(known, terms, as_of)
    if found.verdict is Verdict.QUALIFIED:
        assert {rule.outcome for rule in found.rules} == {Outcome.PASS}
    if found.stage is Stage.DUE:
        assert found.verdict is Verdict.QUALIFIED


def tier_of(found) -> Decimal:
    return found.tier.threshold if found.tier else Decimal(0)


@given(facts(), MOMENTS, st.data())
def test_more_qualifying_spend_never_lowers_the_tier(known, as_of, data):
    known = replace(known, account=replace(known.account, payment=Payment.MANUAL))
    before = decide(known, seed_programme(), as_of)
    if not known.spend:
        return
    at = data.draw(st.integers(0, len(known.spend) - 1))
    row = known.spend[at]
    # On a date from the window's first on: an earlier first cash would be another window.
    if before.window is None or row.date < before.window.first or row.cash_spend is None:
        return
    more = replace(row, cash_spend=row.cash_spend + Decimal("100.00"))
    after = decide(
        replace(known, spend=(*known.spend[:at], more, *known.spend[at + 1 :])), seed_programme(), as_of
    )
    assert tier_of(after) >= tier_of(before)


@given(facts(), TERMS, MOMENTS, st.sampled_from([Decimal("7.00"), Decimal("9000.00")]))
def test_credit_funded_spend_and_tax_never_raise_what_qualifies(known, terms, as_of, more):
    credit = tuple(
        replace(row, spend=(row.spend or 0) + more, voucher_spend=(row.voucher_spend or 0) + more)
        for row in known.spend
    )
    taxed = tuple(replace(row, tax=more) for row in known.payments)
    before, after = (
        decide(known, terms, as_of),
        decide(replace(known, spend=credit, payments=taxed), terms, as_of),
    )
    assert (before.stage, before.tier, before.rules) == (after.stage, after.tier, after.rules)


@given(facts(), TERMS, MOMENTS, st.sampled_from([Decimal("1.00"), Decimal("9000.00")]))
def test_spend_after_the_window_never_counts(known, terms, as_of, amount):
    before = decide(known, terms, as_of)
    if before.window is None:
        return
    late = before.window.last + timedelta(days=1)
    rows = tuple(row for row in known.spend if row.date != late)
    added = DaySpend(late, amount, amount, amount, Decimal(0))
    without, with_it = (decide(replace(known, spend=s), terms, as_of) for s in (rows, (*rows, added)))
    if without.window == before.window:
        assert (without.stage, without.tier, without.award) == (with_it.stage, with_it.tier, with_it.award)


@given(facts(), TERMS, MOMENTS)
def test_figures_not_final_never_decide(known, terms, as_of):
    found = decide(known, terms, as_of)
    zone = ZoneInfo(known.account.timezone)
    settled = tuple(row for row in known.spend if as_of >= final_at(row.date, zone))
    only_final = decide(replace(known, spend=settled), terms, as_of)
    if isinstance(found.award, DueAward) and only_final.window == found.window:
        assert found.award == only_final.award


@given(facts(), TERMS, MOMENTS)
def test_a_lower_tier_is_never_decided_before_the_window_is_over_and_final(known, terms, as_of):
    found = decide(known, terms, as_of)
    if isinstance(found.award, DueAward) and found.award.tier.threshold < Decimal(3954):
        assert found.window.is_over(found.today)
        assert found.spend.all_final


@given(facts(), TERMS, MOMENTS)
def test_a_due_date_is_a_date_of_the_accounts_zone_within_the_terms(known, terms, as_of):
    found = decide(known, terms, as_of)
    if not isinstance(found.award, DueAward):
        return
    assert found.award.due_by <= terms.credit_expires
    reached = next(t.reached_on for t in found.tiers if t.tier == found.award.tier)
    latest = max(found.window.last + timedelta(days=terms.bill_grace_days), reached)
    assert found.award.due_by <= latest + timedelta(days=terms.credit_within_days)
    assert found.award.due_by >= min(reached, terms.credit_expires)


@given(facts(), TERMS, MOMENTS)
def test_what_has_not_happened_changes_nothing(known, terms, as_of):
    today = local_date(as_of, ZoneInfo(known.account.timezone))
    past = replace(
        known,
        spend=tuple(row for row in known.spend if row.date <= today),
        payments=tuple(row for row in known.payments if row.at <= as_of),
    )
    one, other = decide(known, terms, as_of), decide(past, terms, as_of)
    assert (one.stage, one.rules, one.tiers, one.award) == (
        other.stage,
        other.rules,
        other.tiers,
        other.award,
    )
