"""The control for each fact that staff record: a choice, a date with its time, or an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receiver.documents.fact_words import FACT_TITLES, PAYMENT_WORDS, rule_title
from receiver.domain.rules import NOT_OVERRIDABLE, RULES
from receiver.domain.staff_facts import StaffFactName
from receiver.errors import InputError
from receiver.web.admin.filters import readers_zone

OVERRIDABLE = tuple(rule for rule in RULES if rule not in NOT_OVERRIDABLE)
YES_OR_NO = (("yes", "yes"), ("no", "no"), ("unknown", "not known"))


class ControlKind(StrEnum):
    """The kinds of answers a person gives."""

    CHOICE = "choice"
    MOMENT = "moment"
    ID = "id"


@dataclass(frozen=True)
class FactControl:
    """A question, and how it is answered; `options` are values with their labels."""

    name: StaffFactName
    question: str
    kind: ControlKind = ControlKind.CHOICE
    options: tuple[tuple[str, str], ...] = YES_OR_NO
    rule: str = ""  # of an override

    @property
    def title(self) -> str:
        return rule_title(self.rule) if self.rule else FACT_TITLES[self.name]


CONTROLS: Mapping[str, FactControl] = {
    control.name: control
    for control in (
        FactControl(
            StaffFactName.PAYMENT, "How does the ad account pay?", options=tuple(PAYMENT_WORDS.items())
        ),
        FactControl(StaffFactName.PAID_BILLS_CONFIRMED, "Are the bills for this spend paid?"),
        FactControl(
            StaffFactName.CONFLICTING_PROMOTION, "Does the ad account take part in a conflicting promotion?"
        ),
        FactControl(
            StaffFactName.POLICY_VIOLATION,
            "Is a violation of TikTok's advertising policies recorded against it?",
        ),
        FactControl(StaffFactName.SAFETY_FLAG, "Is the store flagged for safety? A flag blocks it."),
        FactControl(StaffFactName.LINKED_AT, "When was the ad account linked?", ControlKind.MOMENT, ()),
        FactControl(
            StaffFactName.SET_UP_AT, "When was the TikTok integration set up?", ControlKind.MOMENT, ()
        ),
        FactControl(StaffFactName.MERCHANT, "Which merchant owns the store?", ControlKind.ID, ()),
    )
}


def override_control(rule: str) -> FactControl:
    """Return the control for staff's own answer to a rule."""
    options = (("pass", "met"), ("fail", "not met"), ("none", "as the facts say (takes our answer back)"))
    return FactControl(
        StaffFactName.OVERRIDE,
        "What do you decide about this rule?",
        options=tuple((f"{rule}={outcome}", words) for outcome, words in options),
        rule=rule,
    )


def find_control(name: str, rule: str = "") -> FactControl | None:
    """Return the control for a fact, or for staff's answer to a rule; None where there is none."""
    if name == StaffFactName.OVERRIDE:
        return override_control(rule) if rule in OVERRIDABLE else None
    return CONTROLS.get(name)


def posted_value(name: str, value: str) -> str:
    """Return an answer as services read it: a moment of a date field is of the reader's own zone."""
    control = CONTROLS.get(name)
    if control is None or control.kind is not ControlKind.MOMENT:
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value  # the service says what is wrong with it
    return moment.isoformat() if moment.tzinfo else moment.replace(tzinfo=readers_zone()).isoformat()


def refusal_words(error: Exception, control: FactControl | None) -> str:
    """Return what is wrong with a form in its own words."""
    if not isinstance(error, InputError):
        return str(error)
    if error.path in _MISSING:
        return _MISSING[error.path]
    if control is None or error.path == "name":
        return str(error)
    return "That time lies in the future." if "future" in str(error) else _WRONG[control.kind]


_MISSING: Mapping[str, str] = {
    "answer": "Choose an answer.",
    "reason": "Write a reason, of at most 500 characters.",
    "evidence": "Write where anybody can check it, in at most 500 characters.",
}
_WRONG: Mapping[ControlKind, str] = {
    ControlKind.CHOICE: "Choose one of the answers.",
    ControlKind.MOMENT: "Enter a date and a time.",
    ControlKind.ID: "Enter a merchant's id, of at most 100 characters.",
}
