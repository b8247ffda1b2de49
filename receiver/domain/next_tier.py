"""The next tier that can still be credited: what is missing, and by when it must be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from receiver.domain.deadlines import Deadlines
from receiver.domain.programme import Tier
from receiver.domain.spend import Spend, highest_tier

CENT = Decimal("0.01")


class Needs(StrEnum):
    """The kind of thing that is missing to reach a tier."""

    SPEND = "spend"
    PAYMENT = "payment"  # of a bill for what was spent


@dataclass(frozen=True)
class NextTier:
    """A tier that can still be reached and credited.

    `remaining` is what has to be spent or paid by `by`, a date in the account's zone; `per_day` is that over
    the dates after today, None where a payment is missing or no date is left.
    """

    tier: Tier
    remaining: Decimal
    per_day: Decimal | None
    needs: Needs
    by: date


def next_tier(spend: Spend, tiers: Sequence[Tier], deadlines: Deadlines, today: date) -> NextTier | None:
    """Return the lowest tier above what counts that more spend, or a payment, can still earn."""
    qualifying = spend.qualifying
    if qualifying is None:
        return None
    above = (
        _reachable_tier(spend, tier, tiers, deadlines, today) for tier in tiers if tier.threshold > qualifying
    )
    return next(filter(None, above), None)


def can_begin(tier: Tier, deadlines: Deadlines, today: date) -> bool:
    """Return whether a window that begins today, or has begun, can still end with the tier's credit."""
    return deadlines.window is not None or today <= deadlines.begin_by(tier)


def _reachable_tier(
    spend: Spend, tier: Tier, tiers: Sequence[Tier], deadlines: Deadlines, today: date
) -> NextTier | None:
    spent_for = highest_tier(tiers, spend.net)
    if spend.has_bills and spent_for is not None and spend.net >= tier.threshold:
        by = deadlines.pay_by(tier, spent_for)
        candidate = (
            None
            if by is None
            else NextTier(tier, tier.threshold - spend.billed_amount, None, Needs.PAYMENT, by)
        )
    else:
        candidate = _tier_by_spend(spend, tier, deadlines, today)
    return candidate if candidate is not None and today <= candidate.by else None


def _tier_by_spend(spend: Spend, tier: Tier, deadlines: Deadlines, today: date) -> NextTier | None:
    by = deadlines.spend_by(tier)
    if by is None or not can_begin(tier, deadlines, today):
        return None
    remaining, days_left = tier.threshold - spend.net, max(0, (by - today).days)
    is_counted_down = deadlines.window is not None and days_left > 0
    per_day = (remaining / days_left).quantize(CENT, ROUND_CEILING) if is_counted_down else None
    return NextTier(tier, remaining, per_day, Needs.SPEND, by)
