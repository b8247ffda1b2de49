"""Credit in an ad account's payments: which of it is our own, and which a third party gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from receiver.domain.facts import BilledTransaction, utc_date

CREDIT_GIVEN = "PROMOTION_ISSUED"


@dataclass(frozen=True)
class OwnCredit:
    """Credit we awarded the account, and since when it may have been given."""

    award_id: str
    amount: Decimal
    decided_at: datetime


def own_credit_arrivals(
    payments: Iterable[BilledTransaction], own_credits: Sequence[OwnCredit]
) -> Mapping[str, BilledTransaction]:
    """Return the payment by which each award's credit arrived, by award id; awards without one are absent."""
    return _match_credits(_dated_credits(payments), own_credits)[0]


def foreign_credit_issued(
    payments: Iterable[BilledTransaction], own_credits: Sequence[OwnCredit], opens: date, *, ledger_read: bool
) -> bool | None:
    """Return whether credit since `opens` is none of our own; None where the payments do not tell.

    Credit once seen stays seen, also where the ledger cannot be read any more.
    """
    credits = [row for row in payments if row.type == CREDIT_GIVEN]
    since = [(row, at) for row, at in _dated_credits(credits) if utc_date(at) >= opens]
    rows_by_award, unmatched = _match_credits(since, own_credits)
    if any(row.subtotal is not None or len(rows_by_award) == len(own_credits) for row in unmatched):
        return True
    undated = any(row.at is None for row in credits)
    return None if unmatched or undated or not ledger_read else False


DatedCredits = list[tuple[BilledTransaction, datetime]]


def _dated_credits(payments: Iterable[BilledTransaction]) -> DatedCredits:
    """Return the credits given that have a time, the oldest first."""
    credits = [(row, row.at) for row in payments if row.type == CREDIT_GIVEN and row.at is not None]
    return sorted(credits, key=lambda pair: pair[1])


def _match_credits(
    credits: DatedCredits, own_credits: Sequence[OwnCredit]
) -> tuple[dict[str, BilledTransaction], list[BilledTransaction]]:
    """Match credits to awards, one to one; return the row of each award, and the rows left unmatched."""
    rows_by_award, unmatched = dict[str, BilledTransaction](), []
    for row, at in credits:
        fits = (item for item in own_credits if row.subtotal == item.amount and at >= item.decided_at)
        if ours := next((fit for fit in fits if fit.award_id not in rows_by_award), None):
            rows_by_award[ours.award_id] = row
        else:
            unmatched.append(row)
    return rows_by_award, unmatched
