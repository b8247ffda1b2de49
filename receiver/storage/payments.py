"""Bills, refunds and gifts of ad accounts, overwritten when they are read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from receiver.storage.parameters import ADVERTISER_IDS
from receiver.storage.tables import PaymentRow

_OF_ACCOUNTS = (
    select(PaymentRow)
    .where(PaymentRow.advertiser_id.in_(ADVERTISER_IDS))
    .order_by(PaymentRow.at.is_(None), PaymentRow.at, PaymentRow.transaction_id)
)


def payments(session: Session, advertiser_id: str) -> list[PaymentRow]:
    """Return the account's payments by time; those without a time come last."""
    return payments_of(session, [advertiser_id]).get(advertiser_id, [])


def payments_of(session: Session, advertiser_ids: Collection[str]) -> dict[str, list[PaymentRow]]:
    """Return, by account, what `payments` returns; an account without any is left out."""
    parameters = {"advertiser_ids": list(advertiser_ids)}
    by_account: defaultdict[str, list[PaymentRow]] = defaultdict(list)
    for row in session.scalars(_OF_ACCOUNTS, parameters, execution_options={"populate_existing": True}):
        by_account[row.advertiser_id].append(row)
    return by_account


def replace_payments(
    session: Session, advertiser_id: str, since: datetime, rows: Iterable[PaymentRow]
) -> None:
    """Overwrite an account's payments since a time; one that TikTok no longer lists is deleted.

    `rows` may hold earlier payments, too; each replaces the one with its id.
    """
    session.execute(
        delete(PaymentRow).where(PaymentRow.advertiser_id == advertiser_id, PaymentRow.at >= since)
    )
    for row in rows:
        session.merge(row)
