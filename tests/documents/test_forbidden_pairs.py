"""Over generated facts no status document holds a forbidden pair; each pair finds the document that would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.documents.status import status_document
from receiver.domain.decision import decide
from receiver.domain.facts import ConsentLoss, DaySpend, Facts, LostSignals, Payment, as_known_at
from receiver.domain.troubles import ADVICE
from tests.domain.situations import DAY, Situation, situations
from tests.factories import FIRST, OPEN, bill, cash, make_award, make_facts, seed_programme
from tests.forbidden_pairs import PAIRS, violations

UNREAD = DaySpend(FIRST, Decimal(140), None, None, None)
# One fact that is not known, or one thing that went wrong.
GAPS: list[dict[str, dict[str, Any]]] = [
    {"store": {"country": None}},
    {"store": {"joined_at": None}},
    {"store": {"admitted": None}},
    {"store": {"set_up_at": None}},
    {"account": {"country": None}},
    {"account": {"currency": None}},
    {"account": {"timezone": None}},
    {"account": {"created_at": None}},
    {"account": {"linked_at": None}},
    {"account": {"linked_at_exact": None}},
    {"account": {"status": None}},
    {"account": {"status": "STATUS_NEW"}},
    {"account": {"consent": None}},
    *({"account": {"consent": False, "consent_lost": loss}} for loss in ConsentLoss),
    *({"account": {"consent": None, "consent_lost": loss}} for loss in ConsentLoss),
    {"history": {"set_up_before": None}},
    {"history": {"prior_spend": None}},
    {"history": {"merchant_awards": None}},
    {"history": {"account_awards": None}},
    {"history": {"business_center_awards": None}},
    {"history": {"conflicting_promotion": None}},
    {"history": {"policy_violation": None}},
    {"history": {"safety_flag": None}},
    {"history": {"safety_flag": True}},
]
LOSSES = st.sampled_from([None, *LostSignals])
LATER = st.sampled_from([0, 1, 7, 40, 90, 1500])
AWARDS = st.sampled_from(
    [None] * 3
    + [make_award(state=state) for state in ("due", "issued", "credited", "expired", "blocked")]
    + [make_award(flags=("spend_restated",))]
)


def with_gaps(facts: Facts, gaps: list[dict[str, dict[str, Any]]]) -> Facts:
    for gap in gaps:
        for part, changes in gap.items():
            facts = replace(facts, **{part: replace(getattr(facts, part), **changes)})
    return facts


def violations_of(situation: Situation) -> list[str]:
    decision = situation.decide()
    facts = as_known_at(situation.facts, situation.as_of)
    return violations(facts, decision, status_document(decision))


@settings(max_examples=400)
@given(
    situations(),
    st.lists(st.sampled_from(GAPS), max_size=3),
    LOSSES,
    AWARDS,
    LATER,
    st.sets(st.integers(0, 30), max_size=4),
    st.booleans(),
)
def test_no_document_says_what_its_facts_forbid(situation, gaps, loss, award, later, unsplit, doubt):
    facts = with_gaps(situation.facts, gaps)
    rows = tuple(
        row._replace(cash_spend=None, billed_cost=None, voucher_spend=None) if n in unsplit else row
        for n, row in enumerate(facts.spend)
    )
    bills = (*facts.payments, bill(None, situation.as_of)) if doubt else facts.payments
    award = award and replace(
        award, decided_at=situation.as_of - DAY, due_by=situation.as_of.date() + 6 * DAY
    )
    facts = replace(facts, spend=rows, payments=bills, lost_signals=loss, award=award)
    assert violations_of(replace(situation, facts=facts, as_of=situation.as_of + later * DAY)) == []


@given(situations())
def test_no_document_without_an_account_says_what_its_facts_forbid(situation):
    assert violations_of(situation.but(account=None, spend=(), payments=())) == []


# -- Each right value that was wrong once ----------------------------------------------------------

AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)


def decide_document(as_of: datetime = OPEN, **parts: Any) -> dict[str, Any]:
    return status_document(decide(make_facts(**parts), seed_programme(), as_of))


def troubles_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the troubles of a document and who must act, without advice."""
    return [(item["id"], item["who"]) for item in document["troubles"] if item["id"] not in ADVICE]


def test_while_the_cash_split_is_missing_the_amount_is_unknown_and_the_headline_says_why():
    document = decide_document(NOON, spend=(UNREAD,))
    assert document["spend"]["qualifying"] is None
    assert document["stage"] == "awaiting_spend"
    assert document["headline"] == "Your TikTok ad account spends; how much of that counts is not known yet."
    assert {rule["outcome"] for rule in document["rules"] if rule["id"] == "spend_reached"} == {"pending"}


