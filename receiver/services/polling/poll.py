"""The poll of an ad account: its state, daily figures and bills; a fault leaves what was known.

Nothing is held open while TikTok is called: what to ask is read in one transaction, the answers are
written in another. Idempotent.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from receiver.domain.calendar import final_at, local_date
from receiver.domain.facts import ConsentLoss
from receiver.domain.poll_reasons import PollReason
from receiver.domain.troubles import ReadingFault
from receiver.errors import Advice, NotFound, ProviderError, Refused, StorageUnavailable
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.codes import TOKEN_EXPIRED
from receiver.integrations.tiktok.reports import ReportedDay
from receiver.logs import get_logger
from receiver.request_id import REQUEST_ID, new_request_id, traced
from receiver.services.authorization.withdraw import withdraw_consent
from receiver.services.context import ServiceContext
from receiver.services.polling.ad_credit import Balances, keep_ad_credit, read_ad_credit
from receiver.services.polling.failures import LONGEST_RETRY, AccountNotListed, next_try, reading_fault
from receiver.services.polling.plan import plan_poll
from receiver.services.polling.poll_bills import (
    BillsTask,
    Ledger,
    ReadBills,
    bills_task,
    keep_bills,
    read_bills,
)
from receiver.services.programmes.terms import terms_of
from receiver.storage import polls, spend, tables

RE_READ = timedelta(days=4)  # figures this young may still be restated
BILLS_RETRY = timedelta(hours=1)
AT_ONCE = 8  # accounts: nearly all of a poll is waiting for TikTok, and the budget keeps the rate
# Accounts that nobody may read: one that is linked again is read within the hour.
MOST_UNREADABLE, UNREADABLE_AGAIN = 5_000, timedelta(hours=1)
LEASE = timedelta(minutes=10)  # a poller that died leaves its accounts due again after this

log = get_logger(__name__)


class AdsApi(Ledger, Balances, Protocol):
    """The calls to TikTok that polling needs; each raises ProviderError."""

    def advertiser_info(self, token: str, advertiser_ids: Sequence[str]) -> list[AdvertiserInfo]:
        """Return what TikTok says about these ad accounts; one that it does not list is left out."""
        ...

    def daily_spend(self, token: str, advertiser_id: str, first: date, last: date) -> list[ReportedDay]:
        """Return an ad account's figures for each reported date from `first` to `last`."""
        ...

    def total_spend(self, token: str, advertiser_id: str, first: date, last: date) -> Decimal | None:
        """Return an ad account's spend from `first` to `last` in all; None where TikTok reports no figure."""
        ...


@dataclass(frozen=True)
class PollResult:
    """The result of one poll: the stores to decide anew, and the error where TikTok gave one."""

    advertiser_id: str
    stores: tuple[str, ...]
    error: str | None


@dataclass(frozen=True)
class _PollTask:
    """The task of one poll: its token, and what earlier polls have read."""

    link_id: int
    token: str
    token_encrypted: str
    linked_at: datetime | None
    prior_days: int
    prior_before: date | None  # the link date earlier spend was last read for
    prior_read_at: datetime | None
    spend_read_at: datetime | None
    read_at: datetime | None
    last_spend: date | None  # the last date known to have spend
    bills: BillsTask
    requested_by: str | None  # the id of the request behind this poll


def poll_due(context: ServiceContext, limit: int = 20) -> list[PollResult]:
    """Poll the accounts that are due, `limit` of them, each claimed first; none holds up another."""
    now = context.now()
    with context.database.writing() as session:
        due = spend.due_accounts(session, now, limit)
        ours = [item for item in due if spend.claim_poll(session, item[0], now, LEASE)]

    def poll(item: tuple[str, bool]) -> PollResult | None:
        advertiser_id, urgent = item
        return _poll_or_log(context.urgently() if urgent else context, advertiser_id)

    with ThreadPoolExecutor(AT_ONCE) as several:
        return [polled for polled in several.map(poll, ours) if polled]


def put_off_unreadable(context: ServiceContext) -> None:
    """Reschedule accounts whose consent or store is gone, so that they do not stand first in line.

    They are looked at again in an hour.
    """
    now = context.now()
    with context.database.writing() as session:
        spend.put_off_unreadable(session, now, now + UNREADABLE_AGAIN, MOST_UNREADABLE)


def _poll_or_log(context: ServiceContext, advertiser_id: str) -> PollResult | None:
    """Poll one claimed account; None where it failed for a reason nobody foresaw, which is logged."""
    try:
        return poll_account(context, advertiser_id, scheduled=True)
    except StorageUnavailable:
        raise
    except Exception:  # the edge of a job: the lease makes this account due again
        log.exception("account not polled", advertiser_id=advertiser_id)
        return None


def poll_account(context: ServiceContext, advertiser_id: str, *, scheduled: bool = False) -> PollResult:
    """Poll one account now: all of it, or with `scheduled` only what is due.

    Its calls to TikTok carry the id of the request behind it. Raises NotFound for an unknown account, and
    Refused without a usable consent.
    """
    task = _task(context, advertiser_id, scheduled)
    with traced(REQUEST_ID.get() or task.requested_by or new_request_id()):
        return _poll(context, advertiser_id, task)


