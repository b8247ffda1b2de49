"""Words for staff on rules, and on the facts that they record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from receiver.domain.facts import Outcome, Payment
from receiver.domain.staff_facts import MOMENTS, StaffFactName, overridden_rule
from receiver.i18n.sentences import RULE_NAMES

# Staff replace no answer of these, so no sentence to a merchant names them.
_OTHER_RULES: Mapping[str, str] = {
    "integration_set_up": "integration set up",
    "account_linked": "ad account linked and readable",
    "spend_reached": "spend reached",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.PASS: "met",
    Outcome.FAIL: "not met",
    Outcome.PENDING: "not yet",
    Outcome.UNKNOWN: "not known",
}
FACT_TITLES: Mapping[StaffFactName, str] = {
    StaffFactName.PAYMENT: "How the ad account pays",
    StaffFactName.PAID_BILLS_CONFIRMED: "Bills paid",
    StaffFactName.CONFLICTING_PROMOTION: "Conflicting promotion",
    StaffFactName.POLICY_VIOLATION: "Violation of TikTok's advertising policies",
    StaffFactName.SAFETY_FLAG: "Safety flag",
    StaffFactName.LINKED_AT: "Ad account linked",
    StaffFactName.SET_UP_AT: "Integration set up",
    StaffFactName.MERCHANT: "Merchant",
}
YES, NO, UNKNOWN = "yes", "no", "unknown"
PAYMENT_WORDS: Mapping[str, str] = {
    Payment.MANUAL: "manually, in advance",
    Payment.AUTOMATIC: "automatically, by bills",
    Payment.UNKNOWN: "not known",
}


def rule_title(rule_id: str) -> str:
    """Return a rule's name as a heading."""
    name = RULE_NAMES.get(rule_id) or _OTHER_RULES.get(rule_id) or rule_id.replace("_", " ")
    return name[:1].upper() + name[1:]


def fact_title(name: str) -> str:
    """Return a fact's name as a heading; of an override, the rule it is about."""
    rule = overridden_rule(name)
    if rule is not None:
        return f"Our answer to “{rule_title(rule)}”"
    return FACT_TITLES[StaffFactName(name)] if name in set(StaffFactName) else name.replace("_", " ")


def fact_value_words(name: str, value: Any) -> str | datetime:
    """Return a recorded value in words; a moment as a datetime, for a caller who knows the reader's zone."""
    if name == StaffFactName.PAYMENT:
        return PAYMENT_WORDS.get(str(value), "not known")
    if overridden_rule(name) is not None:
        return "taken back" if value is None else OUTCOMES[value]
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return YES if value else NO
    return datetime.fromisoformat(value) if name in MOMENTS else str(value)
