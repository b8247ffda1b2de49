"""The decision for one store: stage, verdict, tiers, award and reasons, without any side effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from receiver.domain.advice import DatedWarning, can_still_earn, warnings_of
from receiver.domain.awards import has_ended
from receiver.domain.calendar import Window
from receiver.domain.deadlines import Deadlines
from receiver.domain.evaluation_context import EvaluationContext
from receiver.domain.facts import (
    AccountProfile,
    Facts,
    LostSignals,
    Outcome,
    RecordedAward,
    StoreProfile,
    as_known_at,
    utc_date,
)
from receiver.domain.next_tier import NextTier, next_tier
from receiver.domain.pace import Pace, pace_of
from receiver.domain.programme import Programme, Tier
from receiver.domain.rules import RuleResult, apply_rules
from receiver.domain.spend import Spend, highest_tier


class Stage(StrEnum):
    """The stage of a store: first the regular progress, then the stages that override it."""

    NOT_ADMITTED = "not_admitted"
    AWAITING_SETUP = "awaiting_setup"
    AWAITING_LINK = "awaiting_link"
    AWAITING_SPEND = "awaiting_spend"
    ACCUMULATING = "accumulating"
    SETTLING = "settling"
    DUE = "due"
    ISSUED = "issued"
    CREDITED = "credited"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    PROGRAMME_OVER = "programme_over"
    ENDED = "ended"
    INELIGIBLE = "ineligible"
    HELD = "held"


# What is spent, or paid, still decides.
SPEND_IS_READ = frozenset({Stage.AWAITING_SPEND, Stage.ACCUMULATING, Stage.SETTLING, Stage.HELD})

# More spend, or a paid bill, may still earn credit.
EARNING = frozenset(
    {
        Stage.NOT_ADMITTED,
        Stage.AWAITING_SETUP,
        Stage.AWAITING_LINK,
        Stage.AWAITING_SPEND,
        Stage.ACCUMULATING,
        Stage.SETTLING,
    }
)


PROMISED = frozenset({Stage.ACCUMULATING, Stage.SETTLING, Stage.DUE})  # a date for the credit can be told


class Verdict(StrEnum):
    """The combined outcome of all rules."""

    INELIGIBLE = "ineligible"
    UNKNOWN = "unknown"
    ON_TRACK = "on_track"
    QUALIFIED = "qualified"


@dataclass(frozen=True)
class DueAward:
    """An award that the figures earn, before it is recorded."""

    tier: Tier
    currency: str
    decided_at: datetime
    due_by: date  # in the account's zone


@dataclass(frozen=True)
class TierProgress:
    """A tier, the date its threshold was first seen, and the date final figures reached it.

    `credit_by`: when its credit comes if nothing more is reached and every rule is met.
    """

    tier: Tier
    seen_on: date | None
    reached_on: date | None
    credit_by: date | None = None


@dataclass(frozen=True)
class Decision:
    """The decision for one store at one moment. Dates are in the account's zone, amounts in its currency."""

    as_of: datetime
    today: date
    programme: Programme
    store: StoreProfile
    account: AccountProfile | None
    stage: Stage
    verdict: Verdict
    rules: tuple[RuleResult, ...]
    warnings: tuple[DatedWarning, ...]
    window: Window | None
    spend: Spend | None  # None: no account, or its zone is unknown
    tiers: tuple[TierProgress, ...]
    tier: Tier | None
    next_tier: NextTier | None
    pace: Pace | None
    deadlines: Deadlines
    award: RecordedAward | DueAward | None
    params: Mapping[str, Any]  # what the headline of the stage may say
    lost_signals: LostSignals | None = None
    claimed_account: str | None = None  # the one the store names; only its advertiser's consent is missing
    is_too_late: bool = False  # to earn credit, or more of it, by what is spent from now on
    account_read_at: datetime | None = None  # when TikTok last described the account
    figures_read_at: datetime | None = None  # when spend, and bills where they count, were last read

    @property
    def award_today(self) -> date:
        """The date of `as_of` in the zone by which the award is due, whichever account is linked now."""
        award = self.award if isinstance(self.award, RecordedAward) else None
        return award.date_of(self.as_of, self.today) if award else self.today

    def outcome(self, rule_id: str) -> Outcome:
        """Return the outcome of a rule."""
        return next(rule.outcome for rule in self.rules if rule.id == rule_id)


