"""Qualifying spend: what counts, what is excluded and why, and when a threshold was reached.

Amounts are exact decimals in the ad account's currency; nothing is ever rounded up to a threshold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from receiver.domain.calendar import Window, final_at, local_date
from receiver.domain.facts import AccountProfile, BilledTransaction, DaySpend, Facts, Payment
from receiver.domain.programme import Anchor, Programme, Tier

ZERO = Decimal(0)
TAKEN_BACK = ("REFUND", "CANCELLATION")


class ExclusionReason(StrEnum):
    """The reason why money spent does not count."""

    AD_CREDIT = "ad_credit"
    TAX = "tax"
    OUTSIDE_WINDOW = "outside_window"
    NOT_PAID = "not_paid"


class SpendUnknown(StrEnum):
    """The reason why nobody can say how much counts."""

    BILL = "bill"  # a row that may be a bill lacks its amount, time or kind
    SPLIT = "split"  # there is spend, and TikTok has yet to tell what of it counts
    REGISTRATION = "registration"  # the window begins with a date that TikTok does not tell


class CountedDay(NamedTuple):
    """A date of the window: what counts of it and what is left out; None: not known yet."""

    date: date
    qualifying: Decimal | None
    excluded: Decimal | None
    final: bool


@dataclass(frozen=True)
class Bill:
    """Cash paid (above 0) or taken back (below 0), without tax, on a date of the account's zone."""

    date: date
    subtotal: Decimal
    tax: Decimal


def net_of(day: DaySpend, payment: Payment) -> Decimal | None:
    """Return the figure that counts for a payment option: cash consumed, or cost less ad credit."""
    return day.cash_spend if payment is Payment.MANUAL else day.billed_cost


def _window(facts: Facts, programme: Programme, account: AccountProfile, zone: ZoneInfo) -> Window | None:
    """Return the dates in which spend counts; None before link and set-up, or before it begins."""
    first = _anchor_date(facts, programme.anchor, account, zone)
    return None if first is None else Window.of(first, programme.window_days)


def _anchor_date(facts: Facts, anchor: Anchor, account: AccountProfile, zone: ZoneInfo) -> date | None:
    earliest, set_up_at = _ready_on(facts, account, zone), facts.store.set_up_at
    if earliest is None or set_up_at is None:
        return None
    if anchor is Anchor.SET_UP:
        return local_date(set_up_at, zone)
    if anchor is Anchor.REGISTRATION:
        return local_date(account.created_at, zone) if account.created_at else None
    return next(
        (d.date for d in facts.spend if d.date >= earliest and (net_of(d, account.payment) or ZERO) > 0), None
    )


