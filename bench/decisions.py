"""Decisions a second on one core, and the growth of their cost with the days of spend."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial

from rich.progress import Progress

from bench.growth import Growth, quickest
from bench.report import Report
from receiver.domain.decision import DueAward, decide
from receiver.domain.facts import Facts, Payment
from receiver.domain.programme import Programme
from tests.factories import FIRST, bill, days_of, make_facts, make_programme

DAYS = (30, 60, 90, 180, 360, 720)


def measure(progress: Progress) -> Report:
    seconds = {
        days: quickest(partial(decide, *build_case(days)))
        for days in progress.track(DAYS, description="decisions by days of spend")
    }
    figures = {f"decisions_a_second_with_{days}_days_of_spend": 1 / seconds[days] for days in (30, 90)}
    return Report("Decisions on one core", figures, (Growth("one decision", "days", seconds),))


def build_case(days: int) -> tuple[Facts, Programme, datetime]:
    """Build the most expensive decision: automatic payment, a bill each third day, an award at the end."""
    terms = make_programme(window_days=days, credit_expires=FIRST + timedelta(days=days + 60))
    evenings = (datetime.combine(FIRST + timedelta(days=n), time(22), UTC) for n in range(0, days, 3))
    facts = make_facts(
        account={"payment": Payment.AUTOMATIC},
        bills_readable=True,
        spend=days_of("20.00", days),
        payments=tuple(bill("60.00", at) for at in evenings),
    )
    as_of = datetime.combine(FIRST + timedelta(days=days + 3), time(12), UTC)
    assert isinstance(decide(facts, terms, as_of).award, DueAward)
    return facts, terms, as_of