def decide(facts: Facts, programme: Programme, as_of: datetime) -> Decision:
    """Decide for one store: a pure function of facts, terms and moment.

    `as_of` is aware; whatever in `facts` lies after it has not happened.
    """
    facts = as_known_at(facts, as_of)
    context = EvaluationContext(facts, programme, as_of)
    rules = apply_rules(context)
    verdict = _verdict(rules)
    due_award = _earned_award(context)
    stage = _stage(context, rules, verdict, due_award)
    spend, deadlines = context.spend, context.deadlines
    qualifying = spend.qualifying if spend else None
    above = _next_tier(context, stage)
    return Decision(
        as_of=as_of,
        today=context.today,
        programme=programme,
        store=facts.store,
        account=facts.account,
        stage=stage,
        verdict=verdict,
        rules=rules,
        warnings=warnings_of(context, above) if stage in EARNING else (),
        window=context.window,
        spend=spend,
        tiers=tuple(_progress(context, tier, stage, verdict) for tier in context.tiers_offered),
        tier=highest_tier(context.tiers, qualifying) if qualifying is not None else None,
        next_tier=above,
        pace=pace_of(spend, context.tiers, deadlines, context.today) if spend and stage in EARNING else None,
        deadlines=deadlines,
        award=facts.award or (due_award if stage is Stage.DUE else None),
        params=_params(context, due_award),
        lost_signals=facts.lost_signals,
        claimed_account=facts.claimed_account,
        is_too_late=stage in EARNING and not can_still_earn(context, above),
        account_read_at=facts.read_at.get("account.status"),
        figures_read_at=_figures_read_at(context),
    )


# -- The verdict and the stage -------------------------------------------------------------------


def _verdict(rules: Sequence[RuleResult]) -> Verdict:
    outcomes = {rule.outcome for rule in rules}
    if Outcome.FAIL in outcomes:
        return Verdict.INELIGIBLE
    if Outcome.UNKNOWN in outcomes:
        return Verdict.UNKNOWN
    return Verdict.ON_TRACK if Outcome.PENDING in outcomes else Verdict.QUALIFIED


def _stage(
    context: EvaluationContext, rules: Sequence[RuleResult], verdict: Verdict, due_award: DueAward | None
) -> Stage:
    award = context.facts.award
    if context.facts.history.safety_flag:
        return Stage.BLOCKED
    if award is not None:
        return _stage_of_award(context, award)
    failed_rules = {rule.id for rule in rules if rule.outcome is Outcome.FAIL}
    if failed_rules:
        return _stage_of_failure(context, failed_rules)
    if due_award is not None:
        return Stage.DUE if verdict is Verdict.QUALIFIED else Stage.HELD
    return _stage_of_progress(context)


def _stage_of_award(context: EvaluationContext, award: RecordedAward) -> Stage:
    """Return the stage of a store with a recorded award.

    The award is kept whatever changes later; one that was given ends with its credit.
    """
    today = award.date_of(context.as_of, context.today)
    is_over = has_ended(award.state, today, context.programme.credit_expires)
    return Stage.EXPIRED if is_over else Stage(award.state)


def _stage_of_failure(context: EvaluationContext, failed_rules: set[str]) -> Stage:
    joined_at = context.facts.store.joined_at
    joined_late = joined_at is not None and utc_date(joined_at) > context.programme.closes
    if "credit_in_time" in failed_rules or ("programme_open" in failed_rules and joined_late):
        return Stage.PROGRAMME_OVER
    return Stage.ENDED if failed_rules == {"spend_reached"} else Stage.INELIGIBLE


def _stage_of_progress(context: EvaluationContext) -> Stage:
    if context.outcomes["admission"] is Outcome.PENDING:
        return Stage.NOT_ADMITTED
    if context.facts.store.set_up_at is None:
        return Stage.AWAITING_SETUP
    if context.account is None or context.account.linked_at is None:
        return Stage.AWAITING_LINK
    if context.spend is None or context.spend.net <= 0:
        return Stage.AWAITING_SPEND
    return Stage.SETTLING if context.window_is_over else Stage.ACCUMULATING


# -- The award -----------------------------------------------------------------------------------


