"""An ad account's bills, refunds and gifts, read from its Business Center's ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from receiver.errors import Advice
from receiver.integrations.tiktok.calls import Get, read_spans
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import Row, read_pages
from receiver.integrations.tiktok.schemas import TransactionList

LEDGER = "bc/account/transaction/get"
DATES_A_CALL = 365
PAGE_SIZE = 50  # TikTok's limit
MOST_PAGES = 200  # a bill every hour of a year would fill 176


@dataclass(frozen=True)
class LedgerTransaction:
    """A row of an ad account's ledger, identified by `id`; None: TikTok did not say.

    `type` and `billing` are TikTok's words (BILL_PAYMENT, …; CASH, or CREDIT for ad credit). `subtotal`
    and `tax` are in `currency`; which way the money went is the type's to say, not their sign's, and a
    BILL_PAYMENT is never below 0. `at` is aware and UTC.
    """

    id: str
    type: str | None
    billing: str | None
    subtotal: Decimal | None
    tax: Decimal | None
    currency: str | None
    at: datetime | None


def transactions(
    get: Get, bc_id: str, advertiser_id: str, first: date, last: date, *, page_size: int = PAGE_SIZE
) -> list[LedgerTransaction]:
    """Return the ledger rows between two dates, both included, in the zone of the account."""

    def ask(start: date, end: date) -> list[LedgerTransaction]:
        return _rows(get, _query(bc_id, advertiser_id, start, end), advertiser_id, page_size)

    return [row for rows in read_spans(ask, first, last, DATES_A_CALL) for row in rows]


def _rows(get: Get, query: Mapping[str, str], advertiser_id: str, page_size: int) -> list[LedgerTransaction]:
    def ask(page: int) -> Reply:
        return get(LEDGER, {**query, "page": page, "page_size": page_size})

    rows, reply = read_pages(ask, TransactionList(), most=MOST_PAGES)
    _check(rows, reply, advertiser_id)
    return [_transaction(row) for row in rows]


def _check(rows: Sequence[Row], reply: Reply, advertiser_id: str) -> None:
    if any(row["account_id"] != advertiser_id for row in rows):
        raise reply.error("rows that were not asked for", Advice.AGAIN)
    if len({row["transaction_id"] for row in rows}) < len(rows):
        # A row that came in between two pages pushed one of them onto both, so another may be missing.
        raise reply.error("one payment came twice", Advice.AGAIN)
    if any(row["transaction_type"] == "BILL_PAYMENT" and (row["subtotal"] or 0) < 0 for row in rows):
        raise reply.error("a bill below 0", Advice.CONFIGURATION)


def _query(bc_id: str, advertiser_id: str, first: date, last: date) -> dict[str, str]:
    times = {"start_time": f"{first} 00:00:00", "end_time": f"{last} 23:59:59"}
    return {
        "bc_id": bc_id,
        "transaction_level": "ADVERTISER",
        "filtering": json.dumps({"account_ids": [advertiser_id], **times}),
    }


def _transaction(row: Mapping[str, Any]) -> LedgerTransaction:
    at, zone = row["create_time"], row["timezone"]
    return LedgerTransaction(
        id=row["transaction_id"],
        type=row["transaction_type"],
        billing=row["billing_type"],
        subtotal=row["subtotal"],
        tax=row["tax_amount"],
        currency=row["currency"],
        at=at.replace(tzinfo=zone).astimezone(UTC) if at and zone else None,
    )
