"""Whether somebody else gave an ad account credit during the programme, as far as its payments tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from receiver.domain.facts import Transaction, utc_date

CREDIT_GIVEN = "PROMOTION_ISSUED"


@dataclass(frozen=True)
class OwnCredit:
    """Credit we awarded the account, and since when it may have been given."""

    amount: Decimal
    decided_at: datetime


def foreign_credit_issued(
    payments: Iterable[Transaction], own: Sequence[OwnCredit], opens: date, *, ledger_read: bool
) -> bool | None:
    """True for credit since `opens` that is none of our own; None where the payments do not tell.

    Credit once seen stays seen, also where the ledger cannot be read any more.
    """
    left = list(own)
    in_doubt = not ledger_read
    for row in payments:
        if row.type != CREDIT_GIVEN or (row.at is not None and utc_date(row.at) < opens):
            continue
        if ours := next((one for one in left if _is_of(row, one)), None):
            left.remove(ours)  # one award explains one row
        elif row.at is None or (row.subtotal is None and left):
            in_doubt = True
        else:
            return True
    return None if in_doubt else False


def _is_of(row: Transaction, own: OwnCredit) -> bool:
    return row.subtotal == own.amount and row.at is not None and row.at >= own.decided_at
