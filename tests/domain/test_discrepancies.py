"""Tests of discrepancies: sources that contradict each other, so that nobody knows which figure counts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from receiver.documents.discrepancies import WORDS
from receiver.domain.discrepancies import Discrepancy, contradicts, figure_discrepancies, final_days
from receiver.domain.facts import DaySpend, Payment
from tests.factories import FIRST, cash, days_of

APART, NO_CASH = "figures_apart", "no_cash_spend"
NEW_YORK = ZoneInfo("America/New_York")


def figures(spend, billed, cash_spend, credit, days=1):
    amounts = [None if item is None else Decimal(item) for item in (spend, billed, cash_spend, credit)]
    return [DaySpend(FIRST + timedelta(days=n), *amounts) for n in range(days)]


CASES = [
    # they agree
    ([], "manual", set()),
    (days_of("20.00", 5), "manual", set()),
    ([cash("20.00", credit="5.00")], "manual", set()),
    (figures("0", "0", "0", "0", 9), "manual", set()),
    # within a hundredth of the greatest, and beyond
    (figures("100.00", "99.00", "100.00", "0"), "manual", set()),
    (figures("100.00", "98.99", "100.00", "0"), "manual", {APART}),
    (figures("100.00", "100.00", "98.99", "0"), "manual", {APART}),
    (figures("100.00", "98.99", "98.99", "0"), "manual", {APART}),
    (figures("110.00", "100.00", "100.00", "0"), "unknown", {APART}),  # credit that no figure shows
    # sums are compared, not single dates
    ([*figures("10", "0", "10", "0"), *figures("10", "20", "10", "0")], "manual", set()),
    # what is missing of a final date is zero
    (figures("10.00", None, "10.00", "0"), "manual", {APART}),
    (figures("10.00", "10.00", "10.00", None), "manual", set()),
    # no cash where cost runs: on three dates it means nothing, on more it does; not under automatic payment
    (figures("10.00", "10.00", "0.00", "0", 3), "manual", set()),
    (figures("10.00", "10.00", "0.00", "0", 4), "manual", {NO_CASH}),
    (figures("10.00", "10.00", None, None, 4), "unknown", {NO_CASH}),
    (figures("10.00", "10.00", "0.00", "0", 4), "automatic", set()),
    (figures("10.00", "0.00", "0.00", "10.00", 9), "manual", set()),  # all of it ad credit
    # it went over to automatic on the way
    ([*days_of("10.00", 9), *figures("10.00", "10.00", "0", "0", 4)], "manual", {APART, NO_CASH}),
    (figures("10.00", "10.00", "9.00", "0", 4), "automatic", {APART}),
]


@pytest.mark.parametrize(("days", "option", "discrepancies"), CASES)
def test_figures_that_contradict_each_other(days, option, discrepancies):
    assert figure_discrepancies(days, Payment(option)) == discrepancies
    assert figure_discrepancies(days[::-1], Payment(option)) == discrepancies


def test_only_dates_final_when_they_were_read_are_compared():
    read_at = datetime(2025, 11, 5, 12, tzinfo=UTC)
    days = days_of("10.00", 3)
    assert [day.date for day in final_days(days, NEW_YORK, read_at)] == [FIRST]
    assert final_days(days, NEW_YORK, read_at - timedelta(seconds=1)) == ()
    lagging = days[2]._replace(cash_spend=None, voucher_spend=None)
    assert figure_discrepancies(final_days([*days[:2], lagging], NEW_YORK, read_at), Payment.MANUAL) == set()


@pytest.mark.parametrize(
    ("recorded", "ledger", "answer"),
    [
        ("manual", "automatic", True),
        ("automatic", "manual", True),
        ("manual", "manual", False),
        ("manual", "unknown", False),
        ("unknown", "automatic", False),
    ],
)
def test_the_ledger_contradicts_staff_only_where_both_say_something(recorded, ledger, answer):
    assert contradicts(Payment(recorded), Payment(ledger)) is answer


def test_every_discrepancy_has_words_for_staff():
    assert set(WORDS) == set(Discrepancy)
