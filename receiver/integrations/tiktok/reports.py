"""The spend of an ad account, by day or in total, from TikTok's reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from receiver.errors import ProviderError
from receiver.integrations.tiktok.calls import Get, read_spans
from receiver.integrations.tiktok.codes import WRONG_PARAMETER
from receiver.integrations.tiktok.report_rows import DATES_A_CALL, IN_TOTAL, Figures, ReportSpan

DATES_IN_TOTAL = 365  # TikTok's limit without stat_time_day
MONEY = ("spend", "billed_cost", "cash_spend", "voucher_spend")
HALVES = (("spend", "billed_cost"), ("cash_spend", "voucher_spend"))

TOTALS = (*IN_TOTAL, "currency")


@dataclass(frozen=True)
class ReportedDay:
    """A day's figures in a report, in `currency` where it says so; None: not available (yet)."""

    date: date
    spend: Decimal | None
    billed_cost: Decimal | None
    cash_spend: Decimal | None
    voucher_spend: Decimal | None
    currency: str | None = None
    refused: tuple[str, ...] = ()  # metrics that TikTok refused: unknown, however old the date is


def daily_spend(
    get: Get, advertiser_id: str, first: date, last: date, *, page_size: int = 1000
) -> list[ReportedDay]:
    """Return the dates with delivery between two dates, both included, in order; others are absent.

    Source: BASIC report at AUCTION_ADVERTISER, in the account's zone and currency. `spend` is gross, whatever
    paid it; `billed_cost` is spend less ad credit and coupons; `cash_spend` and `voucher_spend` are TikTok's
    estimate of what cash and vouchers paid. All may still be restated until the date is final.
    """

    def ask(start: date, end: date) -> list[ReportedDay]:
        return _days(ReportSpan(get, advertiser_id, start, end, page_size))

    return [day for days in read_spans(ask, first, last, DATES_A_CALL) for day in days]


def total_spend(get: Get, advertiser_id: str, first: date, last: date) -> Decimal | None:
    """Return the gross spend between two dates, both included, in the account's currency; None: unknown."""

    def ask(start: date, end: date) -> Decimal | None:
        spend: Decimal | None = ReportSpan(get, advertiser_id, start, end, 1).totals(TOTALS)["spend"]
        return spend

    total = Decimal(0)
    for part in read_spans(ask, first, last, DATES_IN_TOTAL):
        if part is None:
            return None
        total += part
    return total


def _days(span: ReportSpan) -> list[ReportedDay]:
    """Return the days of a span, with the metrics requested together, or else in parts.

    TikTok does not document which metrics may be combined. A metric refused by itself is unknown, and the
    others are kept.
    """
    try:
        return _as_days([span.figures((*MONEY, "currency"))], ())
    except ProviderError as error:
        if error.code != WRONG_PARAMETER:
            raise
    parts = [part for half in HALVES for part in _parts(span, half)]
    readable = [figures for _, figures in parts if figures is not None]
    if not readable:
        return _as_days([span.figures(MONEY)], ())  # it may be the currency that is refused
    return _as_days(readable, [name for names, figures in parts if figures is None for name in names])


def _parts(
    span: ReportSpan, metrics: Sequence[str]
) -> list[tuple[Sequence[str], dict[date, Figures] | None]]:
    """Return metrics with their figures: one by one where refused together, None where refused alone."""
    try:
        return [(metrics, span.figures((*metrics, "currency")))]
    except ProviderError as error:
        if error.code != WRONG_PARAMETER:
            raise
    if len(metrics) == 1:
        return [(metrics, None)]
    return [part for name in metrics for part in _parts(span, (name,))]


def _as_days(parts: Sequence[Mapping[date, Figures]], refused: Sequence[str]) -> list[ReportedDay]:
    """Return the days of a report merged from its parts; a figure missing in all parts is unknown."""
    days = []
    for day in sorted({day for part in parts for day in part}):
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= {name: value for name, value in part.get(day, {}).items() if value is not None}
        money = {name: merged.get(name) for name in MONEY}
        days.append(ReportedDay(date=day, currency=merged.get("currency"), refused=tuple(refused), **money))
    return days
