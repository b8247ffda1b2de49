"""The fake's `/bc/account/transaction/get/`: the payments of a Business Center's accounts."""

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
    paginate,
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
LONGEST_SPAN, DEFAULT_SPAN = timedelta(days=365), timedelta(days=90)


@dataclass(frozen=True)
class LedgerQuery:
    """The validated parameters of the ledger; None stands for all."""

    bc_id: str
    account_ids: Collection[str] | None
    types: Collection[str] | None
    billing: Collection[str] | None
    start: datetime | None  # start and end on the clock of the account's zone
    end: datetime | None
    page: int
    page_size: int

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> LedgerQuery:
        """Parse and validate the arguments of a call. Raises Refusal."""
        require(args.get("bc_id", "").isdigit(), "bc_id is required")
        require(args.get("transaction_level") == "ADVERTISER", "only level ADVERTISER is played here")
        filtering = json_object(args.get("filtering", "{}"))
        require(set(filtering) <= set(FILTERS), f"filtering holds more than {FILTERS}")
        query = cls(
            bc_id=args["bc_id"],
            account_ids=_strings(filtering, "account_ids"),
            types=_strings(filtering, "transaction_types", DIRECTION),
            billing=_strings(filtering, "billing_types", ("CASH", "CREDIT")),
            start=_time(filtering, "start_time"),
            end=_time(filtering, "end_time"),
            page=number(args, "page", default=1, most=10**6),
            page_size=number(args, "page_size", default=10, most=MOST_ON_A_PAGE),
        )
        query.validate()
        return query

    def validate(self) -> None:
        """Raise Refusal for too many ids, or times that span too long or backwards."""
        require(len(self.account_ids or ()) <= MOST_IDS, f"account_ids holds more than {MOST_IDS}")
        if self.start and self.end:
            inside = timedelta(0) <= self.end - self.start <= LONGEST_SPAN
            require(inside, f"the times should span at most {LONGEST_SPAN.days} days")

    def matches(self, account: SandboxAccount, payment: AccountPayment, now: datetime) -> bool:
        """Return whether a payment of an account is in the ledger by `now` and passes the filters."""
        clock = _wall_time(account, payment.at)
        start = self.start or _wall_time(account, now) - DEFAULT_SPAN
        return (
            payment.at <= now
            and start <= clock <= (self.end or clock)
            and payment.type in (self.types or DIRECTION)
            and payment.billing in (self.billing or (payment.billing,))
        )


def ledger(reachable: Iterable[SandboxAccount], args: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the `data` of an answer to a token that reaches these accounts. Raises Refusal."""
    query = LedgerQuery.parse(args)
    accounts = _select_accounts(reachable, query)
    rows = [
        (account, position, payment)
        for account in accounts
        for position, payment in enumerate(account.payments)
        if query.matches(account, payment, now)
    ]
    rows.sort(key=lambda row: row[2].at)
    return paginate("transaction_list", [_transaction(*row) for row in rows], query.page, query.page_size)


def _select_accounts(reachable: Iterable[SandboxAccount], query: LedgerQuery) -> list[SandboxAccount]:
    """Return the query's accounts. Raises Refusal unless all are of the Business Center and may be read."""
    center = {item.advertiser_id: item for item in reachable if item.business_center == query.bc_id}
    ids = center if query.account_ids is None else query.account_ids
    if not center or not set(ids) <= set(center) or not all(center[item].reads_finance for item in ids):
        raise Refusal(NO_PERMISSION, "No permission to operate this Business Center or advertiser.")
    return [center[item] for item in ids]


def _transaction(account: SandboxAccount, position: int, payment: AccountPayment) -> dict[str, Any]:
    offset = f"{_local(account, payment.at):%z}"
    return {
        "transaction_id": f"{account.advertiser_id}{position:05}",
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
        "create_time": f"{_wall_time(account, payment.at):%Y-%m-%d %H:%M:%S}",
        "invoice_id": "",
        "serial_number": "",
    }


def _local(account: SandboxAccount, at: datetime) -> datetime:
    """Return a moment in the ledger's zone: the account's plain one, where `Etc/GMT…` has no summer time."""
    return at.astimezone(ZoneInfo(account.timezone))


def _wall_time(account: SandboxAccount, at: datetime) -> datetime:
    return _local(account, at).replace(tzinfo=None)


def json_object(text: str) -> dict[str, Any]:
    """Parse the `filtering` parameter. Raises Refusal for anything but a JSON object."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refusal(WRONG_PARAMETER, "filtering should be a JSON object")
    return document


def _strings(
    filtering: Mapping[str, Any], name: str, allowed: Collection[str] | None = None
) -> Collection[str] | None:
    words = filtering.get(name)
    if words is None:
        return None
    right = isinstance(words, list) and all(
        isinstance(word, str) and word in (allowed or (word,)) for word in words
    )
    require(right and bool(words), f"{name} should be a list of known words")
    return tuple(dict.fromkeys(words))


def _time(filtering: Mapping[str, Any], name: str) -> datetime | None:
    if name not in filtering:
        return None
    try:
        return datetime.strptime(filtering[name], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # on the account's clock
    except (TypeError, ValueError):
        raise Refusal(WRONG_PARAMETER, f"{name} should be YYYY-MM-DD HH:MM:SS") from None
