"""Deadlines up to which spend, or a paid bill, can still earn a tier's credit before the credit expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from receiver.domain.calendar import DAY, Window, final_on
from receiver.domain.programme import Programme, Tier


@dataclass(frozen=True)
class Deadlines:
    """The last useful dates under an offer's terms, in an ad account's zone."""

    terms: Programme
    zone: ZoneInfo
    window: Window | None  # None: it has not begun
    highest: Tier | None  # of the market; None: no threshold is in force

    @property
    def last_credited(self) -> date:
        """Return the last date whose spend is final, and credited as promised, before the credit expires."""
        return _last_credited(self._last_due, self.terms.credit_expires, self.zone)

    def final_on(self, day: date) -> date:
        """Return the date on which the figures of a date become final."""
        return final_on(day, self.zone)

    @property
    def highest_by(self) -> date:
        """Return the last date on which spend can bring the highest tier's credit."""
        return min(self.window.last, self.last_credited) if self.window else self.last_credited

    @property
    def bills_until(self) -> date | None:
        """Return the last date on which a paid bill still counts; None before the window begins."""
        if self.window is None:
            return None
        until = self.window.last
        if not self.terms.bills_must_be_paid_in_window:
            until += timedelta(days=self.terms.bill_grace_days)
        return min(until, self.terms.credit_expires)

    def begin_by(self, tier: Tier) -> date:
        """Return the latest first date of a window in which the tier can still be credited."""
        if tier == self.highest:
            return self.last_credited
        return self.last_credited - (self.terms.window_days - 1) * DAY

    def spend_by(self, tier: Tier) -> date | None:
        """Return the last date on which spend can bring the tier's credit; None where none can.

        The highest tier is decided once its date is final, a lower one only once the whole window is.
        """
        if self.window is None or tier == self.highest:
            return self.highest_by
        return self.window.last if self.window.last <= self.last_credited else None

    def pay_by(self, tier: Tier, spent_for: Tier) -> date | None:
        """Return the last date on which a paid bill can bring the tier's credit; None where none can.

        `spent_for` is the tier the spend would reach were it all paid: while unpaid bills could still raise
        the tier, a lower one waits until the bills' grace is over.
        """
        if self.window is None or self.bills_until is None:
            return None
        if tier != self.highest and self.window.last > self.last_credited:
            return None
        if tier != spent_for:
            grace_ends = self.window.last + timedelta(days=self.terms.bill_grace_days)
            return self.bills_until if grace_ends <= self._last_due else None
        return min(self.bills_until, self._last_due)

    @property
    def _last_due(self) -> date:
        """The last date on which reaching a tier is followed by its credit in time, as the terms promise."""
        return self.terms.credit_expires - timedelta(days=self.terms.credit_within_days)


@lru_cache(1_000)  # of few terms and zones
def _last_credited(last_due: date, expires: date, zone: ZoneInfo) -> date:
    day = last_due
    while final_on(day, zone) > expires:
        day -= DAY
    return day
