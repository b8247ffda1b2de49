"""Bills, refunds and gifts of ad accounts, overwritten when read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from receiver.storage.tables import PaymentRow


def payments(session: Session, advertiser_id: str) -> list[PaymentRow]:
    """An account's payments in the order they were made; those without a time come last."""
    query = (
        select(PaymentRow)
        .where(PaymentRow.advertiser_id == advertiser_id)
        .order_by(PaymentRow.at.is_(None), PaymentRow.at, PaymentRow.transaction_id)
    )
    return list(session.scalars(query))


def replace_payments(
    session: Session, advertiser_id: str, since: datetime, rows: Iterable[PaymentRow]
) -> None:
    """Overwrite the payments since a moment: one TikTok no longer lists is gone.

    `rows` may hold earlier ones, too; each takes the place of the one with its id.
    """
    session.execute(
        delete(PaymentRow).where(PaymentRow.advertiser_id == advertiser_id, PaymentRow.at >= since)
    )
    for row in rows:
        session.merge(row)
