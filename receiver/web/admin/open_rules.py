"""The rules of a store's page: those not met first, each with what staff can answer it by; then those met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receiver.documents.fact_words import OUTCOMES, rule_title
from receiver.domain.decision import Decision
from receiver.domain.facts import LostSignals, Outcome
from receiver.domain.rules import RuleResult
from receiver.domain.staff_facts import is_overridden, may_be_overridden, settling_facts
from receiver.web.admin.fact_controls import CONTROLS, FactControl, override_control

ORDER = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING)
# The part of the page that helps where no fact does, by the reason code of the rule.
PARTS: Mapping[str, str] = {"admission.pending": "admit", "merchant_once.unknown": "merchant"}
LINK_RULE, LETTER = "account_linked", "letter"
OUR_REASONS = frozenset(f"{LINK_RULE}.unknown.{lost}" for lost in LostSignals)  # staff can help, no merchant
COUNT_WORDS = {Outcome.FAIL: "not met", Outcome.UNKNOWN: "not known", Outcome.PENDING: "not met yet"}
OPEN_AT_ONCE = 3  # rules; the others are folded


@dataclass(frozen=True)
class ShownRule:
    """A rule with its answer in words, and the controls that can settle it, the likeliest first.

    `part`: a part of the page that helps instead (PARTS, or "letter": the merchant has to act).
    """

    id: str
    title: str
    outcome: str
    answer: str
    text: str
    next_step: str | None
    evidence: Sequence[Mapping[str, Any]]
    controls: tuple[FactControl, ...]
    part: str | None
    is_overridden: bool


def open_rules(decision: Decision, document: Mapping[str, Any]) -> list[ShownRule]:
    """Return the rules not met: failed, then unknown, then pending; `document` has their sentences."""
    order = {outcome: place for place, outcome in enumerate(ORDER)}
    not_met = [rule for rule in decision.rules if rule.outcome is not Outcome.PASS]
    return [_show_rule(rule, document) for rule in sorted(not_met, key=lambda rule: order[rule.outcome])]


def open_words(rules: Sequence[ShownRule], total: int) -> str:
    """Count in words the rules that are not met, by whether they are failed, unknown or pending."""
    counts = Counter(COUNT_WORDS[Outcome(rule.outcome)] for rule in rules)
    if len(counts) == 1:
        (answer,) = counts
        return f"{len(rules)} of {total} rules {answer}"
    return f"{total} rules: " + ", ".join(f"{count} {answer}" for answer, count in counts.items())


def count_open_at_once(rules: Sequence[ShownRule]) -> int:
    """Return how many of the sorted open rules are shown unfolded: if all are pending, one."""
    pressing = [rule for rule in rules if rule.outcome != Outcome.PENDING]
    return min(len(pressing) or 1, OPEN_AT_ONCE)


def met_rules(decision: Decision, document: Mapping[str, Any]) -> list[ShownRule]:
    """Return the rules that are met."""
    return [_show_rule(rule, document) for rule in decision.rules if rule.outcome is Outcome.PASS]


def _show_rule(rule: RuleResult, document: Mapping[str, Any]) -> ShownRule:
    words = next(entry for entry in document["rules"] if entry["id"] == rule.id)
    is_open_link = rule.id == LINK_RULE and rule.outcome is not Outcome.PASS
    part = LETTER if is_open_link and rule.reason not in OUR_REASONS else PARTS.get(rule.reason)
    own = (override_control(rule.id),) if may_be_overridden(rule) else ()
    return ShownRule(
        id=rule.id,
        title=rule_title(rule.id),
        outcome=rule.outcome,
        answer=OUTCOMES[rule.outcome],
        text=words["text"],
        next_step=words["next_step"],
        evidence=words["evidence"],
        controls=(*(CONTROLS[name] for name in settling_facts(rule)), *own),
        part=part,
        is_overridden=is_overridden(rule),
    )