def _earned_award(context: EvaluationContext) -> DueAward | None:
    """Return the award that the final figures earn; None while they decide none.

    Whether the other rules let it through is for the stage to say.
    """
    tier = context.tier_reached
    due_by = _due_by(context, tier) if tier else None
    if tier is None or due_by is None:
        return None
    assert context.account is not None
    assert context.market is not None
    currency = context.account.currency or context.market.currency
    return DueAward(tier, currency, context.as_of, min(due_by, context.programme.credit_expires))


def _due_by(context: EvaluationContext, tier: Tier) -> date | None:
    """Return the date by which the credit of a reached tier is due; None while the tier is not decided."""
    assert context.spend is not None
    assert context.window is not None
    reached_on, last = context.spend.reached_on(tier.threshold), context.window.last
    assert reached_on is not None
    within = timedelta(days=context.programme.credit_within_days)
    if context.highest_tier_is_reached:
        return reached_on + within
    if not context.window_is_settled:
        return None
    if highest_tier(context.tiers, context.spend.net) == tier:
        return max(last, reached_on) + within
    if context.bill_grace_is_over:
        return last + timedelta(days=context.programme.bill_grace_days) + within
    return None


# -- What is shown -------------------------------------------------------------------------------


def _progress(context: EvaluationContext, tier: Tier, stage: Stage, verdict: Verdict) -> TierProgress:
    spend = context.spend
    if spend is None:
        return TierProgress(tier, None, None)
    reached_on = None if spend.bill_in_doubt else spend.reached_on(tier.threshold)
    is_promised = stage in PROMISED and context.facts.award is None and verdict is not Verdict.UNKNOWN
    credit_by = _credit_by(context, spend, tier) if is_promised else None
    return TierProgress(tier, spend.seen_on(tier.threshold), reached_on, credit_by)


def _credit_by(context: EvaluationContext, spend: Spend, tier: Tier) -> date | None:
    """Return when the credit of the tier that counts now comes; None for other tiers, or where unsure."""
    qualifying, deadlines, window = spend.qualifying, context.deadlines, context.window
    if (
        qualifying is None
        or window is None
        or spend.provisional
        or highest_tier(context.tiers, qualifying) != tier
    ):
        return None
    seen_on = spend.seen_on(tier.threshold)
    assert seen_on is not None
    if tier == context.tiers[-1]:
        decisive_date, decided_on = seen_on, deadlines.final_on(seen_on)
    elif highest_tier(context.tiers, spend.net) == tier:
        decisive_date, decided_on = max(window.last, seen_on), deadlines.final_on(window.last)
    else:  # unpaid bills could still raise it
        decisive_date = window.last + timedelta(days=context.programme.bill_grace_days)
        decided_on = decisive_date
    expires = context.programme.credit_expires
    due_by = min(decisive_date + timedelta(days=context.programme.credit_within_days), expires)
    return due_by if decided_on <= expires and context.today <= due_by else None


def _next_tier(context: EvaluationContext, stage: Stage) -> NextTier | None:
    """Return the next tier; None where reaching it earns nothing, or a window would begin without a place."""
    if context.spend is None or stage not in EARNING:
        return None
    if stage is Stage.NOT_ADMITTED and context.window is None:
        return None
    return next_tier(context.spend, context.tiers, context.deadlines, context.today)


def _figures_read_at(context: EvaluationContext) -> datetime | None:
    paths = ("spend", "payments") if context.spend and context.spend.has_bills else ("spend",)
    moments = [context.facts.read_at.get(path) for path in paths]
    return None if None in moments else min(filter(None, moments))


def _spend_unknown(context: EvaluationContext) -> str | None:
    """Return why the headline cannot say what counts; None where it can, or where no account is linked."""
    if context.account is None:
        return None
    return "zone" if context.spend is None else context.spend.unknown_because


def _params(context: EvaluationContext, due_award: DueAward | None) -> Mapping[str, Any]:
    failed_rules = {rule for rule, outcome in context.outcomes.items() if outcome is Outcome.FAIL}
    return {
        "failed_else": failed_rules - {"credit_in_time", "programme_open"},
        "is_unsafe": bool(context.facts.history.safety_flag),
        "lost_signals": context.facts.lost_signals,
        "spend_unknown": _spend_unknown(context),
        "expires": context.programme.credit_expires,
        "closes": context.programme.closes,
        "last_date": context.window.last if context.window else None,
        "days_left": context.window.days_left(context.today) if context.window else None,
        "credit": due_award.tier.credit if due_award else None,
        "currency": due_award.currency if due_award else None,
        "due_by": due_award.due_by if due_award else None,
    }
