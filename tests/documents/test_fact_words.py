"""What staff recorded is read in words, never as the name of a column."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from receiver.documents.fact_words import FACT_TITLES, fact_title, fact_value_words
from receiver.domain.rules import NOT_OVERRIDABLE, RULES
from receiver.domain.staff_facts import StaffFactName, override_name


def test_each_fact_has_a_title():
    assert set(FACT_TITLES) == set(StaffFactName) - {StaffFactName.OVERRIDE}


@pytest.mark.parametrize("rule_id", sorted(set(RULES) - NOT_OVERRIDABLE))
def test_an_answer_to_a_rule_is_called_by_the_rules_name(rule_id):
    title = fact_title(override_name(rule_id))
    assert title.startswith("Our answer to “")
    assert "_" not in title
    assert ":" not in title


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (override_name("store_market"), "pass", "met"),
        (override_name("store_market"), None, "taken back"),
        (StaffFactName.PAYMENT, "automatic", "automatically, by bills"),
        (StaffFactName.SAFETY_FLAG, None, "not known"),
        (StaffFactName.SAFETY_FLAG, True, "yes"),
        (StaffFactName.LINKED_AT, "2025-11-20T12:00:00Z", datetime(2025, 11, 20, 12, tzinfo=UTC)),
    ],
)
def test_a_value_is_read_in_words_and_a_moment_as_one(name, value, words):
    assert fact_value_words(name, value) == words
