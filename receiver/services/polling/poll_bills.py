"""Reading what an ad account was billed and paid; a refusal of TikTok costs the poll nothing.

Bills stand in the ledger of the account's Business Center. They count for accounts that pay automatically. Of
the others the ledger tells how they pay, and whether they were given credit; that is read seldom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from receiver.domain.awards import AwardState
from receiver.domain.calendar import local_date, start_of
from receiver.domain.facts import Payment
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.transactions import LedgerTransaction
from receiver.logs import get_logger
from receiver.services.evaluation.bills import bills_of
from receiver.services.evaluation.payment_method import recorded_or_ledger_option
from receiver.services.programmes.terms import terms_of
from receiver.storage import awards, recorded_facts, tables
from receiver.storage.figures import figures_of
from receiver.storage.payments import replace_payments

RE_READ = timedelta(days=4)  # payments this young may still be missing from the ledger
ASK_AGAIN = timedelta(
    days=1
)  # after a refusal, while nobody knows how it pays, or while credit is on its way
SELDOM = timedelta(days=7)  # where nothing in it counts
MARGIN = timedelta(days=1)  # the ledger's days may begin an hour before or after the account's

log = get_logger(__name__)


class Ledger(Protocol):
    """The calls to TikTok that reading bills needs; each raises ProviderError."""

    def transactions(
        self, token: str, bc_id: str, advertiser_id: str, first: date, last: date
    ) -> list[LedgerTransaction]:
        """Return the ledger's rows of an ad account from `first` to `last`."""
        ...


@dataclass(frozen=True)
class BillsTask:
    """The state of an account's bills, and of how it pays, before a poll."""

    payment: Payment
    opens: date
    linked_at: datetime | None
    consent_at: datetime | None
    business_center: str | None
    readable: bool | None
    read_at: datetime | None
    read_from: date | None
    awaits_credit: bool  # an award was issued, and is not seen there yet
    has_credit: bool  # an award arrived, and may be partly used
    at_once: bool  # staff ask now, whatever was answered last


@dataclass(frozen=True)
class ReadBills:
    """The answer about bills: whether they could be read, and the rows since a date.

    `readable` None is a fault, named by `error`: what was known stays.
    """

    readable: bool | None
    read_from: date | None = None  # the first date all of whose payments are known
    since: datetime | None = None
    rows: tuple[LedgerTransaction, ...] = ()
    error: ProviderError | None = None


def bills_task(
    session: Session, account: tables.Account, link: tables.Link, store: tables.Store, *, at_once: bool
) -> BillsTask:
    """Return the task of reading an account's bills: what is known already, and what it is needed for."""
    recorded = recorded_facts.recorded_facts(session, store.id)
    own_awards = awards.awards_of_account(session, account.advertiser_id)
    opens = terms_of(session, store.programme).opens
    return BillsTask(
        payment=recorded_or_ledger_option(recorded, bills_of(figures_of(session, link), own_awards, opens)),
        opens=opens,
        linked_at=link.linked_at,
        consent_at=link.consent_at,
        business_center=account.business_center,
        readable=account.bills_readable,
        read_at=account.bills_read_at,
        read_from=account.bills_from,
        awaits_credit=any(award.state == AwardState.ISSUED for award in own_awards),
        has_credit=any(award.state == AwardState.CREDITED for award in own_awards),
        at_once=at_once,
    )


def read_bills(
    tiktok: Ledger, token: str, task: BillsTask, info: AdvertiserInfo, now: datetime
) -> ReadBills | None:
    """Return the ledger's rows; None if there was no need to ask. Raises ProviderError for a dead token."""
    if info.timezone is None:
        return None
    if info.owner_bc_id is None:
        return ReadBills(readable=False)
    if not _is_due(task, info, now):
        return None
    try:
        return _read(tiktok, token, task, info, now)
    except ProviderError as error:
        if error.advice is Advice.REAUTHORISE:
            raise
        log.warning("bills not read", advertiser_id=info.advertiser_id, advice=error.advice, code=error.code)
        return (
            ReadBills(readable=False)
            if error.advice is Advice.GIVE_UP
            else ReadBills(readable=None, error=error)
        )


def _is_due(task: BillsTask, info: AdvertiserInfo, now: datetime) -> bool:
    if task.at_once or task.read_at is None or task.business_center != info.owner_bc_id:
        return True
    if task.payment is Payment.AUTOMATIC and task.readable:
        return True
    consent_is_newer = task.consent_at is not None and task.consent_at > task.read_at
    matters = task.payment is not Payment.MANUAL or task.awaits_credit
    return consent_is_newer or now - task.read_at >= (ASK_AGAIN if matters else SELDOM)


def _read(tiktok: Ledger, token: str, task: BillsTask, info: AdvertiserInfo, now: datetime) -> ReadBills:
    assert info.owner_bc_id is not None
    assert info.timezone is not None
    zone = ZoneInfo(info.timezone)
    start = min(task.opens, local_date(task.linked_at, zone)) if task.linked_at else task.opens
    read_from, first = _first_dates(task, start, zone)
    rows = tiktok.transactions(
        token, info.owner_bc_id, info.advertiser_id, first - MARGIN, local_date(now, zone)
    )
    return ReadBills(True, read_from, start_of(first, zone), tuple(rows))


def _first_dates(task: BillsTask, start: date, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first date whose payments will all be known, and the first date to ask for.

    Dates that were read already stay known, except for the last few.
    """
    if task.at_once or not task.readable or task.read_at is None:
        return start, start
    if task.read_from is None or task.read_from > start:
        return start, start
    return task.read_from, max(start, local_date(task.read_at, zone) - RE_READ)


def keep_bills(session: Session, now: datetime, account: tables.Account, bills: ReadBills | None) -> None:
    """Store the bills that were read; after a fault, nothing."""
    if bills is None or bills.readable is None:
        return
    account.bills_readable, account.bills_read_at = bills.readable, now
    if bills.since is not None:
        account.bills_from = bills.read_from
        rows = (_row(account.advertiser_id, row, now) for row in bills.rows)
        replace_payments(session, account.advertiser_id, bills.since, rows)


def _row(advertiser_id: str, row: LedgerTransaction, now: datetime) -> tables.PaymentRow:
    return tables.PaymentRow(
        advertiser_id=advertiser_id,
        transaction_id=row.id,
        type=row.type,
        billing=row.billing,
        subtotal=row.subtotal,
        tax=row.tax,
        currency=row.currency,
        at=row.at,
        read_at=now,
    )
