"""The fake's `/advertiser/balance/get/`: the money that a Business Center's accounts hold."""

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
    paginate,
)

MOST_ON_A_PAGE = 50


def balances(reachable: Iterable[SandboxAccount], args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the `data` of an answer: a page of the balances. Raises Refusal."""
    rows = [_balance(account, args, now) for account in _select_accounts(reachable, args)]
    return _page("advertiser_account_list", rows, args)


def _select_accounts(reachable: Iterable[SandboxAccount], args: Mapping[str, str]) -> list[SandboxAccount]:
    """Return the Business Center's accounts whose money the user may see. Raises Refusal for none at all.

    The keyword of the filtering matches parts of id and name.
    """
    visible = [item for item in reachable if item.business_center == args.get("bc_id") and item.reads_finance]
    if not visible:
        raise Refusal(NO_PERMISSION, "No permission to operate this Business Center.")
    keyword = json_object(args.get("filtering", "{}")).get("keyword", "")
    return [item for item in visible if keyword in item.advertiser_id or keyword in item.name]


def _page(key: str, rows: list[dict[str, Any]], args: Mapping[str, str]) -> dict[str, Any]:
    page = number(args, "page", default=1, most=10**6)
    return paginate(key, rows, page, number(args, "page_size", default=10, most=MOST_ON_A_PAGE))


def _balance(account: SandboxAccount, args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    spending = _spending(account, date.min, now.date(), now)
    cash = max(Decimal(0), _paid_in(account, "ADD_BALANCE", now) - spending.cash)
    grant = max(Decimal(0), _paid_in(account, "PROMOTION_ISSUED", now) - spending.credit)
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


def _spending(account: SandboxAccount, first: date, last: date, now: datetime) -> AccountDay:
    """Return the spend of these dates as far as reports show it; the fake's dates are the account's own."""
    figures = [account.figures(day, now) for day in account.days if first <= day <= last]
    amounts = [(item.spend, item.billed_cost or Decimal(0)) for item in figures if item]
    cash = sum((net for _, net in amounts), Decimal(0))
    return AccountDay(cash=cash, credit=sum((gross for gross, _ in amounts), Decimal(0)) - cash)


def _paid_in(account: SandboxAccount, kind: str, now: datetime) -> Decimal:
    rows = (payment.subtotal for payment in account.payments if payment.type == kind and payment.at <= now)
    return sum(rows, Decimal(0))
