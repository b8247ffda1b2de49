"""The fake's `/report/integrated/get/`: refuses what TikTok refuses, and shows figures when TikTok would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from receiver.sandbox.tiktok.accounts import Figures, SandboxAccount

NO_PERMISSION, WRONG_PARAMETER = 40001, 40002
FIXED = {"service_type": "AUCTION", "report_type": "BASIC", "data_level": "AUCTION_ADVERTISER"}
DIMENSIONS = ("advertiser_id", "stat_time_day")
BY_DAY_ONLY = ("cash_spend", "voucher_spend")
MONEY = ("spend", "billed_cost", *BY_DAY_ONLY)
METRICS = (*MONEY, "currency")
DATES_BY_DAY, DATES_IN_TOTAL = 30, 365


class Refusal(Exception):
    """A refusal of the API: a code and a message, inside HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ReportQuery:
    """A report's parameters, checked."""

    dimensions: list[str]
    metrics: list[str]
    first: date
    last: date
    page: int
    page_size: int

    @classmethod
    def of(cls, args: Mapping[str, str]) -> ReportQuery:
        for name, right in FIXED.items():
            require(args.get(name) == right, f"{name} should be {right}")
        return cls(
            dimensions=words(args, "dimensions", DIMENSIONS),
            metrics=words(args, "metrics", METRICS),
            first=_date(args, "start_date"),
            last=_date(args, "end_date"),
            page=number(args, "page", default=1, most=10**6),
            page_size=number(args, "page_size", default=10, most=1000),
        ).checked()

    def checked(self) -> ReportQuery:
        by_day = "stat_time_day" in self.dimensions
        limit = DATES_BY_DAY if by_day else DATES_IN_TOTAL
        dates = (self.last - self.first).days + 1
        require(1 <= dates <= limit, f"the range should hold 1 to {limit} dates")
        require(by_day or not set(BY_DAY_ONLY) & set(self.metrics), "cash_spend and voucher_spend are by day")
        fits = "advertiser_id" in self.dimensions or "currency" not in self.metrics
        require(fits, "currency needs an id dimension")
        return self

    def dates(self) -> Iterable[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def report(account: SandboxAccount, args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The `data` of an answer; raises Refusal."""
    asked = ReportQuery.of(args)
    shown = {day: seen for day in asked.dates() if (seen := account.figures(day, now))}
    if "stat_time_day" in asked.dimensions:
        rows = [_row(account, asked, [seen], day) for day, seen in shown.items()]
    else:
        rows = [_row(account, asked, list(shown.values()), None)]
    return page_of("list", rows, asked.page, asked.page_size)


def page_of(key: str, rows: Sequence[Mapping[str, Any]], page: int, page_size: int) -> dict[str, Any]:
    """One page of the rows under `key`, and how many there are."""
    start = (page - 1) * page_size
    total = {"total_number": len(rows), "total_page": -(-len(rows) // page_size)}
    return {
        key: rows[start : start + page_size],
        "page_info": {"page": page, "page_size": page_size, **total},
    }


def words(args: Mapping[str, str], name: str, known: Iterable[str]) -> list[str]:
    """A list parameter: JSON text, not empty, only words we know."""
    found = json_list(args, name)
    unknown = set(found) - set(known)
    require(bool(found) and not unknown, f"{name} holds nothing, or what does not exist: {sorted(unknown)}")
    return found


def json_list(args: Mapping[str, str], name: str) -> list[str]:
    try:
        found = json.loads(args.get(name, ""))
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise Refusal(WRONG_PARAMETER, f"{name} should be a JSON list of strings")
    return found


def _row(
    account: SandboxAccount, asked: ReportQuery, seen: list[Figures], day: date | None
) -> dict[str, Any]:
    dimensions = {"advertiser_id": account.advertiser_id, "stat_time_day": f"{day} 00:00:00"}
    metrics = {name: _sum(getattr(figures, name) for figures in seen) for name in MONEY}
    metrics["currency"] = account.currency
    return {
        "dimensions": {name: dimensions[name] for name in asked.dimensions},
        "metrics": {name: metrics[name] for name in asked.metrics},
    }


def _sum(figures: Iterable[Decimal | None]) -> str:
    """Text with two places, `-` where any part is not there yet."""
    total = Decimal(0)
    for figure in figures:
        if figure is None:
            return "-"
        total += figure
    return f"{total:.2f}"


def require(holds: bool, message: str) -> None:
    if not holds:
        raise Refusal(WRONG_PARAMETER, f"Parameter error: {message}.")


def _date(args: Mapping[str, str], name: str) -> date:
    try:
        return datetime.strptime(args.get(name, ""), "%Y-%m-%d").date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        raise Refusal(WRONG_PARAMETER, f"{name} should be YYYY-MM-DD") from None


def number(args: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    text = args.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    require(1 <= number <= most, f"{name} should be 1 to {most}")
    return number