@dataclass(frozen=True)
class Spend:
    """The spend of one account under one programme, as of a moment."""

    payment: Payment
    zone: ZoneInfo
    as_of: datetime
    known_until: datetime  # when the figures were read, where that is told; else as_of
    window: Window | None
    counts_from: date | None  # the link's date: nothing before it counts
    rows: tuple[DaySpend, ...]
    bills: tuple[Bill, ...]  # only under automatic payment with readable bills
    has_bills: bool
    bill_in_doubt: bool  # a row that may be a bill lacks its amount, time or kind
    provisional: bool  # net cost, without proof that it was paid
    begins_unknown: bool = False  # the fact that the window begins with is not known
    may_begin_on: date | None = None  # the window's earliest first date; None before link and set-up

    @cached_property
    def today(self) -> date:
        return local_date(self.as_of, self.zone)

    @cached_property
    def _last_final_date(self) -> date:
        """The latest date whose figures no longer moved when they were read: at most a few days before."""
        day = local_date(self.known_until, self.zone)
        while self.known_until < final_at(day, self.zone):
            day -= timedelta(days=1)
        return day

    def is_final(self, day: date) -> bool:
        """Return whether the figures of a date no longer changed when they were read."""
        return day <= self._last_final_date

    @property
    def final_through(self) -> date | None:
        """The latest date of the window whose figures no longer move."""
        if self.window is None or self._last_final_date < self.window.first:
            return None
        return min(self._last_final_date, self.window.last)

    @property
    def all_final(self) -> bool:
        return self.window is not None and self.final_through == self.window.last

    @cached_property
    def days(self) -> tuple[CountedDay, ...]:
        """Every date of the window up to today."""
        rows = {row.date: row for row in self.rows}
        return tuple([self._day(day, rows.get(day)) for day in self._window_dates()])

    @cached_property
    def net(self) -> Decimal:
        """Return what counts of all dates, final or not, before asking whether it was paid."""
        return sum((amount for _, amount in self._daily_amounts), ZERO)

    @cached_property
    def billed_amount(self) -> Decimal:
        """Return the sum of the bills paid less what was taken back; below 0 where more was taken back."""
        return sum((bill.subtotal for bill in self.bills), ZERO)

    @property
    def paid_amount(self) -> Decimal:
        return max(ZERO, self.billed_amount)

    @cached_property
    def refunded_amount(self) -> Decimal:
        """Return what was refunded or cancelled of the bills that were paid."""
        return sum((-bill.subtotal for bill in self.bills if bill.subtotal < 0), ZERO)

    @property
    def unknown_because(self) -> SpendUnknown | None:
        """Return why `qualifying` is unknown; None where it is known."""
        if self.bill_in_doubt:
            return SpendUnknown.BILL
        if self.begins_unknown:
            return SpendUnknown.REGISTRATION
        return SpendUnknown.SPLIT if self.net == 0 and any(map(self._awaits_split, self.rows)) else None

    @property
    def qualifying(self) -> Decimal | None:
        """Return the spend that counts, dates not yet final included; None where nobody can say."""
        return None if self.unknown_because else self._certain_amount

    @property
    def _certain_amount(self) -> Decimal:
        """Return what counts by the figures that are there."""
        return min(self.net, self.paid_amount) if self.has_bills else self.net

    @cached_property
    def final_qualifying(self) -> Decimal:
        """Return the spend that counts of final dates only: the figure decisions rest on."""
        net = sum((amount for day, amount in self._daily_amounts if self.is_final(day)), ZERO)
        return min(net, self.paid_amount) if self.has_bills else net

    def qualified_up_to(self, day: date) -> Decimal:
        """Return what qualified by the end of a date: its spend up to then, against the bills up to then."""
        return next((total for at, total in reversed(self._totals) if at <= day), ZERO)

    def reached_on(self, threshold: Decimal) -> date | None:
        """Return the first date on which final figures (and bills up to it) reach `threshold`, or None."""
        return self._first_date_at(threshold) if self.final_qualifying >= threshold else None

    def seen_on(self, threshold: Decimal) -> date | None:
        """Return the first date at `threshold`, dates not yet final included; None where there is none."""
        qualifying = self.qualifying
        return self._first_date_at(threshold) if qualifying is not None and qualifying >= threshold else None

    @cached_property
    def excluded(self) -> tuple[tuple[ExclusionReason, Decimal], ...]:
        """Return the spend that does not count, by reason; reasons that took nothing are left out."""
        amounts = {
            ExclusionReason.AD_CREDIT: sum((row.voucher_spend or ZERO for row in self.rows), ZERO),
            ExclusionReason.TAX: sum((bill.tax for bill in self.bills), ZERO),
            ExclusionReason.OUTSIDE_WINDOW: sum(
                (net_of(row, self.payment) or ZERO for row in self.rows if not self._counts(row.date)), ZERO
            ),
            ExclusionReason.NOT_PAID: ZERO if self.bill_in_doubt else self.net - self._certain_amount,
        }
        return tuple((why, amount) for why, amount in amounts.items() if amount > 0)

    def _window_dates(self) -> Iterable[date]:
        if self.window is None:
            return ()
        length = (min(self.window.last, self.today) - self.window.first).days + 1
        return [self.window.first + timedelta(days=n) for n in range(length)]

    def _counts(self, day: date) -> bool:
        first, last = self._counting_dates
        return first <= day <= last

    @cached_property
    def _counting_dates(self) -> tuple[date, date]:
        """The first and the last date that counts; the last comes first where none does."""
        if self.window is None or self.counts_from is None:
            return date.max, date.min
        return max(self.window.first, self.counts_from), self.window.last

    def _awaits_split(self, row: DaySpend) -> bool:
        """Return whether a date that may count has spend of which the counting part is still to come."""
        may_count = self._counts(row.date) if self.window else self._may_begin(row.date)
        all_credit = row.spend is not None and row.spend == (row.voucher_spend or ZERO)
        is_split = all_credit or net_of(row, self.payment) is not None
        return may_count and not is_split and not self.is_final(row.date)

    def _may_begin(self, day: date) -> bool:
        return self.may_begin_on is not None and day >= self.may_begin_on

    def _day(self, day: date, row: DaySpend | None) -> CountedDay:
        final = self.is_final(day)
        net, credit = (net_of(row, self.payment), row.voucher_spend) if row else (None, None)
        if final:  # a figure still missing then is zero
            net, credit = ZERO if net is None else net, ZERO if credit is None else credit
        if self._counts(day):
            return CountedDay(day, net, credit, final)
        left_out = None if net is None or credit is None else net + credit
        return CountedDay(day, ZERO, left_out, final)

    @cached_property
    def _daily_amounts(self) -> tuple[tuple[date, Decimal], ...]:
        """What counts of each date, final or not."""
        return tuple(
            (row.date, net_of(row, self.payment) or ZERO) for row in self.rows if self._counts(row.date)
        )

    @cached_property
    def _totals(self) -> tuple[tuple[date, Decimal], ...]:
        """For each date with spend or a bill, what qualified up to and including it."""
        spend_by_date, bills_by_date = dict(self._daily_amounts), defaultdict[date, Decimal](Decimal)
        for bill in self.bills:
            bills_by_date[bill.date] += bill.subtotal
        net_so_far, paid_so_far, totals = ZERO, ZERO, []
        for day in sorted({*spend_by_date, *bills_by_date}):
            net_so_far, paid_so_far = (
                net_so_far + spend_by_date.get(day, ZERO),
                paid_so_far + bills_by_date[day],
            )
            totals.append((day, min(net_so_far, paid_so_far) if self.has_bills else net_so_far))
        return tuple(totals)

    def _first_date_at(self, threshold: Decimal) -> date:
        """Return the first date at a threshold that is reached.

        Also right for final figures alone: dates that are not final come last.
        """
        return next(day for day, total in self._totals if total >= threshold)


