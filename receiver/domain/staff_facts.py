"""The facts that staff record about a store, by the answers of rules that each can settle."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.domain.facts import Outcome
from receiver.domain.rules import NOT_OVERRIDABLE, RuleResult

PAID = ("paid_bills_confirmed", "payment")
# By the reason of a rule's answer. Of the others the merchant, TikTok or time holds the answer.
SETTLED_BY: Mapping[str, tuple[str, ...]] = {
    "integration_set_up.pending": ("set_up_at",),
    "not_yet_advertising.fail": ("linked_at",),
    "not_yet_advertising.unknown.date": ("linked_at",),
    "merchant_once.fail": ("merchant",),
    "no_conflicting_promotion.fail": ("conflicting_promotion",),
    "no_conflicting_promotion.unknown": ("conflicting_promotion",),
    "good_standing.fail.safety": ("safety_flag",),
    "good_standing.fail.policy": ("policy_violation",),
    "good_standing.unknown": ("safety_flag", "policy_violation"),
    "spend_reached.unknown.provisional": PAID,
    "spend_reached.unknown.bill": PAID,
    "spend_reached.fail.unpaid": ("payment",),
    "spend_reached.fail.refunded": ("payment",),
}


def settling_facts(rule: RuleResult) -> tuple[str, ...]:
    """Return the names of facts that can settle a rule's answer, the likeliest first."""
    return SETTLED_BY.get(rule.reason, ())


def may_be_overridden(rule: RuleResult) -> bool:
    """Return whether staff can put their own answer in a rule's place, or take it back."""
    is_settled = rule.outcome in (Outcome.PASS, Outcome.PENDING) and not is_overridden(rule)
    return rule.id not in NOT_OVERRIDABLE and not is_settled


def is_overridden(rule: RuleResult) -> bool:
    return rule.reason.startswith("override.")
