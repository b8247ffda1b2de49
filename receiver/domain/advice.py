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
    """A warning with a date."""

    BEGIN_BY = "begin_by"
    BEGIN_FOR_HIGHEST = "begin_for_highest"
    TOO_LATE_TO_BEGIN = "too_late_to_begin"
    BILL_DEADLINE = "bill_deadline"
    WINDOW_OUTLIVES_CREDIT = "window_outlives_credit"
    NOTHING_MORE_IN_TIME = "nothing_more_in_time"


@dataclass(frozen=True)
class Warned:
    """Something the merchant should know, and the parameters of its sentence."""

    id: WarningId
    params: Mapping[str, Any] = field(default_factory=dict)


def warnings_of(case: EvaluationContext, above: NextTier | None) -> tuple[Warned, ...]:
    """Return the warnings of a store that may still earn credit; `above` is the tier it can still reach."""
    if case.window is None:
        return tuple(_before_the_window(case))
    return tuple(_in_the_window(case, above))


def can_still_earn(case: EvaluationContext, above: NextTier | None) -> bool:
    """Return whether spend from now on can still earn credit, as far as anybody can say."""
    if (
        case.window_is_over
        or not case.tiers_offered
        or (case.spend is not None and case.spend.qualifying is None)
    ):
        return True
    if case.window is None:
        return case.today <= case.deadlines.begin_by(case.tiers_offered[-1])
    return above is not None


def _before_the_window(case: EvaluationContext) -> Iterator[Warned]:
    if not case.tiers_offered or (case.spend is not None and case.spend.unknown_because):
        return
    lowest, highest = case.tiers_offered[0], case.tiers_offered[-1]
    market = case.market or case.programme.market(case.facts.store.country)
    begin_by, last = case.deadlines.begin_by(lowest), case.deadlines.begin_by(highest)
    params = {"expires": case.programme.credit_expires, "currency": market and market.currency}
    has_no_place = case.outcomes["admission"] is Outcome.PENDING  # to begin without one is no advice
    if case.today > last:
        yield Warned(WarningId.TOO_LATE_TO_BEGIN, params)
    elif has_no_place:
        return
    elif case.today > begin_by:
        yield Warned(WarningId.BEGIN_FOR_HIGHEST, {**params, "by": last, "threshold": highest.threshold})
    elif case.today >= begin_by - WARN_BEFORE:
        yield Warned(WarningId.BEGIN_BY, {**params, "by": begin_by})


def _in_the_window(case: EvaluationContext, above: NextTier | None) -> Iterator[Warned]:
    expires, by = {"expires": case.programme.credit_expires}, case.deadlines.highest_by
    if case.spend is not None and (unpaid := _unpaid(case, case.spend)):
        yield Warned(WarningId.BILL_DEADLINE, unpaid)
    if case.window_is_over and not _outlives_credit(case):
        return
    if case.highest_tier_is_in_reach or not case.tiers:
        if _outlives_credit(case) or _only_highest_counts(case):
            yield Warned(WarningId.WINDOW_OUTLIVES_CREDIT, {**expires, "by": by})
    elif above is None:
        yield Warned(WarningId.NOTHING_MORE_IN_TIME, expires)


def _outlives_credit(case: EvaluationContext) -> bool:
    return case.outcomes["credit_in_time"] is Outcome.PENDING and case.window_outlives_credit


def _only_highest_counts(case: EvaluationContext) -> bool:
    """Nothing is reached, and a lower tier's credit could not come in time any more."""
    spend, lowest = case.spend, case.tiers[0] if case.tiers else None
    if spend is None or spend.qualifying is None or lowest is None or len(case.tiers) == 1:
        return False
    return spend.qualifying < lowest.threshold and case.deadlines.spend_by(lowest) is None


def _unpaid(case: EvaluationContext, spend: Spend) -> dict[str, Any] | None:
    """What of the spend has to be paid, and by when, where paying it raises the tier."""
    until: date | None = case.deadlines.bills_until
    if not spend.has_bills or spend.qualifying is None or until is None or case.today > until:
        return None
    spent_for = highest_tier(case.tiers, spend.net)
    if spent_for is None or spend.qualifying >= spent_for.threshold:
        return None
    currency = case.account and case.account.currency
    return {"unpaid": spend.net - spend.billed, "bills_until": until, "currency": currency}
