"""The rules of the programme: each takes facts, and returns an outcome with its reason and evidence.

A reason is a message id (`rule.outcome` or `rule.outcome.reason_code`) with typed parameters; the sentences
stand in `i18n/sentences/rules.py`. Outcomes: pass, fail, pending (not yet, nothing wrong), unknown (the
fact could not be had, or sources disagree).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from receiver.domain.evaluation_context import EvaluationContext
from receiver.domain.evidence import Evidence, evidence_for, evidence_of_override
from receiver.domain.facts import AccountProfile, ConsentLoss, Outcome, utc_date
from receiver.domain.programme import Tier
from receiver.domain.spend import Spend, SpendUnknown

PASS, FAIL, PENDING, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.PENDING, Outcome.UNKNOWN

NO_PARAMS: Mapping[str, Any] = MappingProxyType({})

# Statuses of TikTok's /advertiser/info/; a word in none of these sets was never seen.
STATUS_GOOD = frozenset({"STATUS_ENABLE"})
STATUS_BAD = {  # and the cause in one word
    "STATUS_LIMIT": "suspended",
    "STATUS_DISABLE": "closed",
    "STATUS_CONFIRM_FAIL": "refused",
    "STATUS_CONFIRM_FAIL_END": "refused",
    "STATUS_CONFIRM_MODIFY_FAIL": "refused",
}
STATUS_IN_REVIEW = frozenset(
    {
        "STATUS_PENDING_CONFIRM",
        "STATUS_PENDING_VERIFIED",
        "STATUS_PENDING_CONFIRM_MODIFY",
        "STATUS_WAIT_FOR_BPM_AUDIT",
        "STATUS_WAIT_FOR_PUBLIC_AUTH",
        "STATUS_SELF_SERVICE_UNAUDITED",
        "STATUS_CONTRACT_PENDING",
    }
)
# Instead of an override, staff record the fact these rest on: the bills, the link, the set-up.
NOT_OVERRIDABLE = frozenset({"spend_reached", "account_linked", "integration_set_up"})


class Finding(NamedTuple):
    """A rule's outcome, and its reason."""

    outcome: Outcome
    reason_code: str = ""  # tells apart several reasons for one outcome
    params: Mapping[str, Any] = NO_PARAMS


class RuleResult(NamedTuple):
    """The result of a rule: its outcome, reason and evidence."""

    id: str
    outcome: Outcome
    reason: str  # message id
    params: Mapping[str, Any]
    evidence: tuple[Evidence, ...]


# -- The programme and the store -----------------------------------------------------------------


def programme_open(context: EvaluationContext) -> Finding:
    """Pass a store that joined while the offer was open."""
    joined_at = context.facts.store.joined_at
    if joined_at is None:
        return Finding(UNKNOWN)
    joined_on, terms = utc_date(joined_at), context.programme
    params = {"joined": joined_on, "opens": terms.opens, "closes": terms.closes}
    if joined_on < terms.opens:
        return Finding(FAIL, "before", params)
    return Finding(FAIL, "after", params) if joined_on > terms.closes else Finding(PASS, params=params)


def admission(context: EvaluationContext) -> Finding:
    """Pass an admitted store; pending while it has no place."""
    return Finding({True: PASS, False: PENDING, None: UNKNOWN}[context.facts.store.admitted])


def integration_set_up(context: EvaluationContext) -> Finding:
    """Pass a store whose TikTok integration was set up."""
    set_up_at, loss = context.facts.store.set_up_at, context.facts.lost_signals
    if set_up_at is None:
        return Finding(UNKNOWN, loss) if loss else Finding(PENDING)
    reason = "seen" if "store.set_up_at" in context.facts.claimed_dates else ""
    return Finding(PASS, reason, {"at": set_up_at})


def first_set_up(context: EvaluationContext) -> Finding:
    """Pass a store that was never set up before."""
    before = context.facts.history.set_up_before
    if before is not False:
        return Finding(FAIL if before else UNKNOWN)
    is_done = context.account is not None and context.facts.store.set_up_at is not None
    return Finding(PASS, "" if is_done else "before")


def store_market(context: EvaluationContext) -> Finding:
    """Pass a store in a country the offer is open to."""
    return _market_finding(context, context.facts.store.country)


# -- The ad account ------------------------------------------------------------------------------


def account_linked(context: EvaluationContext) -> Finding:
    """Pass a linked ad account whose advertiser's consent stands."""
    account, claimed_account, loss = (
        context.account,
        context.facts.claimed_account,
        context.facts.lost_signals,
    )
    if account is None and claimed_account is not None:  # by the store alone, which makes no link
        return Finding(PENDING, "claimed", {"advertiser": claimed_account})
    if account is None or account.linked_at is None:
        return Finding(UNKNOWN, loss) if loss else Finding(PENDING)
    if account.consent is not True:
        return Finding(UNKNOWN, consent_loss(account) or "unread")
    reason = "" if account.linked_at_exact is True else "seen"
    return Finding(PASS, reason, {"at": account.linked_at})