def test_without_a_time_zone_the_amount_is_unknown_and_the_headline_says_why():
    document = decide_document(spend=(cash("600.00"),), account={"timezone": None})
    assert (document["spend"]["qualifying"], document["tier"], document["next_tier"]) == (None, None, None)
    assert "time zone" not in document["spend"]
    assert document["headline"].endswith("what counts is not known yet, because its time zone is not.")


def test_a_bill_in_doubt_makes_the_amount_unknown_and_never_final():
    spent = {"spend": (cash("600.00"),), **AUTOMATIC, "payments": (bill("550.00", OPEN), bill(None, OPEN))}
    document = decide_document(OPEN + 60 * DAY, **spent)
    assert (document["spend"]["qualifying"], document["spend"]["final"]) == (None, False)
    assert document["spend"]["excluded"] == []
    assert [(item["id"], item["who"]) for item in document["troubles"]] == [
        ("award_held", "staff"),
        ("bill_unreadable", "staff"),
    ]


@pytest.mark.parametrize("loss", LostSignals)
def test_a_store_whose_messages_were_lost_is_not_told_that_it_is_not_set_up(loss):
    document = decide_document(store={"set_up_at": None}, account=False, lost_signals=loss)
    outcomes = {rule["id"]: rule["outcome"] for rule in document["rules"]}
    assert (outcomes["integration_set_up"], outcomes["account_linked"]) == ("unknown", "unknown")
    assert (document["stage"], document["verdict"]) == ("awaiting_setup", "unknown")
    assert document["headline"].startswith("We do not know whether the TikTok integration is set up")
    actor = "merchant" if loss is LostSignals.OUTDATED else "staff"
    assert troubles_of(document) == [(f"signals_{loss}", actor)]


@pytest.mark.parametrize(
    ("loss", "trouble", "word"),
    [
        (ConsentLoss.WITHDRAWN, "consent_withdrawn", "withdrawn"),
        (ConsentLoss.EXPIRED, "consent_expired", "expired"),
        (ConsentLoss.UNREACHABLE, "account_unreachable", "does not reach"),
        (ConsentLoss.MISSING, "account_missing", "does not exist"),
    ],
)
def test_each_way_to_lose_access_has_its_own_sentence_and_trouble(loss, trouble, word):
    document = decide_document(account={"consent": None, "consent_lost": loss}, spend=(cash("10.00"),))
    linked = next(rule for rule in document["rules"] if rule["id"] == "account_linked")
    assert (linked["outcome"], word in linked["text"]) == ("unknown", True)
    assert [(item["id"], item["who"]) for item in document["troubles"]] == [(trouble, "merchant")]
    assert [item["id"] for item in document["warnings"]] == [trouble]
    assert document["spend"]["qualifying"] == "10.00"


def test_what_our_staff_gave_back_is_no_trouble_of_anybodys():
    document = decide_document(
        account={"consent": False, "consent_lost": ConsentLoss.RETURNED}, spend=(cash("1.00"),)
    )
    assert document["troubles"] == []
    assert "our team gave the authorization back" in str(document["rules"])


def test_where_access_is_lost_the_next_step_of_what_is_unknown_is_to_connect_and_not_to_wait():
    document = decide_document(account={"consent": False, "country": None})
    market = next(rule for rule in document["rules"] if rule["id"] == "account_market")
    assert market["next_step"] == "Connect TikTok again, so that we can read your spend."


def test_a_block_of_staff_is_not_told_as_one_for_safety():
    assert (
        "safety" not in decide_document(award=make_award(state="blocked"), as_of=OPEN + 30 * DAY)["headline"]
    )
    assert "for safety reasons" in decide_document(history={"safety_flag": True})["headline"]


def test_an_offer_that_is_over_comforts_no_store_that_failed_another_rule():
    over = datetime(2026, 2, 1, tzinfo=UTC)
    assert "did not qualify" in decide_document(over, store={"country": "FR"})["headline"]
    assert "no tier was reached" in decide_document(over, spend=(cash("10.00"),))["headline"]
    assert "Nothing is wrong with your store" in decide_document(over)["headline"]


def test_a_word_of_tiktoks_that_is_new_to_us_is_said_and_reaches_staff():
    document = decide_document(account={"status": "STATUS_ODD"})
    rule = next(rule for rule in document["rules"] if rule["id"] == "good_standing")
    assert (rule["outcome"], "STATUS_ODD" in rule["text"]) == ("unknown", True)
    assert troubles_of(document) == [("status_unknown", "staff")]


def test_a_credit_that_arrived_and_then_expired_says_when_it_arrived():
    arrived = OPEN + timedelta(days=20)
    award = make_award(state="expired", credited_at=arrived, due_by=None)
    document = decide_document(datetime(2026, 2, 1, tzinfo=UTC), award=award)
    assert (document["stage"], document["award"]["credited_at"]) == ("expired", "2025-12-10T12:00:00Z")


