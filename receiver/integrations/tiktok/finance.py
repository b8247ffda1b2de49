"""What a Business Center shows of its ad accounts' money: what they hold, and what running ads cost them.

All of it needs scope 152 and a user who may see the Business Center's money; else TikTok refuses with 40001.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import Schema

from receiver.errors import Advice
from receiver.integrations.tiktok.calls import Get, Query
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import Row, read_pages
from receiver.integrations.tiktok.schemas import BalanceList, CostList, CostRecordList

BALANCES, COSTS, RECORDS = "advertiser/balance/get", "bc/account/cost/get", "advertiser/transaction/get"
PAGE_SIZE = 50  # TikTok's limit
MOST_PAGES = 200


@dataclass(frozen=True)
class Balance:
    """What an ad account holds now, in `currency`; None is "TikTok did not say".

    `grant` is ad credit. `credit_line` is the invoiced customers' credit limit, told only of an account
    asked for by itself. With a `payment_portfolio` the figures are the portfolio's, not the account's.
    """

    advertiser_id: str
    currency: str | None
    total: Decimal | None
    cash: Decimal | None
    grant: Decimal | None
    tax: Decimal | None
    credit_line: Decimal | None
    payment_portfolio: str | None


@dataclass(frozen=True)
class Cost:
    """What ads cost an account over UTC dates, in `currency`: paid by cash, by ad credit (`grant`).

    `tax` is TikTok's estimate; whether `total` holds it is not stated.
    """

    advertiser_id: str
    currency: str | None
    total: Decimal | None
    cash: Decimal | None
    grant: Decimal | None
    tax: Decimal | None


@dataclass(frozen=True)
class CostRecord:
    """What ads cost an account on one UTC date, in `currency`, whatever paid it. The older way to ask."""

    date: date
    amount: Decimal | None
    currency: str | None


def balances(
    get: Get, bc_id: str, advertiser_id: str | None = None, *, page_size: int = PAGE_SIZE
) -> list[Balance]:
    """Return the balances of one account, or of all of the Business Center."""
    query: dict[str, str | int | Sequence[str]] = {"bc_id": bc_id}
    if advertiser_id:
        query |= {"filtering": json.dumps({"keyword": advertiser_id}), "fields": ["balance_info"]}
    rows = _rows(get, BALANCES, query, BalanceList(), page_size)
    return [_balance(row) for row in rows if advertiser_id in (None, row["advertiser_id"])]


def costs(
    get: Get,
    bc_id: str,
    first: date,
    last: date,
    advertiser_id: str | None = None,
    *,
    page_size: int = PAGE_SIZE,
) -> list[Cost]:
    """Over at most 365 UTC dates, both ends included, of one account or of all of the Business Center."""
    filtering = {"start_date": first.isoformat(), "end_date": last.isoformat()}
    if advertiser_id:
        filtering["keyword"] = advertiser_id  # matches parts of ids and names too
    query = {"bc_id": bc_id, "filtering": json.dumps(filtering)}
    rows = _rows(get, COSTS, query, CostList(), page_size)
    return [_cost(row) for row in rows if advertiser_id in (None, row["advertiser_id"])]


def cost_records(
    get: Get, bc_id: str, advertiser_id: str, first: date, last: date, *, page_size: int = PAGE_SIZE
) -> list[CostRecord]:
    """Between two UTC dates, both included; refused for a Business Center of type NORMAL."""
    filtering = {
        "transfer_type": "TRANS_TYPE_COST",
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
        "keyword": advertiser_id,
    }

    def ask(page: int) -> Reply:
        query = {"bc_id": bc_id, "filtering": json.dumps(filtering)}
        return get(RECORDS, {**query, "page": page, "page_size": page_size})

    rows, _ = read_pages(ask, CostRecordList(), most=MOST_PAGES)
    ours = (row for row in rows if row["advertiser_id"] == advertiser_id)
    return [CostRecord(row["date"], row["amount"], row["currency"]) for row in ours]


def _rows(get: Get, path: str, query: Query, schema: Schema, page_size: int) -> list[Row]:
    def ask(page: int) -> Reply:
        return get(path, {**query, "page": page, "page_size": page_size})

    rows, reply = read_pages(ask, schema, most=MOST_PAGES)
    if len({row["advertiser_id"] for row in rows}) < len(rows):
        raise reply.trouble("one ad account came twice", Advice.AGAIN)
    return rows


def _balance(row: Mapping[str, Any]) -> Balance:
    return Balance(
        advertiser_id=row["advertiser_id"],
        currency=row["currency"],
        total=row["account_balance"],
        cash=row["cash_balance"],
        grant=row["grant_balance"],
        tax=row["tax"],
        credit_line=row["balance_info"] and row["balance_info"]["credit_balance"],
        payment_portfolio=row["payment_portfolio_id"],
    )


def _cost(row: Mapping[str, Any]) -> Cost:
    return Cost(
        advertiser_id=row["advertiser_id"],
        currency=row["currency"],
        total=row["amount"],
        cash=row["cash_amount"],
        grant=row["grant_amount"],
        tax=row["tax_amount"],
    )