def consent_loss(account: AccountProfile) -> ConsentLoss | None:
    """Return why the consent was lost; None where it stands, or was never given."""
    return account.consent_lost or (ConsentLoss.WITHDRAWN if account.consent is False else None)


def account_market(context: EvaluationContext) -> Finding:
    """Pass an ad account in a country the offer is open to."""
    return _market_finding(context, context.account.country) if context.account else Finding(PENDING)


def account_currency(context: EvaluationContext) -> Finding:
    """Pass an ad account in the currency of its market."""
    if context.account is None:
        return Finding(PENDING)
    if context.market is None:
        return Finding(UNKNOWN, "market" if context.account.country else "country")
    if context.account.currency is None:
        return Finding(UNKNOWN)
    params = {"currency": context.account.currency, "expected": context.market.currency}
    return (
        Finding(PASS, params=params)
        if context.account.currency == context.market.currency
        else Finding(UNKNOWN, "other", params)
    )


def not_yet_advertising(context: EvaluationContext) -> Finding:
    """Pass an ad account created after the store joined, or without spend before its link."""
    account, joined_at = context.account, context.facts.store.joined_at
    if account is None:
        return Finding(PENDING, "account")
    if account.created_at and joined_at and account.created_at >= joined_at:
        return Finding(PASS, "new")
    if account.linked_at is None:
        return Finding(PENDING, "link")
    prior, days = context.facts.history.prior_spend, context.programme.prior_spend_days
    if prior is None:
        return Finding(UNKNOWN, params={"days": days})
    params = {"days": days, "prior_spend": prior, "currency": account.currency}
    if prior == 0:
        return Finding(PASS, "quiet", params)
    if account.created_at is None or joined_at is None:
        return Finding(UNKNOWN, "age", params)
    return (
        Finding(FAIL, params=params) if account.linked_at_exact is True else Finding(UNKNOWN, "date", params)
    )


def merchant_once(context: EvaluationContext) -> Finding:
    """Fail a merchant who has another award of the programme."""
    awards = context.facts.history.merchant_awards
    if awards is None:
        return Finding(UNKNOWN)
    return Finding(FAIL if awards > 0 else PASS)


def account_once(context: EvaluationContext) -> Finding:
    """Fail an ad account with another award; one of its Business Center's makes it unknown."""
    history = context.facts.history
    if context.account is None:
        return Finding(PENDING)
    if history.account_awards is not None and history.account_awards > 0:
        return Finding(FAIL)
    if history.business_center_awards is not None and history.business_center_awards > 0:
        return Finding(UNKNOWN, "business_center")
    unread = history.account_awards is None or history.business_center_awards is None
    return Finding(UNKNOWN if unread else PASS)


def no_conflicting_promotion(context: EvaluationContext) -> Finding:
    """Fail an ad account in a conflicting promotion; credit of a third party makes it unknown."""
    history = context.facts.history
    if context.account is None:
        return Finding(PENDING)
    if history.conflicting_promotion is not False:
        return Finding(FAIL if history.conflicting_promotion else UNKNOWN)
    # A ledger that cannot be read (None) does not stop the rule; only a credit seen does.
    return Finding(UNKNOWN, "foreign") if history.foreign_credit_issued else Finding(PASS)


def good_standing(context: EvaluationContext) -> Finding:
    """Pass an enabled ad account without a policy violation or a safety flag."""
    history, account = context.facts.history, context.account
    if history.safety_flag:
        return Finding(FAIL, "safety")
    if history.policy_violation:
        return Finding(FAIL, "policy")
    if account is None:
        return Finding(PENDING, "account")
    params = {"status": account.status}
    if account.status in STATUS_BAD:
        return Finding(FAIL, STATUS_BAD[account.status], params)
    if history.safety_flag is None or history.policy_violation is None:
        return Finding(UNKNOWN)
    if account.status in STATUS_GOOD:
        return Finding(PASS)
    if account.status in STATUS_IN_REVIEW:
        return Finding(PENDING, "review", params)
    return Finding(UNKNOWN, "status.new", params) if account.status else Finding(UNKNOWN, "status")


# -- Spend and time ------------------------------------------------------------------------------


def spend_reached(context: EvaluationContext) -> Finding:
    """Pass spend whose final figures reach the first tier."""
    if context.account is None:
        return Finding(PENDING, "account")
    if context.spend is None:
        return Finding(UNKNOWN, "zone")
    if not context.tiers:
        return Finding(UNKNOWN, _no_threshold_reason(context))
    if context.window is None:
        return _finding_before_window(context, context.account)
    if context.spend.bill_in_doubt:
        return Finding(UNKNOWN, "bill")
    return _first_tier_finding(context, context.spend, context.tiers[0])


def _no_threshold_reason(context: EvaluationContext) -> str:
    account = context.account
    if context.market is not None and account is not None:
        is_other = account.currency not in (None, context.market.currency)
        return "threshold.currency" if is_other else "threshold.untold"
    return "threshold.market" if account and account.country else "threshold.untold"


