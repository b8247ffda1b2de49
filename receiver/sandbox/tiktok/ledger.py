"""The fake's `/bc/account/transaction/get/`: what accounts of a Business Center paid, to whom may know it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from receiver.sandbox.tiktok.accounts import AccountPayment, SandboxAccount
from receiver.sandbox.tiktok.report import (
    NO_PERMISSION,
    WRONG_PARAMETER,
    Refusal,
    number,
    page_of,
    require,
)

DIRECTION = {
    "BILL_PAYMENT": "NEGATIVE",
    "ADD_BALANCE": "POSITIVE",
    "CANCELLATION": "NEGATIVE",
    "PROMOTION_ISSUED": "POSITIVE",
    "PROMOTION_EXPIRED": "NEGATIVE",
    "INCREASE_BALANCE": "POSITIVE",
    "DECREASE_BALANCE": "NEGATIVE",
    "CARD_VERIFICATION": "OTHER",
    "CARD_VERIFICATION_REFUND": "OTHER",
    "ORDER_CREATION_PAYMENT": "NEGATIVE",
    "ORDER_EDIT_PAYMENT": "NEGATIVE",
    "RETURN_OF_REMAINING_BUDGET": "POSITIVE",
    "REFUND": "NEGATIVE",
}
FILTERS = ("account_ids", "transaction_types", "billing_types", "start_time", "end_time")
MOST_IDS, MOST_ON_A_PAGE = 100, 50
MOST_TIME, USUAL_TIME = timedelta(days=365), timedelta(days=90)


@dataclass(frozen=True)
class LedgerQuery:
    """The ledger's parameters, checked; a None asks for all."""

    bc_id: str
    account_ids: Collection[str] | None
    types: Collection[str] | None
    billing: Collection[str] | None
    start: datetime | None  # start and end on the clock of the account's zone
    end: datetime | None
    page: int
    page_size: int

    @classmethod
    def of(cls, args: Mapping[str, str]) -> LedgerQuery:
        require(args.get("bc_id", "").isdigit(), "bc_id is required")
        require(args.get("transaction_level") == "ADVERTISER", "only level ADVERTISER is played here")
        filtering = json_object(args.get("filtering", "{}"))
        require(set(filtering) <= set(FILTERS), f"filtering holds more than {FILTERS}")
        return cls(
            bc_id=args["bc_id"],
            account_ids=_strings(filtering, "account_ids"),
            types=_strings(filtering, "transaction_types", DIRECTION),
            billing=_strings(filtering, "billing_types", ("CASH", "CREDIT")),
            start=_time(filtering, "start_time"),
            end=_time(filtering, "end_time"),
            page=number(args, "page", default=1, most=10**6),
            page_size=number(args, "page_size", default=10, most=MOST_ON_A_PAGE),
        ).checked()

    def checked(self) -> LedgerQuery:
        require(len(self.account_ids or ()) <= MOST_IDS, f"account_ids holds more than {MOST_IDS}")
        if self.start and self.end:
            inside = timedelta(0) <= self.end - self.start <= MOST_TIME
            require(inside, f"the times should span at most {MOST_TIME.days} days")
        return self

    def takes(self, account: SandboxAccount, payment: AccountPayment, now: datetime) -> bool:
        clock = _on_clock(account, payment.at)
        start = self.start or _on_clock(account, now) - USUAL_TIME
        return (
            payment.at <= now
            and start <= clock <= (self.end or clock)
            and payment.type in (self.types or DIRECTION)
            and payment.billing in (self.billing or (payment.billing,))
        )


def ledger(reachable: Iterable[SandboxAccount], args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The `data` of an answer to the token that reaches these accounts; raises Refusal."""
    asked = LedgerQuery.of(args)
    accounts = _readable(reachable, asked)
    rows = [
        (account, place, payment)
        for account in accounts
        for place, payment in enumerate(account.payments)
        if asked.takes(account, payment, now)
    ]
    rows.sort(key=lambda row: row[2].at)
    return page_of("transaction_list", [_shown(*row) for row in rows], asked.page, asked.page_size)


def _readable(reachable: Iterable[SandboxAccount], asked: LedgerQuery) -> list[SandboxAccount]:
    """The accounts asked for; all must be of the Business Center, and its money the user's to see."""
    mine = {account.advertiser_id: account for account in reachable if account.business_center == asked.bc_id}
    ids = mine if asked.account_ids is None else asked.account_ids
    if not mine or not set(ids) <= set(mine) or not all(mine[item].reads_finance for item in ids):
        raise Refusal(NO_PERMISSION, "No permission to operate this Business Center or advertiser.")
    return [mine[item] for item in ids]


def _shown(account: SandboxAccount, place: int, payment: AccountPayment) -> dict[str, Any]:
    offset = f"{_local(account, payment.at):%z}"
    return {
        "transaction_id": f"{account.advertiser_id}{place:05}",
        "account_id": account.advertiser_id,
        "account_name": account.name,
        "bc_id": account.business_center,
        "bc_name": account.name,
        "transaction_type": payment.type,
        "billing_type": payment.billing,
        "amount": float(payment.subtotal + payment.tax),
        "subtotal": float(payment.subtotal),
        "tax_amount": float(payment.tax),
        "currency": account.currency,
        "amount_type": DIRECTION[payment.type],
        "timezone": f"UTC{offset[:3]}:{offset[3:]}",
        "create_time": f"{_on_clock(account, payment.at):%Y-%m-%d %H:%M:%S}",
        "invoice_id": "",
        "serial_number": "",
    }


def _local(account: SandboxAccount, at: datetime) -> datetime:
    """The ledger goes by the plain zone, without daylight saving where that is an `Etc/GMT…`."""
    return at.astimezone(ZoneInfo(account.timezone))


def _on_clock(account: SandboxAccount, at: datetime) -> datetime:
    return _local(account, at).replace(tzinfo=None)


def json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refusal(WRONG_PARAMETER, "filtering should be a JSON object")
    return found


def _strings(
    filtering: Mapping[str, Any], name: str, known: Collection[str] | None = None
) -> Collection[str] | None:
    found = filtering.get(name)
    if found is None:
        return None
    right = isinstance(found, list) and all(
        isinstance(word, str) and word in (known or (word,)) for word in found
    )
    require(right and bool(found), f"{name} should be a list of known words")
    return tuple(dict.fromkeys(found))


def _time(filtering: Mapping[str, Any], name: str) -> datetime | None:
    if name not in filtering:
        return None
    try:
        return datetime.strptime(filtering[name], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # on the account's clock
    except (TypeError, ValueError):
        raise Refusal(WRONG_PARAMETER, f"{name} should be YYYY-MM-DD HH:MM:SS") from None
