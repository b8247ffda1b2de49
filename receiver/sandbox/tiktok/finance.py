"""The fake's answers about the money that a Business Center's accounts hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from receiver.sandbox.tiktok.accounts import AccountDay, SandboxAccount
from receiver.sandbox.tiktok.ledger import json_object
from receiver.sandbox.tiktok.report import (
    NO_PERMISSION,
    Refusal,
    number,
    page_of,
)

MOST_ON_A_PAGE = 50


def balances(reachable: Iterable[SandboxAccount], args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The `data` of an answer; raises Refusal."""
    rows = [_balance(account, args, now) for account in _asked(reachable, args)]
    return _paged("advertiser_account_list", rows, args)


def _asked(reachable: Iterable[SandboxAccount], args: Mapping[str, str]) -> list[SandboxAccount]:
    """Those of the Business Center whose money the user may see; the keyword matches parts of id and name."""
    mine = [item for item in reachable if item.business_center == args.get("bc_id") and item.reads_finance]
    if not mine:
        raise Refusal(NO_PERMISSION, "No permission to operate this Business Center.")
    keyword = json_object(args.get("filtering", "{}")).get("keyword", "")
    return [item for item in mine if keyword in item.advertiser_id or keyword in item.name]


def _paged(key: str, rows: list[dict[str, Any]], args: Mapping[str, str]) -> dict[str, Any]:
    page = number(args, "page", default=1, most=10**6)
    return page_of(key, rows, page, number(args, "page_size", default=10, most=MOST_ON_A_PAGE))


def _balance(account: SandboxAccount, args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    spent = _spent(account, date.min, now.date(), now)
    cash = max(Decimal(0), _paid_in(account, "ADD_BALANCE", now) - spent.cash)
    grant = max(Decimal(0), _paid_in(account, "PROMOTION_ISSUED", now) - spent.credit)
    detail = {"balance_info": {"credit_balance": 0.0}} if "balance_info" in args.get("fields", "") else {}
    return {
        "advertiser_id": account.advertiser_id,
        "advertiser_name": account.name,
        "advertiser_status": "SHOW_ACCOUNT_STATUS_APPROVED",
        "advertiser_type": "AUCTION",
        "timezone": account.display_timezone,
        "currency": account.currency,
        "create_time": f"{account.created_at:%Y-%m-%d %H:%M:%S}",
        "account_balance": float(cash + grant),
        "valid_account_balance": float(cash + grant),
        "frozen_balance": 0.0,
        "tax": 0.0,
        "cash_balance": float(cash),
        "valid_cash_balance": float(cash),
        "grant_balance": float(grant),
        "valid_grant_balance": float(grant),
        "budget_mode": "UNLIMITED",
        **detail,
    }


def _spent(account: SandboxAccount, first: date, last: date, now: datetime) -> AccountDay:
    """What was spent on these dates as far as reports show it; the fake's dates are the account's own."""
    seen = [account.figures(day, now) for day in account.days if first <= day <= last]
    spent = [(item.spend, item.billed_cost or Decimal(0)) for item in seen if item]
    cash = sum((net for _, net in spent), Decimal(0))
    return AccountDay(cash=cash, credit=sum((gross for gross, _ in spent), Decimal(0)) - cash)


def _paid_in(account: SandboxAccount, kind: str, now: datetime) -> Decimal:
    rows = (payment.subtotal for payment in account.payments if payment.type == kind and payment.at <= now)
    return sum(rows, Decimal(0))
