"""What an ad account spent, by day or in total, as TikTok's reports tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from receiver.domain.facts import DaySpend
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.calls import Get, read_spans
from receiver.integrations.tiktok.codes import WRONG_PARAMETER
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import Row, read_pages
from receiver.integrations.tiktok.schemas import DailyReport, TotalReport

REPORT = "report/integrated/get"
DATES_A_CALL = 30  # TikTok's limit with stat_time_day
DATES_IN_TOTAL = 365  # and without
MONEY = ("spend", "billed_cost", "cash_spend", "voucher_spend")
HALVES = (("spend", "billed_cost"), ("cash_spend", "voucher_spend"))

Figures = Mapping[str, Any]  # metrics by name: Decimal or None, and `currency`


def daily_spend(
    get: Get, advertiser_id: str, first: date, last: date, *, page_size: int = 1000
) -> list[DaySpend]:
    """Return the dates with delivery between two dates, both included, in order; others are absent.

    Source: BASIC report at AUCTION_ADVERTISER, in the account's zone and currency. `spend` is gross, whatever
    paid it; `billed_cost` is spend less ad credit and coupons; `cash_spend` and `voucher_spend` are TikTok's
    estimate of what cash and vouchers paid. All may still be restated until the date is final.
    """

    def ask(start: date, end: date) -> list[DaySpend]:
        return _Span(get, advertiser_id, start, end, page_size).days()

    return [day for days in read_spans(ask, first, last, DATES_A_CALL) for day in days]


def total_spend(get: Get, advertiser_id: str, first: date, last: date) -> Decimal | None:
    """Gross spend between two dates, both included, in the account's currency; None unknown."""

    def ask(start: date, end: date) -> Decimal | None:
        return _total(get, advertiser_id, start, end)

    total = Decimal(0)
    for part in read_spans(ask, first, last, DATES_IN_TOTAL):
        if part is None:
            return None
        total += part
    return total


def _total(get: Get, advertiser_id: str, first: date, last: date) -> Decimal | None:
    """TikTok answers an account without delivery with a row of 0.00 or with no row: both are zero."""
    metrics = ("spend", "billed_cost", "currency")
    query = _query(advertiser_id, first, last, ("advertiser_id",), metrics)
    rows, reply = read_pages(lambda _: get(REPORT, query), TotalReport(), most=1)
    if not rows:
        return Decimal(0)
    if len(rows) > 1 or rows[0]["dimensions"]["advertiser_id"] != advertiser_id:
        raise reply.trouble("rows that were not asked for", Advice.AGAIN)
    spend: Decimal | None = rows[0]["metrics"]["spend"]
    return spend


@dataclass(frozen=True)
class _Span:
    """At most 30 dates of one account."""

    get: Get
    advertiser_id: str
    first: date
    last: date
    page_size: int

    def days(self) -> list[DaySpend]:
        """TikTok does not say whether the four metrics may stand in one request: if not, ask in halves."""
        try:
            return _as_days([self._figures((*MONEY, "currency"))])
        except ProviderError as error:
            if error.code != WRONG_PARAMETER:
                raise
        return _as_days([self._figures((*half, "currency")) for half in HALVES])

    def _figures(self, metrics: Sequence[str]) -> dict[date, Figures]:
        dimensions = ("advertiser_id", "stat_time_day")
        query = _query(self.advertiser_id, self.first, self.last, dimensions, metrics)

        def ask(page: int) -> Reply:
            return self.get(REPORT, {**query, "page": page, "page_size": self.page_size})

        return self._by_date(*read_pages(ask, DailyReport(), most=DATES_A_CALL))

    def _by_date(self, rows: Iterable[Row], reply: Reply) -> dict[date, Figures]:
        found: dict[date, Figures] = {}
        for row in rows:
            day, figures = row["dimensions"]["stat_time_day"], row["metrics"]
            if row["dimensions"]["advertiser_id"] != self.advertiser_id or not self.first <= day <= self.last:
                raise reply.trouble("rows that were not asked for", Advice.AGAIN)
            if found.setdefault(day, figures) != figures:
                raise reply.trouble(f"two answers for {day}", Advice.AGAIN)
        return found


def _query(
    advertiser_id: str, first: date, last: date, dimensions: Sequence[str], metrics: Sequence[str]
) -> dict[str, str | int | Sequence[str]]:
    return {
        "advertiser_id": advertiser_id,
        "service_type": "AUCTION",
        "report_type": "BASIC",
        "data_level": "AUCTION_ADVERTISER",
        "dimensions": dimensions,
        "metrics": metrics,
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
    }


def _as_days(parts: Sequence[Mapping[date, Figures]]) -> list[DaySpend]:
    """The parts of one report, merged; what no part knows of a date is unknown."""
    days = []
    for day in sorted({day for part in parts for day in part}):
        known: dict[str, Any] = {}
        for part in parts:
            known |= {name: value for name, value in part.get(day, {}).items() if value is not None}
        money = {name: known.get(name) for name in MONEY}
        days.append(DaySpend(date=day, **money))
    return days
