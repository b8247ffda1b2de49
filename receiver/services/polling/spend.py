"""An account's spend and payments, as staff see them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from receiver.documents.money import amount_text
from receiver.documents.poll_reasons import poll_reason_text
from receiver.documents.spend_timeline import SpendTimeline, spend_timeline
from receiver.domain.calendar import final_at
from receiver.errors import NotFound
from receiver.services.context import ServiceContext
from receiver.services.evaluation.evaluate import evaluate
from receiver.storage import spend, tables
from receiver.storage.database import Database
from receiver.storage.links import stores_of
from receiver.storage.payments import payments


def spend_of(context: ServiceContext, advertiser_id: str) -> dict[str, Any]:
    """Return an account's days and payments, and when and why it is polled next. Raises NotFound."""
    now = context.now()
    with context.database.reading() as session:
        account = spend.account(session, advertiser_id)
        if account is None:
            raise NotFound(f"no account {advertiser_id} is known")
        zone = ZoneInfo(account.timezone) if account.timezone else None
        return {
            "advertiser": advertiser_id,
            "currency": account.currency,
            "next_poll": account.next_poll_at,
            "why": poll_reason_text(account.poll_reason),
            "last_error": account.last_error,
            "bills_readable": account.bills_readable,
            "bills_read_at": account.bills_read_at,
            "payments": [_payment(row) for row in payments(session, advertiser_id)],
            "days": [_day(row, zone, now) for row in spend.days(session, advertiser_id)],
        }


def poll_of(database: Database, advertiser_id: str) -> dict[str, Any]:
    """Return when an account was read, when and why it is polled next, and the last error.

    Raises NotFound.
    """
    with database.reading() as session:
        account = spend.account(session, advertiser_id)
        if account is None:
            raise NotFound(f"no account {advertiser_id} is known")
        return {
            "read_at": account.spend_read_at,
            "next_poll": account.next_poll_at,
            "why": poll_reason_text(account.poll_reason),
            "last_error": account.last_error,
        }


def timelines_on(context: ServiceContext, advertiser_id: str) -> list[tuple[str, SpendTimeline]]:
    """Return an account's spend timeline for each store that links it, with the store's name.

    A store whose window has not begun is left out.
    """
    now = context.now()
    with context.database.reading() as session:
        linked = [(store.name, evaluate(session, store, now)) for store in stores_of(session, advertiser_id)]
    timelines = ((name, spend_timeline(decision)) for name, decision in linked)
    return [(name, timeline) for name, timeline in timelines if timeline]


def known_accounts(database: Database) -> list[tuple[str, str]]:
    """Return the id and name of every ad account, by name; an account never read is named by its id."""
    with database.reading() as session:
        rows = [
            (account.advertiser_id, account.name or account.advertiser_id)
            for account in spend.accounts(session)
        ]
    return sorted(rows, key=lambda item: item[1])


def _day(row: tables.SpendDay, zone: ZoneInfo | None, now: datetime) -> dict[str, Any]:
    figures = ("spend", "billed_cost", "cash_spend", "voucher_spend")
    return {
        "date": row.date,
        **{name: _amount(getattr(row, name)) for name in figures},
        "final": zone is not None and now >= final_at(row.date, zone),
        "read_at": row.read_at,
    }


def _payment(row: tables.PaymentRow) -> dict[str, Any]:
    return {
        "at": row.at,
        "type": row.type,
        "billing": row.billing,
        "subtotal": _amount(row.subtotal),
        "tax": _amount(row.tax),
        "currency": row.currency,
        "transaction_id": row.transaction_id,
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else amount_text(amount)
