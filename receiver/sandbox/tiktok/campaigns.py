"""The fake's `/campaign/get/`: an account that ever spends has one campaign, made the day before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.report import number, page_of, words


def campaigns(account: SandboxAccount, args: Mapping[str, str]) -> dict[str, Any]:
    """The `data` of an answer; raises Refusal."""
    rows = [_campaign(account)] if account.days else []
    if "fields" in args and rows:
        wanted = words(args, "fields", rows[0])
        rows = [{name: row[name] for name in row if name in (*wanted, "advertiser_id")} for row in rows]
    page = number(args, "page", default=1, most=10**6)
    return page_of("list", rows, page, number(args, "page_size", default=10, most=1000))


def _campaign(account: SandboxAccount) -> dict[str, Any]:
    made = f"{min(account.days) - timedelta(days=1)} 18:22:10"
    return {
        "advertiser_id": account.advertiser_id,
        "campaign_id": f"18{account.advertiser_id[-14:]}",
        "campaign_name": f"{account.name}: launch",
        "objective_type": "WEB_CONVERSIONS",
        "operation_status": "ENABLE",
        "secondary_status": "CAMPAIGN_STATUS_ENABLE",
        "is_smart_performance_campaign": False,
        "budget_mode": "BUDGET_MODE_DAY",
        "budget": 20.0,
        "create_time": made,
        "modify_time": made,
    }