def count_spend(
    facts: Facts, programme: Programme, account: AccountProfile, zone: ZoneInfo, as_of: datetime
) -> Spend:
    """Gather what counts for `account`, from facts that had happened by `as_of`."""
    window, ready_on = _window(facts, programme, account, zone), _ready_on(facts, account, zone)
    has_bills = account.payment is Payment.AUTOMATIC and facts.bills_readable is True
    rows = _possible_bills(facts.payments, window, zone, programme) if has_bills and window else []
    bills = [_bill(row, zone) for row in rows]
    return Spend(
        payment=account.payment,
        zone=zone,
        as_of=as_of,
        known_until=facts.known_until("spend", as_of),
        window=window,
        counts_from=local_date(account.linked_at, zone) if account.linked_at else None,
        rows=facts.spend,
        bills=tuple(bill for bill in bills if bill),
        has_bills=has_bills,
        bill_in_doubt=None in bills,
        provisional=_is_provisional(facts, programme, account.payment),
        begins_unknown=ready_on is not None and programme.anchor is Anchor.REGISTRATION and window is None,
        may_begin_on=ready_on,
    )


def _ready_on(facts: Facts, account: AccountProfile, zone: ZoneInfo) -> date | None:
    """Return the date on which both link and set-up were there; None before."""
    linked_at, set_up_at = account.linked_at, facts.store.set_up_at
    return None if linked_at is None or set_up_at is None else local_date(max(linked_at, set_up_at), zone)


def _is_provisional(facts: Facts, programme: Programme, payment: Payment) -> bool:
    is_proven = payment is Payment.MANUAL or (payment is Payment.AUTOMATIC and facts.bills_readable is True)
    return not (is_proven or facts.paid_bills_confirmed is True or programme.accept_net_cost)


def _possible_bills(
    rows: Sequence[BilledTransaction], window: Window, zone: ZoneInfo, programme: Programme
) -> list[BilledTransaction]:
    """Return the rows that are, or for want of a fact may be, cash bills of this window or their refunds."""
    last = window.last if programme.bills_must_be_paid_in_window else date.max
    return [
        row
        for row in rows
        if (row.type is None or row.type == "BILL_PAYMENT" or row.type in TAKEN_BACK)
        and row.billing in (None, "CASH")
        and (row.at is None or window.first <= local_date(row.at, zone) <= last)
    ]


def _bill(row: BilledTransaction, zone: ZoneInfo) -> Bill | None:
    """Return the row as a bill; None where it lacks its amount, time or kind."""
    if row.type is None or row.billing is None or row.subtotal is None or row.at is None:
        return None
    sign = -1 if row.type in TAKEN_BACK else 1
    return Bill(local_date(row.at, zone), sign * abs(row.subtotal), sign * abs(row.tax or ZERO))


def highest_tier(tiers: Sequence[Tier], amount: Decimal) -> Tier | None:
    """Return the highest tier that `amount` reaches; tiers never add up."""
    return max((t for t in tiers if t.threshold <= amount), key=lambda t: t.threshold, default=None)
