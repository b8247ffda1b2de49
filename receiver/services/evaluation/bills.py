"""Gathers what an account's payments tell: its bills, and whether somebody else gave it credit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from receiver.domain.facts import BilledTransaction
from receiver.domain.third_party_credit import OwnCredit, foreign_credit_issued
from receiver.services.programmes.terms import terms_of
from receiver.storage import awards, tables
from receiver.storage.figures import AccountFigures


@dataclass(frozen=True)
class Bills:
    """An account's payments, whether they could be read (None: never asked), and foreign credit in them."""

    payments: tuple[BilledTransaction, ...] = ()
    readable: bool | None = None
    whole: bool = False  # readable, and known from the programme's opening on
    foreign_credit_issued: bool | None = None


def gather_bills(session: Session, store: tables.Store, figures: AccountFigures | None) -> Bills:
    """Return what the ledger of a store's ad account tells; nothing where it was never asked."""
    if figures is None or figures.account.bills_readable is None:
        return Bills()
    account = figures.account
    rows = tuple(_transaction(row, account.currency) for row in figures.payments)
    own = own_credits(session, account.advertiser_id)
    opens = terms_of(session, store.programme).opens
    # The account may have been read for a store of a later programme.
    read_from = account.bills_from if account.bills_readable else None
    whole = read_from is not None and read_from <= opens
    foreign = foreign_credit_issued(rows, own, opens, ledger_read=whole)
    return Bills(rows, account.bills_readable, whole, foreign)


def own_credits(session: Session, advertiser_id: str) -> list[OwnCredit]:
    """Return what we awarded for an account, the oldest first."""
    given = awards.awards_of_account(session, advertiser_id)
    return [OwnCredit(award.id, award.credit, award.decided_at) for award in given]


def _transaction(row: tables.PaymentRow, currency: str | None) -> BilledTransaction:
    """Money in another currency than the account's is not converted: how much it was is unknown."""
    as_said = row.currency in (None, currency)
    return BilledTransaction(
        type=row.type,
        billing=row.billing,
        subtotal=row.subtotal if as_said else None,
        tax=row.tax if as_said else None,
        at=row.at,
    )
