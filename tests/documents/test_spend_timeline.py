"""The course of spend, date by date: the status document's numbers, with gaps where nothing is known."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.documents.money import amount_text
from receiver.documents.spend_timeline import spend_timeline
from receiver.documents.status import status_document
from receiver.domain.facts import Payment
from tests.factories import FIRST, LAST, OPEN, SETTLED, bill, cash, days_of, decision_for

AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
LAGGING = tuple(
    cash("30.00", date(2025, 11, day))._replace(cash_spend=None, voucher_spend=None) for day in (18, 20)
)


def date_document(day):
    """Return a date as the status document writes it."""
    return {
        "date": day.date.isoformat(),
        "qualifying": None if day.qualifying is None else amount_text(day.qualifying),
        "excluded": None if day.excluded is None else amount_text(day.excluded),
        "final": day.final,
    }


@pytest.mark.parametrize(
    ("as_of", "parts"),
    [
        (OPEN, {"spend": (*days_of("20.00", 16), *LAGGING)}),
        (SETTLED, {"spend": days_of("20.40", 30)}),
        (OPEN, {"spend": (cash("0.01"),)}),
        (OPEN, {"spend": days_of("20.00", 9), **AUTOMATIC, "payments": (bill("50", OPEN),)}),
    ],
)
def test_its_numbers_are_those_of_the_status_document(as_of, parts):
    decision = decision_for(as_of, **parts)
    timeline, document = spend_timeline(decision), status_document(decision)
    assert [date_document(day) for day in timeline.days] == document["spend"]["days"]
    assert amount_text(timeline.qualifying) == document["spend"]["qualifying"]
    assert (timeline.window.first.isoformat(), timeline.currency) == (document["window"]["first_date"], "USD")


def test_before_the_window_begins_there_is_no_course():
    assert spend_timeline(decision_for(spend=())) is None
    assert spend_timeline(decision_for(account=False)) is None
    assert spend_timeline(decision_for(account={"timezone": None}, spend=(cash("9.00"),))) is None


def test_what_qualified_so_far_ends_where_the_document_says():
    timeline = spend_timeline(decision_for(SETTLED, spend=days_of("20.40", 30)))
    assert [timeline.days[n].total for n in (0, 1, 29)] == [Decimal("20.40"), Decimal("40.80"), Decimal(612)]
    assert timeline.total == timeline.qualifying == Decimal(612)


def test_a_date_nobody_knows_is_a_gap_between_two_runs_and_never_a_zero():
    moving = (*days_of("20.00", 16), LAGGING[0], cash("40.00", date(2025, 11, 19)), LAGGING[1])
    timeline = spend_timeline(decision_for(OPEN, spend=moving))
    assert [(run[0].date.day, run[-1].date.day) for run in timeline.known_runs] == [(2, 17), (19, 19)]
    unknown = [day for day in timeline.days if day.qualifying is None]
    assert [(day.date.day, day.total, day.final) for day in unknown] == [(18, None, False), (20, None, False)]
    assert timeline.total == timeline.qualifying == Decimal(360)


def test_a_missing_date_is_zero_once_it_is_final():
    timeline = spend_timeline(decision_for(SETTLED, spend=(cash("20.00"), cash("30.00", LAST))))
    assert timeline.days[1].qualifying == Decimal(0)
    assert [len(run) for run in timeline.known_runs] == [30]


def test_under_automatic_payment_it_grows_with_the_lesser_of_spend_and_paid_bills():
    paid_on = datetime(2025, 11, 5, 17, tzinfo=UTC)
    facts = {"spend": days_of("20.00", 9), **AUTOMATIC, "payments": (bill("50.00", paid_on),)}
    timeline = spend_timeline(decision_for(SETTLED, **facts))
    totals = {day.date: day.total for day in timeline.days}
    assert (totals[date(2025, 11, 4)], totals[date(2025, 11, 5)], totals[LAST]) == (0, 50, 50)


def test_bills_paid_after_the_window_are_told_apart_from_it():
    later = datetime(2025, 12, 3, tzinfo=UTC)
    facts = {"spend": days_of("20.00", 30), **AUTOMATIC, "payments": (bill("600.00", later),)}
    timeline = spend_timeline(decision_for(SETTLED + timedelta(days=1), **facts))
    assert (timeline.total, timeline.qualifying) == (Decimal(0), Decimal(600))


def test_without_thresholds_in_force_there_are_no_tiers():
    assert (
        spend_timeline(decision_for(account={"currency": "EUR"}, spend=days_of("9.00", 3, FIRST))).tiers == ()
    )
