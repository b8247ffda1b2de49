"""Asks every source TikTok has of an account's money over the same dates, for staff to compare.

A decision rests on the figures that are polled; where they are in doubt, staff see here what each
source says. Nothing is kept. A source that cannot be read is named with why, never left out and never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from receiver.documents.money import amount_text
from receiver.domain.calendar import local_date
from receiver.domain.discrepancies import differ
from receiver.errors import NotFound, ProviderError, Refused
from receiver.integrations.tiktok.campaigns import Campaign
from receiver.integrations.tiktok.finance import Balance, Cost, CostRecord
from receiver.integrations.tiktok.reports import CenterSpend, ReportedDay, ShopDay
from receiver.services.evaluation.evaluate import evaluate
from receiver.storage import spend
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.links import stores_of

ZERO = Decimal(0)


class Sources(Protocol):
    """What comparing needs of the TikTok client; each call raises ProviderError."""

    def daily_spend(self, token: str, advertiser_id: str, first: date, last: date) -> list[ReportedDay]: ...

    def shop_spend(self, token: str, advertiser_id: str, first: date, last: date) -> list[ShopDay]: ...

    def center_spend(self, token: str, bc_id: str, first: date, last: date) -> list[CenterSpend]: ...

    def costs(
        self, token: str, bc_id: str, first: date, last: date, advertiser_id: str | None = None
    ) -> list[Cost]: ...

    def cost_records(
        self, token: str, bc_id: str, advertiser_id: str, first: date, last: date
    ) -> list[CostRecord]: ...

    def balances(self, token: str, bc_id: str, advertiser_id: str | None = None) -> list[Balance]: ...

    def campaigns(self, token: str, advertiser_id: str) -> list[Campaign]: ...


@dataclass(frozen=True)
class ReportedFigures:
    """What one source says: gross spend, what cash paid (net), credit and tax; None is "not told"."""

    source: str
    spend: Decimal | None = None
    cash: Decimal | None = None
    credit: Decimal | None = None
    tax: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True)
class _Asked:
    """Whom to ask about, with which consent, over which dates of the account's zone."""

    advertiser_id: str
    token: str
    currency: str | None
    business_center: str | None
    first: date
    last: date
    kept: list[ReportedDay]


def compare(
    database: Database, cipher: Cipher, tiktok: Sources, now: datetime, advertiser_id: str
) -> dict[str, Any]:
    """Each source over the window's dates so far, or since the link. Raises NotFound, Refused."""
    asked = _asked(database, cipher, now, advertiser_id)
    told = _reports(tiktok, asked) + _of_the_center(tiktok, asked)
    return {
        "advertiser": advertiser_id,
        "currency": asked.currency,
        "first_date": asked.first,
        "last_date": asked.last,
        "apart": _apart(told),
        "campaigns": _tried("campaigns", lambda: _campaigns(tiktok, asked)).note,
        "balance": _balance(tiktok, asked),
        "sources": [_row(one) for one in told],
    }


def _asked(database: Database, cipher: Cipher, now: datetime, advertiser_id: str) -> _Asked:
    with database.reading() as session:
        account, link = spend.account(session, advertiser_id), spend.link_to_read(session, advertiser_id)
        if account is None:
            raise NotFound(f"no account {advertiser_id} is known")
        if link is None or link.token_sealed is None:
            raise Refused(f"account {advertiser_id} has no consent that stands; it must be given again first")
        if account.timezone is None:
            raise Refused(f"account {advertiser_id} was never read: spend poll --advertiser {advertiser_id}")
        today = local_date(now, ZoneInfo(account.timezone))
        linked = local_date(link.linked_at, ZoneInfo(account.timezone)) if link.linked_at else today
        windows = (evaluate(session, store, now).window for store in stores_of(session, advertiser_id))
        first, last = next(((one.first, one.last) for one in windows if one), (linked, today))
        rows = (row for row in spend.days(session, advertiser_id) if first <= row.date <= last)
        return _Asked(
            advertiser_id=advertiser_id,
            token=cipher.decrypt(link.token_sealed),
            currency=account.currency,
            business_center=account.business_center,
            first=first,
            last=min(last, today),
            kept=[
                ReportedDay(
                    row.date, row.spend, row.billed_cost, row.cash_spend, row.voucher_spend, account.currency
                )
                for row in rows
            ],
        )