def _finding_before_window(context: EvaluationContext, account: AccountProfile) -> Finding:
    because = context.spend.unknown_because if context.spend else None
    if because is SpendUnknown.REGISTRATION:
        return Finding(UNKNOWN, "registration")
    if account.linked_at is None or context.facts.store.set_up_at is None:
        return Finding(PENDING, "set_up")
    if because is SpendUnknown.SPLIT:
        return Finding(PENDING, "split")
    waits = context.outcomes["admission"] is PENDING
    params = {"days": context.programme.window_days}
    return Finding(PENDING, "start.waiting", params) if waits else Finding(PENDING, "start")


def _first_tier_finding(context: EvaluationContext, spend: Spend, tier: Tier) -> Finding:
    assert context.window is not None
    params = {
        "qualifying": spend.qualifying,
        "threshold": tier.threshold,
        "currency": context.account and context.account.currency,
        "last_date": context.window.last,
    }
    if spend.final_qualifying >= tier.threshold:
        return Finding(UNKNOWN, "provisional", params) if spend.provisional else Finding(PASS, params=params)
    if spend.unknown_because is SpendUnknown.SPLIT:
        return Finding(PENDING, "split")
    if not context.window_is_over:
        waits = context.outcomes["admission"] is PENDING
        return Finding(PENDING, "open.waiting" if waits else "open", params)
    if not context.window_is_settled:
        return Finding(PENDING, "settling", params)
    params |= {"net": spend.net, "bills_until": context.deadlines.bills_until}
    if spend.net < tier.threshold or not spend.has_bills:
        return Finding(FAIL, params=params)
    if context.bill_grace_is_over:
        return _refund_finding(FAIL, spend, tier, params) or Finding(FAIL, "unpaid", params)
    return _refund_finding(PENDING, spend, tier, params) or Finding(PENDING, "bills", params)


def _refund_finding(outcome: Outcome, spend: Spend, tier: Tier, params: Mapping[str, Any]) -> Finding | None:
    """Return a finding that blames refunds; None where the bills, refunds aside, were not enough either."""
    is_cause = spend.has_bills and min(spend.net, spend.paid_amount + spend.refunded_amount) >= tier.threshold
    return Finding(outcome, "refunded", {**params, "refunded": spend.refunded_amount}) if is_cause else None


def credit_in_time(context: EvaluationContext) -> Finding:
    """Fail once the credit has expired; pending while the window becomes final only after that."""
    expires = context.programme.credit_expires
    if context.account is not None and context.account.zone is None:
        return Finding(UNKNOWN)
    if context.today > expires:
        return Finding(FAIL, params={"expires": expires})
    if context.window_outlives_credit and not context.highest_tier_is_reached:
        if context.tiers and not context.highest_tier_is_in_reach:
            return Finding(PENDING, "late", {"expires": expires})
        return Finding(PENDING, params={"expires": expires, "by": context.deadlines.highest_by})
    return Finding(PASS, params={"expires": expires})


def _market_finding(context: EvaluationContext, country: str | None) -> Finding:
    if country is None:
        return Finding(UNKNOWN)
    open_to = [market.country for market in context.programme.markets]
    is_open = context.programme.market(country) is not None
    return Finding(PASS if is_open else FAIL, params={"country": country, "markets": open_to})


# -- All of them ---------------------------------------------------------------------------------

# In the order of the programme's table.
RULES: Mapping[str, Callable[[EvaluationContext], Finding]] = {
    "programme_open": programme_open,
    "admission": admission,
    "integration_set_up": integration_set_up,
    "first_set_up": first_set_up,
    "account_linked": account_linked,
    "store_market": store_market,
    "account_market": account_market,
    "account_currency": account_currency,
    "not_yet_advertising": not_yet_advertising,
    "merchant_once": merchant_once,
    "account_once": account_once,
    "no_conflicting_promotion": no_conflicting_promotion,
    "good_standing": good_standing,
    "spend_reached": spend_reached,
    "credit_in_time": credit_in_time,
}


def apply_rules(context: EvaluationContext) -> tuple[RuleResult, ...]:
    """Evaluate every rule, in order; an override replaces an outcome, never a fact."""
    return tuple(_evaluate_rule(context, rule_id, rule) for rule_id, rule in RULES.items())


def _evaluate_rule(
    context: EvaluationContext, rule_id: str, rule: Callable[[EvaluationContext], Finding]
) -> RuleResult:
    finding = rule(context)
    evidence = evidence_for(context, rule_id)
    override = context.facts.history.overrides.get(rule_id)
    if override is None or rule_id in NOT_OVERRIDABLE:
        reason = f"{rule_id}.{finding.outcome}"
        if finding.reason_code:
            reason += f".{finding.reason_code}"
        result = RuleResult(rule_id, finding.outcome, reason, finding.params, evidence)
    else:
        params = {"reason": override.reason, "by": override.by, "rule": rule_id}
        evidence += evidence_of_override(context, rule_id, override)
        result = RuleResult(rule_id, override.outcome, f"override.{override.outcome}", params, evidence)
    context.outcomes[rule_id] = result.outcome
    return result
