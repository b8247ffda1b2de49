"""The facts that staff record about a store, and the rule answers that each can settle."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from receiver.domain.facts import Outcome
from receiver.domain.rules import NOT_OVERRIDABLE, RuleResult


class StaffFactName(StrEnum):
    """A fact that staff record about a store."""

    PAYMENT = "payment"
    PAID_BILLS_CONFIRMED = "paid_bills_confirmed"
    CONFLICTING_PROMOTION = "conflicting_promotion"
    POLICY_VIOLATION = "policy_violation"
    SAFETY_FLAG = "safety_flag"
    LINKED_AT = "linked_at"
    SET_UP_AT = "set_up_at"
    MERCHANT = "merchant"
    OVERRIDE = "override"  # of a rule, whose id stands in the record's name


MOMENTS = frozenset({StaffFactName.LINKED_AT, StaffFactName.SET_UP_AT})
_OVERRIDES = f"{StaffFactName.OVERRIDE}:"
_PAID = (StaffFactName.PAID_BILLS_CONFIRMED, StaffFactName.PAYMENT)
# By the reason of a rule's answer. Of the others the merchant, TikTok or time holds the answer.
SETTLED_BY: Mapping[str, tuple[StaffFactName, ...]] = {
    "integration_set_up.pending": (StaffFactName.SET_UP_AT,),
    "not_yet_advertising.fail": (StaffFactName.LINKED_AT,),
    "not_yet_advertising.unknown.date": (StaffFactName.LINKED_AT,),
    "merchant_once.fail": (StaffFactName.MERCHANT,),
    "no_conflicting_promotion.fail": (StaffFactName.CONFLICTING_PROMOTION,),
    "no_conflicting_promotion.unknown": (StaffFactName.CONFLICTING_PROMOTION,),
    "good_standing.fail.safety": (StaffFactName.SAFETY_FLAG,),
    "good_standing.fail.policy": (StaffFactName.POLICY_VIOLATION,),
    "good_standing.unknown": (StaffFactName.SAFETY_FLAG, StaffFactName.POLICY_VIOLATION),
    "spend_reached.unknown.provisional": _PAID,
    "spend_reached.unknown.bill": _PAID,
    "spend_reached.fail.unpaid": (StaffFactName.PAYMENT,),
    "spend_reached.fail.refunded": (StaffFactName.PAYMENT,),
}


def settling_facts(rule: RuleResult) -> tuple[StaffFactName, ...]:
    """Return the names of facts that can settle a rule's answer, the likeliest first."""
    return SETTLED_BY.get(rule.reason, ())


def may_be_overridden(rule: RuleResult) -> bool:
    """Return whether staff can put their own answer in a rule's place, or take it back."""
    is_settled = rule.outcome in (Outcome.PASS, Outcome.PENDING) and not is_overridden(rule)
    return rule.id not in NOT_OVERRIDABLE and not is_settled


def is_overridden(rule: RuleResult) -> bool:
    """Return whether staff put their own answer in a rule's place."""
    return rule.reason.startswith("override.")


def override_name(rule_id: str) -> str:
    """Return the name under which staff's own answer to a rule is recorded."""
    return _OVERRIDES + rule_id


def overridden_rule(name: str) -> str | None:
    """Return the id of the rule that a record of this name answers; None where it is of another fact."""
    return name.removeprefix(_OVERRIDES) if name.startswith(_OVERRIDES) else None
