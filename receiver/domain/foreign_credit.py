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
    given = [row for row in payments if row.type == CREDIT_GIVEN]
    left, unexplained = list(own), []
    for row, at in sorted(_since(opens, given), key=lambda dated: dated[1]):
        if ours := next((one for one in left if row.subtotal == one.amount and at >= one.decided_at), None):
            left.remove(ours)  # one award explains one row
        else:
            unexplained.append(row)
    if any(row.subtotal is not None or not left for row in unexplained):
        return True
    undated = any(row.at is None for row in given)
    return None if unexplained or undated or not ledger_read else False


def _since(opens: date, rows: Iterable[Transaction]) -> list[tuple[Transaction, datetime]]:
    return [(row, row.at) for row in rows if row.at is not None and utc_date(row.at) >= opens]
