"""The progress a store can still make, in fields and words: next tier, pace, a what-if, its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel import Locale

from receiver.documents.money import amount_text
from receiver.domain.decision import EARNING, Decision
from receiver.domain.next_tier import Needs, NextTier
from receiver.domain.pace import Pace
from receiver.domain.places import PlaceInLine
from receiver.domain.programme import Tier
from receiver.domain.what_if import what_if
from receiver.i18n.languages import ENGLISH
from receiver.i18n.words import progress_words


def tier_document(tier: Tier) -> dict[str, str]:
    """Return a tier's threshold and credit."""
    return {"threshold": amount_text(tier.threshold), "credit": amount_text(tier.credit)}


def next_tier_document(decision: Decision, above: NextTier, locale: Locale = ENGLISH) -> dict[str, Any]:
    """Return the next tier, and what is still to be spent or paid for it."""
    params = {
        "remaining": above.remaining,
        "per_day": above.per_day,
        "by": above.by,
        "credit": above.tier.credit,
        "days": decision.programme.window_days,
        "currency": _currency(decision),
    }
    return {
        **tier_document(above.tier),
        "remaining": amount_text(above.remaining),
        "per_day": None if above.per_day is None else amount_text(above.per_day),
        "needs": above.needs.value,
        "by": above.by.isoformat(),
        "text": progress_words(_sentence_of(decision, above), params, locale),
    }


def _sentence_of(decision: Decision, above: NextTier) -> str:
    if above.needs is Needs.PAYMENT:
        return "next_tier.payment"
    if decision.window is None:
        return "next_tier.begin"
    return "next_tier.spend" if above.per_day is None else "next_tier.daily"


def pace_document(decision: Decision, pace: Pace, locale: Locale = ENGLISH) -> dict[str, Any]:
    """Return the pace of the last final dates, and the tier it leads to."""
    projection = pace.projection
    params = {
        "per_day": pace.per_day,
        "days": pace.days,
        "threshold": projection and projection.tier.threshold,
        "on": projection and projection.on,
        "currency": _currency(decision),
    }
    return {
        "per_day": amount_text(pace.per_day),
        "days": pace.days,
        "tier": projection and tier_document(projection.tier),
        "on": projection and projection.on.isoformat(),
        "text": progress_words("pace.reaches" if projection else "pace.misses", params, locale),
    }


def what_if_document(decision: Decision, per_day: Decimal, locale: Locale = ENGLISH) -> dict[str, Any]:
    """Return what spending `per_day` from tomorrow on leads to, in the account's or store's currency."""
    projection = what_if(decision, per_day)
    params = {
        "per_day": per_day,
        "threshold": projection and projection.tier.threshold,
        "credit": projection and projection.tier.credit,
        "on": projection and projection.on,
        "credit_by": projection and projection.credit_by,
        "currency": _currency(decision),
    }
    missed = "what_if.misses" if decision.stage in EARNING else "what_if.closed"
    return {
        "per_day": amount_text(per_day),
        "currency": _currency(decision),
        "tier": projection and tier_document(projection.tier),
        "on": projection and projection.on.isoformat(),
        "credit": projection and amount_text(projection.tier.credit),
        "credit_by": projection and projection.credit_by.isoformat(),
        "text": progress_words("what_if.reaches" if projection else missed, params, locale),
    }


def admission_document(place: PlaceInLine, locale: Locale = ENGLISH) -> dict[str, Any]:
    """Return a waiting store's place in the line."""
    params = {"place": place.place, "of": place.of}
    return {**params, "text": progress_words("admission.place", params, locale)}


def _currency(decision: Decision) -> str | None:
    if decision.account is not None and decision.account.currency is not None:
        return decision.account.currency
    market = decision.programme.market(decision.store.country)
    return market.currency if market else None
