"""The evidence of an account's payments: its bills, and whether somebody else gave it credit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from receiver.domain.facts import BilledTransaction
from receiver.domain.third_party_credit import OwnCredit, foreign_credit_issued
from receiver.storage import tables
from receiver.storage.figures import AccountFigures


@dataclass(frozen=True)
class Bills:
    """An account's payments; `readable` is None where they were never asked for."""

    payments: tuple[BilledTransaction, ...] = ()
    readable: bool | None = None
    whole: bool = False  # readable, and known from the programme's opening on
    foreign_credit_issued: bool | None = None


def bills_of(figures: AccountFigures | None, own_awards: Iterable[tables.Award], opens: date) -> Bills:
    """Return what the ledger of an ad account tells; nothing where it was never asked for.

    `own_awards`: our awards for the account, the oldest first. `opens`: the programme's first date.
    """
    if figures is None or figures.account.bills_readable is None:
        return Bills()
    account, own = figures.account, own_credits(own_awards)
    rows = tuple(_transaction(row, account.currency) for row in figures.payments)
    # The account may have been read for a store of a later programme.
    read_from = account.bills_from if account.bills_readable else None
    whole = read_from is not None and read_from <= opens
    foreign = foreign_credit_issued(rows, own, opens, ledger_read=whole)
    return Bills(rows, account.bills_readable, whole, foreign)


def own_credits(own_awards: Iterable[tables.Award]) -> list[OwnCredit]:
    """Return the credits of our awards for an account."""
    return [OwnCredit(award.id, award.credit, award.decided_at) for award in own_awards]


def _transaction(row: tables.PaymentRow, currency: str | None) -> BilledTransaction:
    """Return a payment as a fact.

    An amount in another currency than the account's is unknown: it is not converted.
    """
    is_comparable = row.currency in (None, currency)
    return BilledTransaction(
        type=row.type,
        billing=row.billing,
        subtotal=row.subtotal if is_comparable else None,
        tax=row.tax if is_comparable else None,
        at=row.at,
    )
