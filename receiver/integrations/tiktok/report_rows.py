"""The rows of an ad account's report, read again where they do not add up to the report's own total."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from receiver.errors import Advice
from receiver.integrations.tiktok.calls import Get, Query
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import Row, read_pages
from receiver.integrations.tiktok.schemas import DailyReport, TotalReport

REPORT = "report/integrated/get"
DATES_A_CALL = 30  # TikTok's limit with stat_time_day
IN_TOTAL = ("spend", "billed_cost")  # metrics that are also available without a time dimension
CENT = Decimal("0.01")
READINGS = 3  # of a report whose rows do not add up

Figures = Mapping[str, Any]  # metrics by name: Decimal or None, and `currency`


@dataclass(frozen=True)
class ReportSpan:
    """At most 30 dates of one account."""

    get: Get
    advertiser_id: str
    first: date
    last: date
    page_size: int

    def figures(self, metrics: Sequence[str]) -> dict[date, Figures]:
        """Return the figures by date.

        A row that moves between two pages while they are read is counted twice, and another never: rows of
        several pages, and repeated ones, have to add up to the report's own total. Raises ProviderError where
        they do not.
        """
        query = self._query(("advertiser_id", "stat_time_day"), metrics)
        for _ in range(READINGS):
            rows, reply = read_pages(self._asker(query), DailyReport(), most=DATES_A_CALL)
            by_date = self._by_date(rows, reply)
            is_distinct = len(by_date) == len(rows)
            if is_distinct and reply.data["page_info"]["page"] == 1:
                return by_date
            adds_up = self._adds_up(by_date.values(), metrics)
            if adds_up or (adds_up is None and is_distinct):
                return by_date
        raise reply.error("rows that do not add up to the report's own total", Advice.AGAIN)

    def totals(self, metrics: Sequence[str]) -> Figures:
        """Return the figures of all dates together.

        For an account without delivery TikTok returns a row of 0.00 or no row: both are zero.
        """
        query = self._query(("advertiser_id",), metrics)
        rows, reply = read_pages(lambda _: self.get(REPORT, query), TotalReport(), most=1)
        if not rows:
            return dict.fromkeys(IN_TOTAL, Decimal(0))
        if len(rows) > 1 or rows[0]["dimensions"]["advertiser_id"] != self.advertiser_id:
            raise reply.error("rows that were not asked for", Advice.AGAIN)
        figures: Figures = rows[0]["metrics"]
        return figures

    def _adds_up(self, rows: Collection[Figures], metrics: Sequence[str]) -> bool | None:
        """Return whether rows add up to the report's total; None where no metric is available in total."""
        names = [name for name in IN_TOTAL if name in metrics]
        if not names:
            return None
        totals = self.totals(names)
        return all(_is_sum([row[name] for row in rows], totals[name]) for name in names)

    def _asker(self, query: Query) -> Callable[[int], Reply]:
        return lambda page: self.get(REPORT, {**query, "page": page, "page_size": self.page_size})

    def _by_date(self, rows: Iterable[Row], reply: Reply) -> dict[date, Figures]:
        figures_by_date: dict[date, Figures] = {}
        for row in rows:
            day, figures = row["dimensions"]["stat_time_day"], row["metrics"]
            if row["dimensions"]["advertiser_id"] != self.advertiser_id or not self.first <= day <= self.last:
                raise reply.error("rows that were not asked for", Advice.AGAIN)
            if figures_by_date.setdefault(day, figures) != figures:
                raise reply.error(f"two answers for {day}", Advice.AGAIN)
        return figures_by_date

    def _query(
        self, dimensions: Sequence[str], metrics: Sequence[str]
    ) -> dict[str, str | int | Sequence[str]]:
        return {
            "advertiser_id": self.advertiser_id,
            "service_type": "AUCTION",
            "report_type": "BASIC",
            "data_level": "AUCTION_ADVERTISER",
            "dimensions": dimensions,
            "metrics": metrics,
            "start_date": self.first.isoformat(),
            "end_date": self.last.isoformat(),
        }


def _is_sum(amounts: Sequence[Decimal | None], total: Decimal | None) -> bool:
    """Return whether amounts add up to a total, to a cent a row; True where one of them is unknown."""
    if total is None or None in amounts:
        return True
    actual = sum((amount for amount in amounts if amount is not None), Decimal(0))
    return abs(actual - total) <= CENT * len(amounts)
