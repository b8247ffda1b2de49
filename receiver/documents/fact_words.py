"""Words for staff on rules, and on the facts that they record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from receiver.domain.facts import Outcome
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
FACT_TITLES: Mapping[str, str] = {
    "payment": "How the ad account pays",
    "paid_bills_confirmed": "Bills paid",
    "conflicting_promotion": "Conflicting promotion",
    "policy_violation": "Violation of TikTok's advertising policies",
    "safety_flag": "Safety flag",
    "linked_at": "Ad account linked",
    "set_up_at": "Integration set up",
    "merchant": "Merchant",
}
YES, NO, UNKNOWN = "yes", "no", "unknown"
PAYMENT_WORDS: Mapping[str, str] = {
    "manual": "manually, in advance",
    "automatic": "automatically, by bills",
    "unknown": "not known",
}
OVERRIDE = "override."


def rule_title(rule_id: str) -> str:
    """Return a rule's name as a heading."""
    name = RULE_NAMES.get(rule_id) or _OTHER_RULES.get(rule_id) or rule_id.replace("_", " ")
    return name[:1].upper() + name[1:]


def fact_title(name: str) -> str:
    """Return a fact's name as a heading; of an override, the rule it is about."""
    if name.startswith(OVERRIDE):
        return f"Our answer to “{rule_title(name.removeprefix(OVERRIDE))}”"
    return FACT_TITLES.get(name, name.replace("_", " "))


def fact_value_words(name: str, value: Any) -> str | datetime:
    """Return a recorded value in words; a moment is left for whoever knows the reader's zone."""
    if name == "payment":
        return PAYMENT_WORDS.get(str(value), "not known")
    if name.startswith(OVERRIDE):
        return "taken back" if value is None else OUTCOMES[value]
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return YES if value else NO
    return datetime.fromisoformat(value) if name in ("linked_at", "set_up_at") else str(value)