def _poll(context: ServiceContext, advertiser_id: str, task: _PollTask) -> PollResult:
    now, tiktok = context.now(), context.tiktok
    info = None
    try:
        info = _info(tiktok, task, advertiser_id)
        readings = _read_spend(tiktok, task, info, now) if info.timezone else None
        bills = read_bills(tiktok, task.token, task.bills, info, now)
        credit = read_ad_credit(tiktok, task.token, task.bills, info)
    except ProviderError as error:
        return _record_failure(context, advertiser_id, task, error, info)
    with context.database.writing() as session:
        account = session.get_one(tables.Account, advertiser_id, with_for_update=True)
        if _is_overtaken(account, task, now):
            return PollResult(advertiser_id, (), None)
        _store_info(account, info, now)
        _store_spend(session, now, account, task, readings)
        keep_bills(session, now, account, bills)
        keep_ad_credit(account, now, credit)
        _plan_next(session, account, now, bills, readings)
        polls.note_poll(session, advertiser_id, now, account.last_error)
        stores = tuple(spend.stores_to_decide(session, advertiser_id))
        return PollResult(advertiser_id, stores, readings.error if readings else None)


def _task(context: ServiceContext, advertiser_id: str, scheduled: bool) -> _PollTask:
    with context.database.reading() as session:
        account = spend.account(session, advertiser_id)
        if account is None:
            raise NotFound(f"no account {advertiser_id} is known")
        link = spend.link_to_read(session, advertiser_id)
        store = session.get(tables.Store, link.store_id) if link else None
        if link is None or store is None or link.token_encrypted is None:
            raise Refused(f"account {advertiser_id} has no consent that stands; it must be given again first")
        terms = terms_of(session, store.programme)
        return _PollTask(
            link_id=link.id,
            token=context.cipher.decrypt(link.token_encrypted),
            token_encrypted=link.token_encrypted,
            linked_at=link.linked_at,
            prior_days=terms.prior_spend_days,
            prior_before=link.prior_spend_before,
            prior_read_at=link.prior_spend_at,
            spend_read_at=account.spend_read_at,
            read_at=account.read_at,
            last_spend=spend.last_date(session, advertiser_id),
            bills=bills_task(session, account, link, store, at_once=not scheduled),
            requested_by=account.requested_by,
        )


# -- Asking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Readings:
    """The days from `first` to `last`, and earlier spend where it was due to be read."""

    first: date
    last: date
    days: list[ReportedDay]
    prior_before: date | None  # None: not read this time
    prior_spend: Decimal | None
    currency: str | None  # the account's

    @property
    def foreign_currency(self) -> str | None:
        """The currency of rows that are not in the account's; None where all may be."""
        currencies = {day.currency for day in self.days} - {None, self.currency}
        return min((item for item in currencies if item), default=None) if self.currency else None

    @property
    def refused(self) -> tuple[str, ...]:
        """The metrics that TikTok would not give."""
        return tuple(sorted({name for day in self.days for name in day.refused}))

    @property
    def error(self) -> str | None:
        """The fault of the report, for staff; it holds no secret."""
        if self.foreign_currency:
            return f"TikTok's report is in {self.foreign_currency}, the account in {self.currency}"
        return f"TikTok refuses the report's {', '.join(self.refused)} (code 40002)" if self.refused else None


def _info(tiktok: AdsApi, task: _PollTask, advertiser_id: str) -> AdvertiserInfo:
    for info in tiktok.advertiser_info(task.token, [advertiser_id]):
        if info.advertiser_id == advertiser_id:
            return info
    raise AccountNotListed(advertiser_id)


def _read_spend(tiktok: AdsApi, task: _PollTask, info: AdvertiserInfo, now: datetime) -> _Readings:
    assert info.timezone is not None
    zone = ZoneInfo(info.timezone)
    today = local_date(now, zone)
    link_date = local_date(task.linked_at, zone) if task.linked_at else today
    first = _first_date(task, link_date, zone)
    days = tiktok.daily_spend(task.token, info.advertiser_id, first, today)
    if not days and task.last_spend and task.last_spend >= first:
        # "Not there yet" and "nothing was spent" are the same empty list; but what was spent stays spent.
        raise ProviderError("TikTok's report is empty where it had figures", advice=Advice.AGAIN)
    if not _prior_is_due(task, link_date, zone):
        return _Readings(first, today, days, None, None, info.currency)
    before = link_date - timedelta(days=1)
    start = link_date - timedelta(days=task.prior_days)
    prior = tiktok.total_spend(task.token, info.advertiser_id, start, before)
    return _Readings(first, today, days, link_date, prior, info.currency)


