"""Tests of the facts offered to staff: each can settle its rule, and no other is offered."""

from __future__ import annotations

import pytest

from receiver.domain.rules import NOT_OVERRIDABLE
from receiver.domain.staff_facts import SETTLED_BY, StaffFactName, may_be_overridden, settling_facts
from receiver.i18n.sentences import RULES
from tests.factories import OPEN, cash, decision_for, override


def rule(rule_id, **parts):
    return next(item for item in decision_for(OPEN, **parts).rules if item.id == rule_id)


def test_facts_are_named_for_reasons_that_rules_give_and_can_be_recorded():
    assert set(SETTLED_BY) <= set(RULES)
    assert not any(".pass" in reason for reason in SETTLED_BY)


def test_each_fact_that_staff_record_is_offered_by_some_rule():
    offered = {name for names in SETTLED_BY.values() for name in names}
    assert offered == set(StaffFactName) - {StaffFactName.OVERRIDE}


@pytest.mark.parametrize(
    ("rule_id", "parts", "facts"),
    [
        ("good_standing", {"history": {"safety_flag": True}}, ("safety_flag",)),
        ("good_standing", {"history": {"policy_violation": True}}, ("policy_violation",)),
        ("good_standing", {"account": {"status": "STATUS_LIMIT"}}, ()),
        (
            "no_conflicting_promotion",
            {"history": {"conflicting_promotion": None}},
            ("conflicting_promotion",),
        ),
        ("no_conflicting_promotion", {"history": {"foreign_credit_issued": True}}, ()),
        ("integration_set_up", {"store": {"set_up_at": None}}, ("set_up_at",)),
        ("spend_reached", {"spend": (cash("5.00"),)}, ()),
        ("store_market", {"store": {"country": "FR"}}, ()),
    ],
)
def test_a_rule_names_the_facts_that_settle_it(rule_id, parts, facts):
    assert settling_facts(rule(rule_id, **parts)) == facts


def test_a_rule_is_overridden_where_it_fails_or_is_not_known_and_an_answer_of_ours_is_taken_back():
    assert may_be_overridden(rule("store_market", store={"country": "FR"}))
    assert may_be_overridden(rule("store_market", store={"country": None}))
    assert not may_be_overridden(rule("store_market"))
    ours = {"overrides": {"store_market": override("pass")}}
    assert may_be_overridden(rule("store_market", history=ours))


@pytest.mark.parametrize("rule_id", sorted(NOT_OVERRIDABLE))
def test_what_rests_on_a_recorded_fact_is_never_overridden(rule_id):
    assert not may_be_overridden(rule(rule_id, account=False, store={"set_up_at": None}))
