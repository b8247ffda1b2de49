"""Warnings with a date: steps that earn credit in time, and those that no longer do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from receiver.domain.evaluation_context import EvaluationContext
from receiver.domain.facts import Outcome
from receiver.domain.next_tier import NextTier
from receiver.domain.spend import Spend, highest_tier

WARN_BEFORE = timedelta(days=45)  # the last useful day to begin


class WarningId(StrEnum):
    """The kind of a dated warning."""

    BEGIN_BY = "begin_by"
    BEGIN_FOR_HIGHEST = "begin_for_highest"
    TOO_LATE_TO_BEGIN = "too_late_to_begin"
    BILL_DEADLINE = "bill_deadline"
    WINDOW_OUTLIVES_CREDIT = "window_outlives_credit"
    NOTHING_MORE_IN_TIME = "nothing_more_in_time"


@dataclass(frozen=True)
class DatedWarning:
    """A warning for the merchant: its kind, and the parameters of its sentence."""

    id: WarningId
    params: Mapping[str, Any] = field(default_factory=dict)


def warnings_of(context: EvaluationContext, above: NextTier | None) -> tuple[DatedWarning, ...]:
    """Return the warnings of a store that may still earn credit; `above` is the tier it can still reach."""
    if context.window is None:
        return tuple(_before_the_window(context))
    return tuple(_in_the_window(context, above))


def can_still_earn(context: EvaluationContext, above: NextTier | None) -> bool:
    """Return whether spend from now on can still earn credit; True while nobody can tell."""
    if (
        context.window_is_over
        or not context.tiers_offered
        or (context.spend is not None and context.spend.qualifying is None)
    ):
        return True
    if context.window is None:
        return context.today <= context.deadlines.begin_by(context.tiers_offered[-1])
    return above is not None


def _before_the_window(context: EvaluationContext) -> Iterator[DatedWarning]:
    if not context.tiers_offered or (context.spend is not None and context.spend.unknown_because):
        return
    lowest, highest = context.tiers_offered[0], context.tiers_offered[-1]
    market = context.market or context.programme.market(context.facts.store.country)
    begin_by, last = context.deadlines.begin_by(lowest), context.deadlines.begin_by(highest)
    params = {"expires": context.programme.credit_expires, "currency": market and market.currency}
    has_no_place = context.outcomes["admission"] is Outcome.PENDING  # to begin without one is no advice
    if context.today > last:
        yield DatedWarning(WarningId.TOO_LATE_TO_BEGIN, params)
    elif has_no_place:
        return
    elif context.today > begin_by:
        yield DatedWarning(
            WarningId.BEGIN_FOR_HIGHEST, {**params, "by": last, "threshold": highest.threshold}
        )
    elif context.today >= begin_by - WARN_BEFORE:
        yield DatedWarning(WarningId.BEGIN_BY, {**params, "by": begin_by})


def _in_the_window(context: EvaluationContext, above: NextTier | None) -> Iterator[DatedWarning]:
    expires, by = {"expires": context.programme.credit_expires}, context.deadlines.highest_by
    if context.spend is not None and (unpaid := _unpaid(context, context.spend)):
        yield DatedWarning(WarningId.BILL_DEADLINE, unpaid)
    if context.window_is_over and not _outlives_credit(context):
        return
    if context.highest_tier_is_in_reach or not context.tiers:
        if _outlives_credit(context) or _only_highest_counts(context):
            yield DatedWarning(WarningId.WINDOW_OUTLIVES_CREDIT, {**expires, "by": by})
    elif above is None:
        yield DatedWarning(WarningId.NOTHING_MORE_IN_TIME, expires)


def _outlives_credit(context: EvaluationContext) -> bool:
    return context.outcomes["credit_in_time"] is Outcome.PENDING and context.window_outlives_credit


def _only_highest_counts(context: EvaluationContext) -> bool:
    """Return whether no tier is reached and only the highest can still be credited in time."""
    spend, lowest = context.spend, context.tiers[0] if context.tiers else None
    if spend is None or spend.qualifying is None or lowest is None or len(context.tiers) == 1:
        return False
    return spend.qualifying < lowest.threshold and context.deadlines.spend_by(lowest) is None


def _unpaid(context: EvaluationContext, spend: Spend) -> dict[str, Any] | None:
    """Return the unpaid bills and their deadline; None where it is over, or paying them raises no tier."""
    until: date | None = context.deadlines.bills_until
    if not spend.has_bills or spend.qualifying is None or until is None or context.today > until:
        return None
    spent_for = highest_tier(context.tiers, spend.net)
    if spent_for is None or spend.qualifying >= spent_for.threshold:
        return None
    currency = context.account and context.account.currency
    return {"unpaid": spend.net - spend.billed_amount, "bills_until": until, "currency": currency}
