"""Discrepancies between TikTok's own sources, or between TikTok and what staff recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from receiver.domain.calendar import final_at
from receiver.domain.facts import DaySpend, Payment


class Discrepancy(StrEnum):
    """A contradiction between sources."""

    FIGURES_APART = "figures_apart"  # the report's own figures differ by more than a hundredth
    NO_CASH_SPEND = "no_cash_spend"  # cost runs, and cash pays none of it
    PAYMENT_CONTRADICTED = "payment_contradicted"  # staff recorded another option than the ledger shows


# While one of these stands nobody knows which figure counts.
UNSETTLING = frozenset({Discrepancy.FIGURES_APART, Discrepancy.NO_CASH_SPEND})

APART = Decimal("0.01")
DAYS_WITHOUT_CASH = 3  # so many may pass before it means anything
ZERO = Decimal(0)


def final_days(rows: Iterable[DaySpend], zone: ZoneInfo, known_until: datetime) -> tuple[DaySpend, ...]:
    """Return the figures of dates that were final when they were read.

    Figures of younger dates may lag behind each other.
    """
    return tuple(row for row in rows if final_at(row.date, zone) <= known_until)


def figure_discrepancies(days: Sequence[DaySpend], option: Payment) -> frozenset[Discrepancy]:
    """Return the discrepancies between the figures of final dates; a missing figure counts as zero."""
    net = sum((day.billed_cost or ZERO for day in days), ZERO)
    cash = sum((day.cash_spend or ZERO for day in days), ZERO)
    less_credit = sum(((day.spend or ZERO) - (day.voucher_spend or ZERO) for day in days), ZERO)
    # TikTok does not say what cash_spend means for accounts that pay later; a zero is no contradiction there.
    sums = (net, less_credit, cash) if cash else (net, less_credit)
    discrepancies = {Discrepancy.FIGURES_APART} if differ(sums) else set()
    if option is not Payment.AUTOMATIC and _days_without_cash(days) > DAYS_WITHOUT_CASH:
        discrepancies.add(Discrepancy.NO_CASH_SPEND)
    return frozenset(discrepancies)


def differ(amounts: Sequence[Decimal]) -> bool:
    """Return whether amounts that should be equal differ by more than a hundredth of the greatest."""
    return max(amounts) - min(amounts) > APART * max(map(abs, amounts))


def contradicts(recorded: Payment, ledger: Payment) -> bool:
    """Return whether the ledger shows another option than staff recorded; False where either is unknown."""
    return Payment.UNKNOWN not in (recorded, ledger) and recorded is not ledger


def _days_without_cash(days: Iterable[DaySpend]) -> int:
    return sum(1 for day in days if (day.billed_cost or ZERO) > 0 and not day.cash_spend)
