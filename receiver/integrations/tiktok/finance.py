"""Balances of ad accounts, read from their Business Center.

It needs scope 152 and a user who may see the Business Center's money; else TikTok refuses with 40001.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from receiver.errors import Advice
from receiver.integrations.tiktok.calls import Get, Query
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import Row, read_pages
from receiver.integrations.tiktok.schemas import BalanceList

BALANCES = "advertiser/balance/get"
PAGE_SIZE = 50  # TikTok's limit
MOST_PAGES = 200


@dataclass(frozen=True)
class Balance:
    """The money in an ad account now, in `currency`; None: TikTok did not say.

    `grant` is ad credit. `credit_line` is the invoiced customers' credit limit, given only for an account
    requested by itself. With a `payment_portfolio` the figures are the portfolio's, not the account's.
    """

    advertiser_id: str
    currency: str | None
    total: Decimal | None
    cash: Decimal | None
    grant: Decimal | None
    tax: Decimal | None
    credit_line: Decimal | None
    payment_portfolio: str | None


def balances(
    get: Get, bc_id: str, advertiser_id: str | None = None, *, page_size: int = PAGE_SIZE
) -> list[Balance]:
    """Return the balances of one account, or of all accounts of the Business Center."""
    query: dict[str, str | int | Sequence[str]] = {"bc_id": bc_id}
    if advertiser_id:
        query |= {"filtering": json.dumps({"keyword": advertiser_id}), "fields": ["balance_info"]}
    rows = _rows(get, query, page_size)
    return [_balance(row) for row in rows if advertiser_id in (None, row["advertiser_id"])]


def _rows(get: Get, query: Query, page_size: int) -> list[Row]:
    def ask(page: int) -> Reply:
        return get(BALANCES, {**query, "page": page, "page_size": page_size})

    rows, reply = read_pages(ask, BalanceList(), most=MOST_PAGES)
    if len({row["advertiser_id"] for row in rows}) < len(rows):
        raise reply.error("one ad account came twice", Advice.AGAIN)
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