def _reports(tiktok: Sources, asked: _Asked) -> list[ReportedFigures]:
    who, dates = (asked.token, asked.advertiser_id), (asked.first, asked.last)
    return [
        _days("kept here", asked.kept),
        _tried("report", lambda: _days("report", tiktok.daily_spend(*who, *dates))),
        _tried("GMV Max report", lambda: _shop(tiktok.shop_spend(*who, *dates))),
    ]


def _of_the_center(tiktok: Sources, asked: _Asked) -> list[ReportedFigures]:
    names = ("Business Center report", "Business Center cost", "Business Center records")
    center, ours = asked.business_center, asked.advertiser_id
    if center is None:
        return [
            ReportedFigures(name, note="the account is in no Business Center that the consent shows")
            for name in names
        ]
    token, dates = asked.token, (asked.first, asked.last)
    report, cost, records = names
    return [
        _tried(report, lambda: _center(report, tiktok.center_spend(token, center, *dates), ours)),
        _tried(cost, lambda: _cost(cost, tiktok.costs(token, center, *dates, ours))),
        _tried(records, lambda: _records(records, tiktok.cost_records(token, center, ours, *dates))),
    ]


def _tried(source: str, ask: Callable[[], ReportedFigures]) -> ReportedFigures:
    try:
        return ask()
    except ProviderError as error:
        return ReportedFigures(source, note=f"not read: {error}")


def _days(source: str, days: list[ReportedDay]) -> ReportedFigures:
    return ReportedFigures(
        source,
        spend=_sum(day.spend for day in days),
        cash=_sum(day.cash_spend for day in days),
        credit=_sum(day.voucher_spend for day in days),
        note=f"net cost {_text(_sum(day.billed_cost for day in days)) or 'not told'}, {len(days)} dates",
    )


def _shop(days: list[ShopDay]) -> ReportedFigures:
    told = ReportedFigures("GMV Max report", spend=_sum(day.spend for day in days))
    return replace(told, note="whether the report above holds it is not stated by TikTok") if days else told


def _center(source: str, rows: list[CenterSpend], advertiser_id: str) -> ReportedFigures:
    for one in rows:
        if one.advertiser_id == advertiser_id:
            note = f"cashback coupons {_text(one.coupon)}" if one.coupon else None
            return ReportedFigures(source, one.spend, one.cash, one.voucher, one.tax, note)
    return ReportedFigures(source, note="does not list the account")


def _cost(source: str, rows: list[Cost]) -> ReportedFigures:
    for one in rows:
        return ReportedFigures(source, one.total, one.cash, one.grant, one.tax, "dates are UTC")
    return ReportedFigures(source, note="does not list the account")


def _records(source: str, rows: list[CostRecord]) -> ReportedFigures:
    return ReportedFigures(source, spend=_sum(one.amount for one in rows), note="dates are UTC")


def _campaigns(tiktok: Sources, asked: _Asked) -> ReportedFigures:
    found = tiktok.campaigns(asked.token, asked.advertiser_id)
    on = sum(one.is_on for one in found)
    return ReportedFigures("campaigns", note=f"{len(found)}, switched on: {on}")


def _balance(tiktok: Sources, asked: _Asked) -> str | None:
    center = asked.business_center
    if center is None:
        return None
    try:
        held = tiktok.balances(asked.token, center, asked.advertiser_id)
    except ProviderError as error:
        return f"not read: {error}"
    return next((f"cash {_text(one.cash)}, ad credit {_text(one.grant)}" for one in held), None)


def _apart(told: Iterable[ReportedFigures]) -> list[str]:
    """The columns in which sources differ by more than a hundredth; GMV Max may lie beside the rest."""
    compared = [one for one in told if one.source != "GMV Max report"]
    columns = {name: [getattr(one, name) for one in compared] for name in ("spend", "cash", "credit")}
    known = {name: [one for one in column if one is not None] for name, column in columns.items()}
    return [name for name, column in known.items() if column and differ(column)]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """None where any part is not known."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _row(one: ReportedFigures) -> dict[str, str | None]:
    money = {name: _text(getattr(one, name)) for name in ("spend", "cash", "credit", "tax")}
    return {"source": one.source, **money, "note": one.note}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else amount_text(amount)
