"""Tests of qualifying spend: what counts, what does not, and when a threshold was reached."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.domain.facts import DaySpend, Payment
from receiver.domain.programme import Anchor
from receiver.domain.spend import CountedDay, ExclusionReason
from tests.factories import (
    FIRST,
    LAST,
    OPEN,
    SETTLED,
    bill,
    cash,
    days_of,
    decision_for,
    make_programme,
    override,
)

AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
NOON = datetime(2025, 11, 5, 17, tzinfo=UTC)  # noon of 5 November in New York


def qualifying_amounts(decision):
    return decision.spend.qualifying, decision.spend.final_qualifying


def excluded_amounts(decision):
    return {why.value: str(amount) for why, amount in decision.spend.excluded}


# -- The window --------------------------------------------------------------------------------


def test_the_window_begins_with_the_first_cash_and_has_thirty_dates():
    decision = decision_for(spend=(cash("0.00", date(2025, 11, 1)), cash("0.01", FIRST)))
    assert (decision.window.first, decision.window.last) == (FIRST, LAST)


def test_ad_credit_does_not_begin_the_window():
    decision = decision_for(spend=(cash("0.00", FIRST, credit="50.00"),))
    assert (decision.window, decision.stage, excluded_amounts(decision)) == (
        None,
        "awaiting_spend",
        {"ad_credit": "50.00"},
    )


@pytest.mark.parametrize(
    ("linked", "set_up", "first"),
    [
        # the later of link and set-up, as dates in New York (where 03:00 UTC is the evening before)
        ("2025-11-03T03:00", "2025-10-31T10:00", date(2025, 11, 2)),
        ("2025-11-03T06:00", "2025-10-31T10:00", date(2025, 11, 3)),
        ("2025-10-31T10:05", "2025-11-04T12:00", date(2025, 11, 4)),
    ],
)
def test_the_window_never_begins_before_link_and_set_up(linked, set_up, first):
    decision = decision_for(
        account={"linked_at": datetime.fromisoformat(linked + "+00:00")},
        store={"set_up_at": datetime.fromisoformat(set_up + "+00:00")},
        spend=days_of("10.00", 10),
    )
    assert decision.window.first == first


@pytest.mark.parametrize(
    "parts",
    [
        {"account": {"linked_at": None}},
        {"store": {"set_up_at": None}},
        {"account": {"timezone": None}},
        {"account": False},
    ],
)
def test_no_window_without_link_set_up_or_zone(parts):
    assert decision_for(spend=days_of("10.00", 5), **parts).window is None


def test_without_a_zone_spend_reached_is_unknown():
    assert (
        decision_for(account={"timezone": None}, spend=days_of("900.00", 5)).outcome("spend_reached")
        == "unknown"
    )


@pytest.mark.parametrize(
    ("anchor", "first"),
    [
        (Anchor.SET_UP, date(2025, 10, 31)),
        (Anchor.REGISTRATION, date(2025, 10, 30)),
    ],
)
def test_other_anchors_take_their_date_from_the_facts(anchor, first):
    created_at = datetime(2025, 10, 31, 3, tzinfo=UTC)  # the evening of the 30th in New York
    terms = make_programme(anchor=anchor)
    decision = decision_for(
        OPEN, terms, account={"created_at": created_at}, spend=(cash("5.00", date(2025, 11, 9)),)
    )
    assert decision.window.first == first


def test_by_registration_an_unknown_age_leaves_spend_unknown():
    terms = make_programme(anchor=Anchor.REGISTRATION)
    decision = decision_for(OPEN, terms, account={"created_at": None}, spend=days_of("900.00", 5))
    assert (decision.window, decision.outcome("spend_reached")) == (None, "unknown")


def test_spend_before_the_link_never_counts_even_inside_the_window():
    terms = make_programme(anchor=Anchor.SET_UP)
    linked_at = datetime(2025, 11, 5, 12, tzinfo=UTC)
    decision = decision_for(OPEN, terms, account={"linked_at": linked_at}, spend=days_of("10.00", 6))
    assert qualifying_amounts(decision)[0] == Decimal("30.00")
    assert excluded_amounts(decision) == {"outside_window": "30.00"}


def test_a_set_up_window_awaits_spend_until_something_counts():
    terms = make_programme(anchor=Anchor.SET_UP)
    assert decision_for(OPEN, terms).stage == "awaiting_spend"
    assert decision_for(OPEN, terms, spend=(cash("1.00"),)).stage == "accumulating"


def test_a_window_by_set_up_begins_on_its_date_in_the_accounts_zone():
    set_up = datetime(2025, 11, 1, 3, tzinfo=UTC)  # the evening of 31 October in New York
    decision = decision_for(OPEN, make_programme(anchor=Anchor.SET_UP), store={"set_up_at": set_up})
    assert decision.window.first == date(2025, 10, 31)


def test_the_first_cash_of_a_manual_account_is_cash_and_not_cost():
    cost_only = DaySpend(FIRST, Decimal(5), Decimal(5), Decimal(0), Decimal(0))
    decision = decision_for(spend=(cost_only, cash("1.00", date(2025, 11, 4))))
    assert decision.window.first == date(2025, 11, 4)


# -- What counts -------------------------------------------------------------------------------


def test_every_date_of_the_window_up_to_today_says_what_counts_of_it():
    row = DaySpend(date(2025, 11, 4), Decimal(9), Decimal(8), Decimal(7), Decimal(1))
    unread = DaySpend(date(2025, 11, 5), None, None, None, None)
    decision = decision_for(datetime(2025, 11, 6, 12, tzinfo=UTC), spend=(cash("5.00"), row, unread))
    assert decision.spend.days == (
        CountedDay(date(2025, 11, 2), Decimal("5.00"), Decimal("0.00"), final=True),
        CountedDay(date(2025, 11, 3), Decimal(0), Decimal(0), final=True),
        CountedDay(date(2025, 11, 4), Decimal(7), Decimal(1), final=False),
        CountedDay(date(2025, 11, 5), None, None, final=False),
        CountedDay(date(2025, 11, 6), None, None, final=False),
    )


def test_the_days_end_with_the_window():
    assert [day.date for day in decision_for(SETTLED, spend=(cash("5.00"),)).spend.days][-1] == LAST


def test_a_date_of_the_window_before_the_link_counts_nothing_and_leaves_all_of_it_out():
    linked_at = datetime(2025, 11, 3, 12, tzinfo=UTC)
    rows = (
        cash("30.00", date(2025, 10, 31), credit="2.00"),
        DaySpend(date(2025, 11, 1), Decimal(4), Decimal(4), None, Decimal(4)),
    )
    decision = decision_for(
        OPEN, make_programme(anchor=Anchor.SET_UP), account={"linked_at": linked_at}, spend=rows
    )
    assert decision.spend.days[:3] == (
        CountedDay(date(2025, 10, 31), Decimal(0), Decimal("32.00"), final=True),
        CountedDay(date(2025, 11, 1), Decimal(0), Decimal(4), final=True),
        CountedDay(date(2025, 11, 2), Decimal(0), Decimal(0), final=True),
    )


def test_the_links_own_date_is_the_accounts_and_counts():
    linked_at = datetime(2025, 11, 4, 3, tzinfo=UTC)  # the evening of the 3rd in New York
    terms = make_programme(anchor=Anchor.SET_UP)
    decision = decision_for(
        OPEN, terms, account={"linked_at": linked_at}, spend=(cash("9.00", date(2025, 11, 3)),)
    )
    assert qualifying_amounts(decision)[0] == Decimal("9.00")


def test_figures_are_amounts_even_where_nothing_was_spent():
    for parts in ({}, AUTOMATIC):
        spend = decision_for(**parts).spend
        assert [
            type(amount)
            for amount in (spend.net, spend.paid_amount, spend.qualifying, spend.final_qualifying)
        ] == [Decimal] * 4


@pytest.mark.parametrize(
    ("as_of", "through"),
    [
        (datetime(2025, 11, 5, 11, 59, tzinfo=UTC), None),
        (datetime(2025, 11, 5, 12, 0, tzinfo=UTC), FIRST),
        (datetime(2025, 11, 6, 12, 0, tzinfo=UTC), date(2025, 11, 3)),
        (datetime(2025, 12, 20, 12, 0, tzinfo=UTC), LAST),
    ],
)
def test_final_through_is_the_latest_final_date_of_the_window(as_of, through):
    assert decision_for(as_of, spend=(cash("5.00"),)).spend.final_through == through


def test_without_a_window_nothing_is_final():
    assert (decision_for().spend.final_through, decision_for().spend.all_final) == (None, False)


def test_manual_counts_cash_and_leaves_out_credit_and_other_dates():
    rows = (cash("7.00", date(2025, 10, 30)), cash("120.00", FIRST, credit="20.00"), cash("30.00", LAST))
    decision = decision_for(SETTLED, spend=(*rows, cash("9.00", date(2025, 12, 2))))
    assert qualifying_amounts(decision) == (Decimal("150.00"), Decimal("150.00"))
    assert excluded_amounts(decision) == {"ad_credit": "20.00", "outside_window": "16.00"}


def test_what_is_outside_the_window_is_left_out_by_the_figure_that_would_count_and_to_the_cent():
    before = DaySpend(date(2025, 10, 30), Decimal(9), Decimal(8), Decimal("0.01"), Decimal("0.02"))
    assert excluded_amounts(decision_for(spend=(before, cash("5.00")))) == {
        "ad_credit": "0.02",
        "outside_window": "0.01",
    }


def test_dates_not_yet_final_count_in_qualifying_but_decide_nothing():
    # At noon UTC of 20 November the 17th is final, the 18th is not.
    decision = decision_for(
        spend=(cash("400.00"), cash("50.00", date(2025, 11, 17)), cash("90.00", date(2025, 11, 18)))
    )
    assert qualifying_amounts(decision) == (Decimal("540.00"), Decimal("450.00"))
    assert decision.spend.final_through == date(2025, 11, 17)
    assert decision.tiers[0].seen_on == date(2025, 11, 18)
    assert decision.tiers[0].reached_on is None
    assert (str(decision.tier.threshold), decision.outcome("spend_reached")) == ("500", "pending")


def test_a_missing_figure_is_unknown_until_its_date_is_final_and_zero_after():
    young, old = date(2025, 11, 19), date(2025, 11, 3)
    rows = (cash("5.00"), DaySpend(old, None, None, None, None), DaySpend(young, None, None, None, None))
    by_date = {day.date: day.qualifying for day in decision_for(spend=rows).spend.days}
    assert (by_date[old], by_date[young]) == (Decimal(0), None)
    assert (by_date[date(2025, 11, 4)], by_date[date(2025, 11, 20)]) == (Decimal(0), None)


def test_spend_dated_after_today_has_not_happened():
    decision = decision_for(spend=(cash("5.00"), cash("900.00", date(2025, 11, 21))))
    assert (qualifying_amounts(decision)[0], excluded_amounts(decision)) == (Decimal("5.00"), {})


def test_today_is_the_accounts_own():
    evening = datetime(2025, 11, 20, 3, tzinfo=UTC)  # still the 19th in New York
    decision = decision_for(evening, spend=(cash("5.00"), cash("900.00", date(2025, 11, 20))))
    assert qualifying_amounts(decision)[0] == Decimal("5.00")


@pytest.mark.parametrize("spent", ["499.99", "499.999999"])
def test_nothing_is_rounded_up_to_a_threshold(spent):
    decision = decision_for(SETTLED, spend=(cash(spent),))
    assert (decision.tier, decision.stage) == (None, "ended")


def test_a_threshold_is_reached_by_exactly_its_amount():
    decision = decision_for(SETTLED, spend=(cash("499.99"), cash("0.01", date(2025, 11, 9))))
    assert (decision.stage, decision.tiers[0].reached_on) == ("due", date(2025, 11, 9))


# -- Bills -------------------------------------------------------------------------------------


def test_automatic_counts_the_lesser_of_cost_and_paid_bills():
    decision = decision_for(
        spend=(cash("300.00"),), payments=(bill("120.00", NOON, tax=Decimal("9.60")),), **AUTOMATIC
    )
    assert qualifying_amounts(decision) == (Decimal("120.00"), Decimal("120.00"))
    assert excluded_amounts(decision) == {"tax": "9.60", "not_paid": "180.00"}
    assert next(day.qualifying for day in decision.spend.days) == Decimal("300.00")


@pytest.mark.parametrize(
    ("rows", "amount"),
    [
        ((bill("100.00", NOON), bill("100.00", NOON)), "200.00"),  # identical payments each count
        ((bill("300.00", NOON), bill("40.00", NOON, "REFUND")), "260.00"),
        ((bill("300.00", NOON), bill("-40.00", NOON, "CANCELLATION")), "260.00"),
        ((bill("10.00", NOON), bill("40.00", NOON, "REFUND")), "0"),  # never below 0
        ((bill("300.00", NOON, billing="CREDIT"),), "0"),
        ((bill("300.00", NOON, "ADD_BALANCE"),), "0"),
        ((bill("300.00", NOON, "CARD_VERIFICATION"),), "0"),
        ((bill("300.00", datetime(2025, 11, 2, 3, tzinfo=UTC)),), "0"),  # 1 November in New York
        ((bill("300.00", datetime(2025, 11, 2, 4, tzinfo=UTC)),), "300.00"),
        ((bill("300.00", datetime(2025, 11, 20, 12, 1, tzinfo=UTC)),), "0"),  # has not happened
    ],
)
def test_paid_is_cash_bills_less_what_was_taken_back(rows, amount):
    assert decision_for(spend=(cash("900.00"),), payments=rows, **AUTOMATIC).spend.paid_amount == Decimal(
        amount
    )


@pytest.mark.parametrize("parts", [{}, {"bills_readable": True}, {"account": {"payment": Payment.AUTOMATIC}}])
def test_payments_are_bills_only_under_automatic_payment_with_readable_bills(parts):
    payments = (bill("120.00", NOON, tax=Decimal("9.60")), bill(None, NOON))
    decision = decision_for(spend=(cash("300.00"),), payments=payments, **parts)
    assert (decision.spend.bills, decision.spend.bill_in_doubt, excluded_amounts(decision)) == ((), False, {})


def test_before_the_window_there_are_no_bills():
    decision = decision_for(payments=(bill("120.00", NOON),), **AUTOMATIC)
    assert (decision.window, decision.spend.bills) == (None, ())


def test_where_bills_must_be_paid_in_the_window_its_last_date_still_serves():
    strict = make_programme(bills_must_be_paid_in_window=True)
    last_minute = bill("600.00", datetime(2025, 12, 2, 4, 59, tzinfo=UTC))  # 1 December in New York
    decision = decision_for(SETTLED, strict, spend=(cash("600.00"),), payments=(last_minute,), **AUTOMATIC)
    assert decision.spend.qualifying == Decimal("600.00")


def test_bills_after_the_window_count_unless_the_terms_say_otherwise():
    late = bill("600.00", datetime(2025, 12, 10, tzinfo=UTC))
    parts = {"spend": (cash("600.00"),), "payments": (late,), **AUTOMATIC}
    as_of = datetime(2025, 12, 11, tzinfo=UTC)
    assert decision_for(as_of, **parts).spend.qualifying == Decimal("600.00")
    strict = make_programme(bills_must_be_paid_in_window=True)
    assert decision_for(as_of, strict, **parts).spend.qualifying == 0


@pytest.mark.parametrize(
    "doubtful",
    [bill(None, NOON), bill("10.00", None), bill(None, NOON, "REFUND"), bill("5.00", NOON, billing=None)],
)
def test_a_bill_that_cannot_be_read_counts_nothing_and_leaves_spend_unknown(doubtful):
    decision = decision_for(spend=(cash("900.00"),), payments=(bill("600.00", NOON), doubtful), **AUTOMATIC)
    assert (decision.spend.paid_amount, decision.outcome("spend_reached")) == (Decimal("600.00"), "unknown")


@pytest.mark.parametrize("other", [bill(None, NOON, billing="CREDIT"), bill(None, NOON, "ADD_BALANCE")])
def test_an_unreadable_row_that_is_no_bill_disturbs_nothing(other):
    decision = decision_for(spend=(cash("900.00"),), payments=(bill("600.00", NOON), other), **AUTOMATIC)
    assert decision.outcome("spend_reached") == "pass"


def noon(day: int) -> datetime:
    return datetime(2025, 11, day, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spend", "payments", "day_reached"),
    [
        # the later of spend and bills
        ({2: "400.00", 6: "200.00"}, [(5, "300.00"), (12, "300.00")], 12),
        ({2: "400.00", 9: "200.00"}, [(5, "600.00")], 9),
        ({2: "400.00", 5: "100.00"}, [(5, "500.00")], 5),  # both on one date
        # a date is judged by all of its rows, in whatever order they come
        ({2: "600.00"}, [(5, "600.00"), (5, "-200.00"), (8, "100.00")], 8),
        ({2: "600.00"}, [(5, "-200.00"), (5, "600.00"), (8, "100.00")], 8),
        ({2: "600.00"}, [(8, "100.00"), (5, "400.00")], 8),
        # reached, taken away and reached again: the first date stands
        ({2: "600.00"}, [(5, "500.00"), (6, "-100.00"), (8, "100.00")], 5),
    ],
)
def test_a_tier_is_reached_on_the_first_date_both_spend_and_bills_are_there(spend, payments, day_reached):
    rows = tuple(cash(amount, date(2025, 11, day)) for day, amount in spend.items())
    bills = tuple(
        bill(amount, noon(day), "REFUND" if amount.startswith("-") else "BILL_PAYMENT")
        for day, amount in payments
    )
    tier = decision_for(spend=rows, payments=bills, **AUTOMATIC).tiers[0]
    assert tier.seen_on == tier.reached_on == date(2025, 11, day_reached)


def test_what_a_refund_took_away_is_neither_seen_nor_reached():
    bills = (bill("600.00", noon(5)), bill("150.00", noon(8), "REFUND"))
    tier = decision_for(spend=(cash("600.00"),), payments=bills, **AUTOMATIC).tiers[0]
    assert (tier.seen_on, tier.reached_on) == (None, None)


def test_a_bill_is_dated_in_the_accounts_zone():
    late_evening = bill("500.00", datetime(2025, 11, 6, 3, tzinfo=UTC))  # the 5th in New York
    decision = decision_for(spend=(cash("500.00"),), payments=(late_evening,), **AUTOMATIC)
    assert decision.tiers[0].reached_on == date(2025, 11, 5)


def test_exactly_the_threshold_is_seen_before_it_is_final():
    decision = decision_for(spend=(cash("499.99"), cash("0.01", date(2025, 11, 19))))
    assert (decision.tiers[0].seen_on, decision.tiers[0].reached_on) == (date(2025, 11, 19), None)


@pytest.mark.parametrize(
    ("parts", "provisional"),
    [
        ({"account": {"payment": Payment.MANUAL}}, False),
        ({"account": {"payment": Payment.UNKNOWN}}, True),
        ({"account": {"payment": Payment.UNKNOWN}, "bills_readable": True}, True),
        ({"account": {"payment": Payment.AUTOMATIC}, "bills_readable": None}, True),
        ({"account": {"payment": Payment.AUTOMATIC}, "bills_readable": False}, True),
        ({"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}, False),
        ({"account": {"payment": Payment.AUTOMATIC}, "paid_bills_confirmed": True}, False),
        ({"account": {"payment": Payment.AUTOMATIC}, "paid_bills_confirmed": False}, True),
    ],
)
def test_net_cost_is_provisional_until_bills_are_read_or_confirmed(parts, provisional):
    assert decision_for(spend=(cash("600.00"),), **parts).spend.provisional is provisional


def test_terms_may_accept_net_cost():
    terms = make_programme(accept_net_cost=True)
    decision = decision_for(SETTLED, terms, account={"payment": Payment.UNKNOWN}, spend=(cash("600.00"),))
    assert (decision.spend.provisional, decision.stage) == (False, "due")


def test_manual_counts_cash_spend_and_others_count_billed_cost():
    row = (DaySpend(FIRST, Decimal(90), Decimal(80), Decimal(70), Decimal(10)),)
    by_option = {p: decision_for(spend=row, account={"payment": p}).spend.qualifying for p in Payment}
    assert by_option == {Payment.MANUAL: 70, Payment.AUTOMATIC: 80, Payment.UNKNOWN: 80}


# -- spend_reached -----------------------------------------------------------------------------

BILL_GRACE = timedelta(days=36)


@pytest.mark.parametrize(
    ("as_of", "parts", "outcome"),
    [
        (OPEN, {"account": False}, "pending"),
        (OPEN, {"account": {"linked_at": None}}, "pending"),
        (OPEN, {}, "pending"),  # linked and set up, nothing spent
        (OPEN, {"spend": (cash("499.99"),)}, "pending"),
        (OPEN, {"spend": (cash("500.00"),)}, "pass"),
        (SETTLED - timedelta(minutes=1), {"spend": (cash("499.99"),)}, "pending"),
        (SETTLED, {"spend": (cash("499.99"),)}, "fail"),
        (OPEN, {"account": {"currency": "EUR"}}, "unknown"),  # no threshold, window or not
        (OPEN, {"account": {"country": "DE"}}, "unknown"),
        (OPEN, {"account": {"payment": Payment.UNKNOWN}, "spend": (cash("500.00"),)}, "unknown"),
        (SETTLED, {"account": {"payment": Payment.UNKNOWN}, "spend": (cash("499.99"),)}, "fail"),
        # automatic: what was spent but not paid may still be paid until the grace is over
        (SETTLED, {"spend": (cash("500.00"),), **AUTOMATIC}, "pending"),
        (SETTLED, {"spend": (cash("499.99"),), **AUTOMATIC}, "fail"),
        (datetime(2026, 1, 6, 4, 59, tzinfo=UTC), {"spend": (cash("500.00"),), **AUTOMATIC}, "pending"),
        (datetime(2026, 1, 6, 5, 0, tzinfo=UTC), {"spend": (cash("500.00"),), **AUTOMATIC}, "fail"),
    ],
)
def test_spend_reached_answers(as_of, parts, outcome):
    assert decision_for(as_of, **parts).outcome("spend_reached") == outcome


def test_what_is_left_out_is_never_listed_with_nothing():
    assert [why for why, _ in decision_for(spend=(cash("5.00"),)).spend.excluded] == []
    assert ExclusionReason.NOT_PAID not in dict(decision_for(spend=(cash("5.00"),)).spend.excluded)


def test_the_order_of_rows_and_payments_changes_nothing():
    rows, bills = days_of("40.00", 20), (bill("300.00", NOON), bill("40.00", NOON, "REFUND"))
    item = decision_for(spend=rows, payments=bills, **AUTOMATIC)
    other = decision_for(spend=rows[::-1], payments=bills[::-1], **AUTOMATIC)
    assert replace(item.spend, bills=()) == replace(other.spend, bills=())
    assert (item.tiers, item.award, item.stage) == (other.tiers, other.award, other.stage)


def test_an_overridden_market_without_currency_still_has_no_tier():
    decision = decision_for(account={"currency": None}, history={"overrides": {"account_market": override()}})
    assert decision.tier is None
