"""decide(facts, programme, as_of): the whole answer for one store, with its reasons; acts on nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any

from receiver.domain.awards import has_ended
from receiver.domain.calendar import Window
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
from receiver.domain.programme import Programme, Tier
from receiver.domain.rules import RuleResult, apply_rules
from receiver.domain.spend import Spend, highest_tier

CENT = Decimal("0.01")


class Stage(StrEnum):
    """Where a store stands: the line first, then what wins over it."""

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

NOTHING_TO_EARN = frozenset(
    {Stage.INELIGIBLE, Stage.BLOCKED, Stage.ENDED, Stage.PROGRAMME_OVER, Stage.EXPIRED}
)


class Verdict(StrEnum):
    """All rules in one word."""

    INELIGIBLE = "ineligible"
    UNKNOWN = "unknown"
    ON_TRACK = "on_track"
    QUALIFIED = "qualified"


@dataclass(frozen=True)
class DueAward:
    """What the figures award, before anybody recorded it."""

    tier: Tier
    currency: str
    decided_at: datetime
    due_by: date  # in the account's zone


@dataclass(frozen=True)
class TierProgress:
    """A tier, the date its threshold was first seen, and the date it was reached by final figures."""

    tier: Tier
    seen_on: date | None
    reached_on: date | None


@dataclass(frozen=True)
class NextTier:
    """The tier above, and what is missing to it; `per_day` over the days left, None when none are."""

    tier: Tier
    remaining: Decimal
    per_day: Decimal | None


@dataclass(frozen=True)
class Warned:
    """Something the merchant should know: a message id and its parameters."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The answer for one store at one moment. Dates are in the account's zone, amounts in its currency."""

    as_of: datetime
    today: date
    programme: Programme
    store: StoreProfile
    account: AccountProfile | None
    stage: Stage
    verdict: Verdict
    rules: tuple[RuleResult, ...]
    warnings: tuple[Warned, ...]
    window: Window | None
    spend: Spend | None  # None: no account, or its zone is unknown
    tiers: tuple[TierProgress, ...]
    tier: Tier | None
    next_tier: NextTier | None
    award: RecordedAward | DueAward | None
    params: Mapping[str, Any]  # what the headline of the stage may say
    lost_signals: LostSignals | None = None
    claimed_account: str | None = None  # the one the store names; only its advertiser's consent is missing

    def outcome(self, rule_id: str) -> Outcome:
        return next(rule.outcome for rule in self.rules if rule.id == rule_id)


def decide(facts: Facts, programme: Programme, as_of: datetime) -> Decision:
    """Decide for one store. Pure: the same facts, terms and moment give the same answer.

    `as_of` is aware; whatever in `facts` lies after it has not happened.
    """
    facts = as_known_at(facts, as_of)
    case = EvaluationContext(facts, programme, as_of)
    rules = apply_rules(case)
    verdict = _verdict(rules)
    decided = _decided_award(case)
    stage = _stage(case, rules, verdict, decided)
    spend = case.spend
    known = spend.qualifying if spend else None
    return Decision(
        as_of=as_of,
        today=case.today,
        programme=programme,
        store=facts.store,
        account=facts.account,
        stage=stage,
        verdict=verdict,
        rules=rules,
        warnings=_warnings(case),
        window=case.window,
        spend=spend,
        tiers=tuple(_progress(tier, spend) for tier in _tiers_shown(case)),
        tier=highest_tier(case.tiers, known) if known is not None else None,
        next_tier=_next_tier(case, known) if known is not None and _may_earn(case, stage) else None,
        award=facts.award or (decided if stage is Stage.DUE else None),
        params=_params(case, decided),
        lost_signals=facts.lost_signals,
        claimed_account=facts.claimed_account,
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
    case: EvaluationContext, rules: Sequence[RuleResult], verdict: Verdict, decided: DueAward | None
) -> Stage:
    award = case.facts.award
    if case.facts.history.safety_flag:
        return Stage.BLOCKED
    if award is not None:
        return _stage_of_award(case, award)
    failed = {rule.id for rule in rules if rule.outcome is Outcome.FAIL}
    if failed:
        return _stage_of_failure(case, failed)
    if decided is not None:
        return Stage.DUE if verdict is Verdict.QUALIFIED else Stage.HELD
    return _stage_on_the_line(case)


def _stage_of_award(case: EvaluationContext, award: RecordedAward) -> Stage:
    """A recorded award is kept whatever changes later; once given, it ends with its credit."""
    ended = has_ended(award.state, case.today, case.programme.credit_expires)
    return Stage.EXPIRED if ended else Stage(award.state)


