"""The fake's `/report/integrated/get/`: refuses what TikTok refuses, shows figures when TikTok would."""

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
    """The validated parameters of a report."""

    dimensions: list[str]
    metrics: list[str]
    first: date
    last: date
    page: int
    page_size: int

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> ReportQuery:
        """Parse and validate the arguments of a call. Raises Refusal."""
        for name, right in FIXED.items():
            require(args.get(name) == right, f"{name} should be {right}")
        query = cls(
            dimensions=word_list(args, "dimensions", DIMENSIONS),
            metrics=word_list(args, "metrics", METRICS),
            first=_date(args, "start_date"),
            last=_date(args, "end_date"),
            page=number(args, "page", default=1, most=10**6),
            page_size=number(args, "page_size", default=10, most=1000),
        )
        query.validate()
        return query

    def validate(self) -> None:
        """Raise Refusal for a range, metrics and dimensions that do not go together."""
        by_day = "stat_time_day" in self.dimensions
        limit = DATES_BY_DAY if by_day else DATES_IN_TOTAL
        dates = (self.last - self.first).days + 1
        require(1 <= dates <= limit, f"the range should hold 1 to {limit} dates")
        require(by_day or not set(BY_DAY_ONLY) & set(self.metrics), "cash_spend and voucher_spend are by day")
        fits = "advertiser_id" in self.dimensions or "currency" not in self.metrics
        require(fits, "currency needs an id dimension")

    def dates(self) -> Iterable[date]:
        """Return the dates of the range, first to last."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def report(account: SandboxAccount, args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the `data` of an answer: a page of rows by day, or one row of totals. Raises Refusal."""
    query = ReportQuery.parse(args)
    by_day = {day: figures for day in query.dates() if (figures := account.figures(day, now))}
    if "stat_time_day" in query.dimensions:
        rows = [_row(account, query, [figures], day) for day, figures in by_day.items()]
    else:
        rows = [_row(account, query, list(by_day.values()), None)]
    return paginate("list", rows, query.page, query.page_size)


def paginate(key: str, rows: Sequence[Mapping[str, Any]], page: int, page_size: int) -> dict[str, Any]:
    """Return one page of the rows under `key`, with the `page_info` that counts all of them."""
    start = (page - 1) * page_size
    total = {"total_number": len(rows), "total_page": -(-len(rows) // page_size)}
    return {
        key: rows[start : start + page_size],
        "page_info": {"page": page, "page_size": page_size, **total},
    }


def word_list(args: Mapping[str, str], name: str, allowed: Iterable[str]) -> list[str]:
    """Parse a JSON list parameter. Raises Refusal for an empty one or words that are not allowed."""
    words = json_list(args, name)
    unknown = set(words) - set(allowed)
    require(bool(words) and not unknown, f"{name} holds nothing, or what does not exist: {sorted(unknown)}")
    return words


def json_list(args: Mapping[str, str], name: str) -> list[str]:
    """Parse a parameter. Raises Refusal for anything but a JSON list of strings."""
    try:
        words = json.loads(args.get(name, ""))
    except ValueError:
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Refusal(WRONG_PARAMETER, f"{name} should be a JSON list of strings")
    return words


def _row(
    account: SandboxAccount, query: ReportQuery, figures: list[Figures], day: date | None
) -> dict[str, Any]:
    dimensions = {"advertiser_id": account.advertiser_id, "stat_time_day": f"{day} 00:00:00"}
    metrics = {name: _sum(getattr(item, name) for item in figures) for name in MONEY}
    metrics["currency"] = account.currency
    return {
        "dimensions": {name: dimensions[name] for name in query.dimensions},
        "metrics": {name: metrics[name] for name in query.metrics},
    }


def _sum(figures: Iterable[Decimal | None]) -> str:
    """Return the sum as text with two decimals, `-` where a figure is not there yet."""
    total = Decimal(0)
    for figure in figures:
        if figure is None:
            return "-"
        total += figure
    return f"{total:.2f}"


def require(holds: bool, message: str) -> None:
    """Raise Refusal for a wrong parameter unless the condition holds."""
    if not holds:
        raise Refusal(WRONG_PARAMETER, f"Parameter error: {message}.")


def _date(args: Mapping[str, str], name: str) -> date:
    try:
        return datetime.strptime(args.get(name, ""), "%Y-%m-%d").date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        raise Refusal(WRONG_PARAMETER, f"{name} should be YYYY-MM-DD") from None


def number(args: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    """Parse a whole-number parameter from 1 to `most`. Raises Refusal."""
    text = args.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    require(1 <= number <= most, f"{name} should be 1 to {most}")
    return number