def _first_date(task: _PollTask, link_date: date, zone: ZoneInfo) -> date:
    """Return the first date to read: the link date, later the first that may have been restated since."""
    if task.spend_read_at is None or task.prior_before != link_date:
        return link_date
    return max(link_date, local_date(task.spend_read_at, zone) - RE_READ)


def _prior_is_due(task: _PollTask, link_date: date, zone: ZoneInfo) -> bool:
    """Return whether earlier spend is to be read.

    It is read once for a link date, and once more when the last of its dates is final.
    """
    if task.prior_before != link_date or task.prior_read_at is None:
        return True
    return task.prior_read_at < final_at(link_date - timedelta(days=1), zone)


# -- Keeping -------------------------------------------------------------------------------------


def _is_overtaken(account: tables.Account, task: _PollTask, now: datetime) -> bool:
    """Return whether a poll that began later was stored first: its figures are newer."""
    return account.read_at is not None and account.read_at != task.read_at and account.read_at > now


def _store_info(account: tables.Account, info: AdvertiserInfo, now: datetime) -> None:
    account.name, account.status, account.country = info.name, info.status, info.country
    account.currency, account.timezone, account.created_at = info.currency, info.timezone, info.created_at
    account.business_center, account.read_at = info.owner_bc_id, now


def _store_spend(
    session: Session, now: datetime, account: tables.Account, task: _PollTask, readings: _Readings | None
) -> None:
    """Store the figures that were read.

    A report in another currency is not stored; one that lacks a metric makes no date final.
    """
    account.fault = None
    if readings is None:
        return
    if readings.foreign_currency:
        account.fault = ReadingFault.CURRENCY
        return
    rows = [_row(account.advertiser_id, day, now) for day in readings.days]
    missing_dates = spend.replace_days(session, account.advertiser_id, readings.first, readings.last, rows)
    if readings.refused:
        account.fault = ReadingFault.REFUSED
        return
    account.spend_read_at, account.fault = now, ReadingFault.INCOMPLETE if missing_dates else None
    link = session.get(tables.Link, task.link_id)
    if link is not None and readings.prior_before is not None:
        link.prior_spend, link.prior_spend_before = readings.prior_spend, readings.prior_before
        link.prior_spend_at = now


def _plan_next(
    session: Session,
    account: tables.Account,
    now: datetime,
    bills: ReadBills | None,
    readings: _Readings | None,
) -> None:
    """Plan the next poll by the state of the account's stores; this one was no failure.

    A passing fault of the bills has it again after an hour, a report with a fault after six.
    """
    error = bills.error if bills else None
    problem = (readings.error if readings else None) or (str(error) if error else None)
    account.failures, account.last_error = 0, problem
    if readings is not None and readings.error:
        account.next_poll_at, account.poll_reason = now + LONGEST_RETRY, PollReason.REPORT
    elif error and error.advice is not Advice.CONFIGURATION:
        again = max(now + BILLS_RETRY, error.until or now)
        account.next_poll_at, account.poll_reason = again, PollReason.BILLS_FAULT
    elif (
        account.poll_requested_at is None or account.poll_requested_at <= now
    ):  # else what was requested meanwhile is read next
        planned = plan_poll(session, account, now)
        account.next_poll_at, account.poll_reason = planned.at, planned.why
        account.poll_urgent, account.requested_by = planned.why.is_urgent, None


def _row(advertiser_id: str, day: ReportedDay, now: datetime) -> tables.SpendDay:
    return tables.SpendDay(
        advertiser_id=advertiser_id,
        date=day.date,
        spend=day.spend,
        billed_cost=day.billed_cost,
        cash_spend=day.cash_spend,
        voucher_spend=day.voucher_spend,
        read_at=now,
    )


def _record_failure(
    context: ServiceContext,
    advertiser_id: str,
    task: _PollTask,
    error: ProviderError,
    info: AdvertiserInfo | None,
) -> PollResult:
    """Record a failed poll, and plan the next try as the error advises.

    What was known stays, and what was read before the fault is stored. A pause is no failure of the
    account's: it is rescheduled to its end, and backs nothing off.
    """
    now = context.now()
    log.warning("poll failed", advertiser_id=advertiser_id, advice=error.advice, code=error.code)
    with context.database.writing() as session:
        account = session.get_one(tables.Account, advertiser_id, with_for_update=True)
        if info is not None and not _is_overtaken(account, task, now):
            _store_info(account, info, now)
        account.failures += error.until is None
        account.last_error, account.fault = str(error), reading_fault(error, account.failures)
        if error.advice is Advice.REAUTHORISE:
            cause = ConsentLoss.EXPIRED if error.code == TOKEN_EXPIRED else ConsentLoss.WITHDRAWN
            encrypted = task.token_encrypted
            withdraw_consent(session, advertiser_id, now, str(error), cause=cause, token_encrypted=encrypted)
        else:
            account.next_poll_at, account.poll_reason = next_try(now, account, error)
        polls.note_poll(session, advertiser_id, now, str(error))
        return PollResult(advertiser_id, tuple(spend.stores_to_decide(session, advertiser_id)), str(error))