# -- The table itself ------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unknown spend -> an amount, a tier or final": (
        {"account": {"timezone": None}},
        {"spend": {"qualifying": "0.00", "final": False, "days": []}},
    ),
    "no consent -> figures": ({"account": {"consent": None}}, {"account": {"country": "US"}}),
    "nothing to earn -> next tier or spend more": (
        {"history": {"safety_flag": True}},
        {"next_tier": {"threshold": "500.00"}},
    ),
    "access lost -> nobody is told": ({"account": {"consent": False}}, {"troubles": [], "warnings": []}),
    "warning -> not among the troubles": (
        {"account": {"consent": False}},
        {"troubles": [{"id": "odd", "who": "x"}]},
    ),
    "the credit's end -> a promise after it": ({}, {"window": {"bills_until": "2026-01-31"}}),
    "a tier that is not credited -> its date": (
        {},
        {"tiers": [{"credit_by": "2025-12-08", "seen_on": "2025-11-03"}] * 2},
    ),
    "nothing more to reach -> a pace": ({}, {"pace": {"tier": None, "on": "2025-11-19"}}),
    "past date or nothing to earn -> a notice": ({"spend": (cash("450.00"),)}, {"next_tier": None}),
    "credit not there -> what is left of it": (
        {},
        {"award": {"id": None, "state": "issued", "remaining": "0.00", "due_by": None}},
    ),
}


@pytest.mark.parametrize("pair", WRONG)
def test_a_pair_finds_the_document_that_holds_it(pair):
    parts, spoilt = WRONG[pair]
    facts = make_facts(**parts)
    decision = decide(facts, seed_programme(), OPEN)
    document = status_document(decision)
    assert violations(facts, decision, document) == []
    assert pair in violations(facts, decision, {**document, **spoilt})


RULES_THAT_DECIDE = [
    ("unknown fact -> pass or fail", {"store": {"country": None}}, "store_market"),
    ("unknown status -> good standing", {"account": {"status": None}}, "good_standing"),
    (
        "earlier spend not read -> quiet",
        {"account": {"created_at": None}, "history": {"prior_spend": None}},
        "not_yet_advertising",
    ),
]


@pytest.mark.parametrize(("pair", "parts", "rule"), RULES_THAT_DECIDE)
def test_a_pair_finds_the_rule_that_answers_without_its_fact(pair, parts, rule):
    facts = make_facts(**parts)
    decision = decide(facts, seed_programme(), OPEN)
    document = status_document(decision)
    rules = [{**item, "outcome": "pass"} if item["id"] == rule else item for item in document["rules"]]
    assert pair in violations(facts, decision, {**document, "rules": rules})


def test_the_pairs_of_words_and_dates_find_what_they_forbid():
    facts = make_facts(spend=(UNREAD,))
    decision = decide(facts, seed_programme(), NOON)
    document = status_document(decision)
    zero = {**document, "spend": {**document["spend"], "qualifying": "0.00"}}
    assert "spend not split yet -> none counts" in violations(facts, decision, zero)

    facts = make_facts(spend=(cash("5.00"),))
    decision = decide(facts, seed_programme(), OPEN)
    document = status_document(decision)
    days = [{**day, "qualifying": day["qualifying"] or "0.00"} for day in document["spend"]["days"]]
    filled = {**document, "spend": {**document["spend"], "days": days}}
    assert "a date not read -> zero" in violations(facts, decision, filled)

    late = datetime(2025, 12, 20, tzinfo=UTC)
    facts = make_facts(award=make_award())
    decision = decide(facts, seed_programme(), late)
    document = status_document(decision)
    promised = {**document, "award": {**document["award"], "overdue": False}}
    assert "past date -> promise" in violations(facts, decision, promised)

    facts = make_facts(store={"country": "FR"})
    decision = decide(facts, seed_programme(), datetime(2026, 2, 1, tzinfo=UTC))
    document = status_document(decision)
    comforted = {**document, "headline": decide_document(datetime(2026, 2, 1, tzinfo=UTC))["headline"]}
    assert "another rule fails -> nothing is wrong" in violations(facts, decision, comforted)

    facts = make_facts(account={"consent": False, "consent_lost": ConsentLoss.EXPIRED})
    decision = decide(facts, seed_programme(), OPEN)
    blamed = decide_document(account={"consent": False})
    assert "another cause -> withdrawn" in violations(facts, decision, blamed)


def test_every_pair_was_seen_to_find_something():
    pairs = {*WRONG, *(pair for pair, _, _ in RULES_THAT_DECIDE)}
    pairs |= {
        "spend not split yet -> none counts",
        "a date not read -> zero",
        "past date -> promise",
        "another rule fails -> nothing is wrong",
        "another cause -> withdrawn",
    }
    assert pairs == set(PAIRS)