def _stage_of_failure(case: EvaluationContext, failed: set[str]) -> Stage:
    joined_at = case.facts.store.joined_at
    joined_late = joined_at is not None and utc_date(joined_at) > case.programme.closes
    if "credit_in_time" in failed or ("programme_open" in failed and joined_late):
        return Stage.PROGRAMME_OVER
    return Stage.ENDED if failed == {"spend_reached"} else Stage.INELIGIBLE


def _stage_on_the_line(case: EvaluationContext) -> Stage:
    if case.outcomes["admission"] is Outcome.PENDING:
        return Stage.NOT_ADMITTED
    if case.facts.store.set_up_at is None:
        return Stage.AWAITING_SETUP
    if case.account is None or case.account.linked_at is None:
        return Stage.AWAITING_LINK
    if case.spend is None or case.spend.net <= 0:
        return Stage.AWAITING_SPEND
    return Stage.SETTLING if case.window_is_over else Stage.ACCUMULATING


# -- The award -----------------------------------------------------------------------------------


def _decided_award(case: EvaluationContext) -> DueAward | None:
    """The award the final figures decide; whether rules let it through is the stage's question."""
    tier = case.tier_reached
    due_by = _due_by(case, tier) if tier else None
    if tier is None or due_by is None:
        return None
    assert case.account is not None
    assert case.market is not None
    currency = case.account.currency or case.market.currency
    return DueAward(tier, currency, case.as_of, min(due_by, case.programme.credit_expires))


def _due_by(case: EvaluationContext, tier: Tier) -> date | None:
    """The date the credit is due by; None while the tier, which was reached, is not decided."""
    assert case.spend is not None
    assert case.window is not None
    reached_on, last = case.spend.reached_on(tier.threshold), case.window.last
    assert reached_on is not None
    within = timedelta(days=case.programme.credit_within_days)
    if case.highest_tier_is_reached:
        return reached_on + within
    if not case.window_is_settled:
        return None
    if highest_tier(case.tiers, case.spend.net) == tier:
        return max(last, reached_on) + within
    if case.bill_grace_is_over:
        return last + timedelta(days=case.programme.bill_grace_days) + within
    return None


# -- What is shown -------------------------------------------------------------------------------


def _tiers_shown(case: EvaluationContext) -> tuple[Tier, ...]:
    """The thresholds in force; before an account is there, the offer of the store's own market."""
    if case.account is not None:
        return case.tiers
    market = case.programme.market(case.facts.store.country)
    return market.tiers if market else ()


def _progress(tier: Tier, spend: Spend | None) -> TierProgress:
    if spend is None:
        return TierProgress(tier, None, None)
    reached_on = None if spend.bill_in_doubt else spend.reached_on(tier.threshold)
    return TierProgress(tier, spend.seen_on(tier.threshold), reached_on)


def _may_earn(case: EvaluationContext, stage: Stage) -> bool:
    """Return whether more spend, or a paid bill, can still earn credit."""
    return case.facts.award is None and stage not in NOTHING_TO_EARN


def _next_tier(case: EvaluationContext, qualifying: Decimal) -> NextTier | None:
    tier = next((tier for tier in case.tiers if tier.threshold > qualifying), None)
    if tier is None:
        return None
    remaining = tier.threshold - qualifying
    days_left = case.window.days_left(case.today) if case.window else 0
    per_day = (remaining / days_left).quantize(CENT, ROUND_CEILING) if days_left else None
    return NextTier(tier, remaining, per_day)


def _warnings(case: EvaluationContext) -> tuple[Warned, ...]:
    if case.outcomes["credit_in_time"] is Outcome.PENDING and case.window_outlives_credit:
        return (Warned("window_outlives_credit", {"expires": case.programme.credit_expires}),)
    return ()


def _spend_unknown(case: EvaluationContext) -> str | None:
    """Why the headline cannot say what counts; None where it can, or there is no account to speak of."""
    if case.account is None:
        return None
    return "zone" if case.spend is None else case.spend.unknown_because


def _params(case: EvaluationContext, decided: DueAward | None) -> Mapping[str, Any]:
    failed = {rule for rule, outcome in case.outcomes.items() if outcome is Outcome.FAIL}
    return {
        "failed_else": failed - {"credit_in_time", "programme_open"},
        "is_unsafe": bool(case.facts.history.safety_flag),
        "lost_signals": case.facts.lost_signals,
        "spend_unknown": _spend_unknown(case),
        "expires": case.programme.credit_expires,
        "closes": case.programme.closes,
        "last_date": case.window.last if case.window else None,
        "days_left": case.window.days_left(case.today) if case.window else None,
        "credit": decided.tier.credit if decided else None,
        "currency": decided.currency if decided else None,
        "due_by": decided.due_by if decided else None,
    }
