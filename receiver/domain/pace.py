"""Projections of spend: the pace of the last final dates, and any amount a day (what-if)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from receiver.domain.calendar import DAY, Window
from receiver.domain.deadlines import Deadlines
from receiver.domain.next_tier import CENT
from receiver.domain.programme import Tier
from receiver.domain.spend import ZERO, Spend

PACE_DAYS = 7


@dataclass(frozen=True)
class Projection:
    """The highest tier a rate reaches in time; dates are in the account's zone."""

    tier: Tier
    on: date
    credit_by: date


@dataclass(frozen=True)
class Pace:
    """The rate of the last final dates of the window, and what it leads to (None: no further tier in time).

    `per_day` is rounded down to the cent; the projection is not rounded.
    """

    per_day: Decimal
    days: int
    projection: Projection | None


def pace_of(spend: Spend, tiers: Sequence[Tier], deadlines: Deadlines, today: date) -> Pace | None:
    """Return the pace of an open window; None before its first date is final, and once it is over."""
    if deadlines.window is None or deadlines.window.is_over(today) or spend.unknown_because:
        return None
    final = [day.qualifying or ZERO for day in spend.days if day.final][-PACE_DAYS:]
    if not final:
        return None
    rate = Fraction(sum(final, ZERO)) / len(final)
    per_day = (sum(final, ZERO) / len(final)).quantize(CENT, ROUND_DOWN)
    return Pace(per_day, len(final), project(rate, spend.net, tiers, deadlines, today))


def project(
    rate: Fraction, spend_so_far: Decimal, tiers: Sequence[Tier], deadlines: Deadlines, today: date
) -> Projection | None:
    """Return where `rate` a day leads from tomorrow on, beyond what was spent; None to no further tier."""
    if rate <= 0:
        return None
    above = (tier for tier in reversed(tiers) if tier.threshold > spend_so_far)
    projections = (_projection(tier, rate, spend_so_far, deadlines, today) for tier in above)
    return next(filter(None, projections), None)


def _projection(
    tier: Tier, rate: Fraction, spend_so_far: Decimal, deadlines: Deadlines, today: date
) -> Projection | None:
    days = -(Fraction(spend_so_far - tier.threshold) // rate)  # rounded up
    window = deadlines.window or Window.of(today + DAY, deadlines.terms.window_days)
    own_deadlines = Deadlines(deadlines.terms, deadlines.zone, window, deadlines.highest)
    by = own_deadlines.spend_by(tier)
    if by is None or days > (by - today).days:
        return None
    on = today + timedelta(days=days)
    decisive = on if tier == deadlines.highest else window.last
    credit_by = decisive + timedelta(days=deadlines.terms.credit_within_days)
    return Projection(tier, on, min(credit_by, deadlines.terms.credit_expires))
