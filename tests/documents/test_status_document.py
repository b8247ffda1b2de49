"""The status document keeps the shape of the contract and never rounds, guesses or leaks."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from receiver.documents.changes import changes_of_answer
from receiver.documents.facts import facts_document, read_facts
from receiver.documents.money import amount_text
from receiver.documents.status import status_document
from receiver.domain.facts import Payment
from receiver.i18n.sentences import HEADLINES, MEANWHILE, RULES, USED
from receiver.i18n.words import rule_words
from tests.factories import OPEN, SETTLED, cash, decision_for, make_award, make_facts

KEYS = {
    "": "store programme as_of stage verdict headline next_step warnings troubles rules account window spend"
    " tiers tier next_tier pace admission award",
    "store": "id country",
    "programme": "id title terms_url credit_expires offer",
    "account": "advertiser_id country currency timezone payment read_at",
    "window": "anchor first_date last_date days_left state bills_until",
    "spend": "qualifying currency final final_through provisional excluded days read_at",
    "next_tier": "threshold credit remaining per_day needs by text",
    "pace": "per_day days tier on text",
}


def test_the_document_has_the_contracts_keys():
    document = status_document(decision_for(spend=(cash("523.10", credit="20.00"),)))
    for part, keys in KEYS.items():
        assert set(document[part] if part else document) == set(keys.split())
    assert document["tier"] == {"threshold": "500.00", "credit": "500.00"}
    assert document["next_tier"]["per_day"] == "88.81"
    assert document["spend"]["excluded"] == [{"why": "ad_credit", "amount": "20.00"}]
    assert set(document["rules"][0]) == {"id", "outcome", "text", "next_step", "evidence"}
    assert set(document["rules"][0]["evidence"][0]) == {"fact", "value", "source", "read_at"}


def test_a_due_award_says_how_much_and_by_when():
    award = status_document(decision_for(SETTLED, spend=(cash("600.00"),)))["award"]
    assert award == {
        "id": None,
        "state": "due",
        "credit": "500.00",
        "currency": "USD",
        "decided_at": "2025-12-04T12:00:00Z",
        "due_by": "2025-12-08",
        "overdue": False,
        "delivery": None,
        "reference": None,
        "flags": [],
        "cleared_flags": {},
        "credited_at": None,
        "remaining": None,
        "block_cause": None,
        "used": USED["manual"],
    }


def test_a_recorded_award_is_shown_as_it_was_kept():
    award = make_award(state="issued", delivery="code", reference="REF-1", flags=("restated",))
    document = status_document(decision_for(SETTLED, award=award))
    assert (document["stage"], document["award"]["reference"], document["award"]["flags"]) == (
        "issued",
        "REF-1",
        ["restated"],
    )
    assert "$500.00" in document["headline"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("500", "500.00"), ("499.9", "499.90"), ("499.995", "499.995"), ("0", "0.00"), ("1E+3", "1000.00")],
)
def test_amounts_have_two_decimals_or_more_and_are_never_rounded(amount, text):
    assert amount_text(Decimal(amount)) == text


def test_spend_that_cannot_be_placed_is_unknown():
    assert status_document(decision_for(account={"timezone": None}))["spend"]["qualifying"] is None


@pytest.mark.parametrize("account", [False, {"consent": None}])
def test_without_the_advertisers_consent_there_is_neither_account_nor_spend(account):
    document = status_document(decision_for(account=account, spend=(cash("600.00"),)))
    assert (document["account"], document["spend"]) == (None, None)


def test_an_account_whose_consent_was_withdrawn_stays_as_it_was_last_read():
    document = status_document(decision_for(account={"consent": False}, spend=(cash("600.00"),)))
    assert document["account"]["advertiser_id"] == "7001"
    assert document["spend"]["qualifying"] == "600.00"


def test_a_store_that_only_names_an_account_is_told_to_connect_tiktok_first():
    document = status_document(decision_for(account=False, claimed_account="7001"))
    assert document["headline"] == HEADLINES["awaiting_link.claimed"].text
    next_steps = {rule["next_step"] for rule in document["rules"] if rule["outcome"] == "pending"}
    assert next_steps == {RULES["account_linked.pending.claimed"].next_step}


def test_a_date_that_was_bounded_is_shown_beside_what_the_store_asserted():
    claimed = datetime(2025, 9, 1, tzinfo=UTC)
    document = status_document(decision_for(claimed_dates={"account.linked_at": claimed}))
    rule = next(rule for rule in document["rules"] if rule["id"] == "account_linked")
    evidence = {line["fact"]: (line["value"], line["source"]) for line in rule["evidence"]}
    assert evidence["linked, as the store says"] == ("2025-09-01T00:00:00Z", "companion plugin")


def test_the_document_is_plain_json():
    document = status_document(decision_for(SETTLED, award=make_award(), spend=(cash("600.00"),)))
    assert json.loads(json.dumps(document)) == document


# -- How a credit is used ------------------------------------------------------------------------


@pytest.mark.parametrize("payment", Payment)
@pytest.mark.parametrize("state", ["due", "issued", "credited"])
def test_an_award_says_how_the_credit_will_be_used_by_an_account_that_pays_so(state, payment):
    document = status_document(
        decision_for(SETTLED, account={"payment": payment}, award=make_award(state=state))
    )
    assert document["award"]["used"] == USED[payment]


def test_without_an_account_an_award_says_both_ways_the_credit_may_be_used():
    document = status_document(decision_for(SETTLED, account=False, award=make_award(state="credited")))
    assert document["award"]["used"] == USED["unknown"]


@pytest.mark.parametrize("state", ["expired", "blocked"])
def test_a_credit_that_cannot_be_used_has_no_such_sentence(state):
    assert status_document(decision_for(SETTLED, award=make_award(state=state)))["award"]["used"] is None


@pytest.mark.parametrize("state", ["due", "expired"])
def test_the_award_shown_is_the_award_a_facts_document_takes(state):
    award = make_award(state=state, delivery="code", reference="REF-1", flags=("restated",))
    award_document = status_document(decision_for(SETTLED, award=award))["award"]
    document = facts_document(make_facts(), "woocommerce-2025", SETTLED)
    assert read_facts({**document, "award": award_document}).facts.award == award


def test_another_sentence_on_how_a_credit_is_used_is_no_other_answer():
    award = make_award(state="credited")
    manual = status_document(decision_for(SETTLED, award=award))
    changed = {**manual, "award": {**manual["award"], "used": USED["automatic"]}}
    assert changes_of_answer(manual, changed) == []
    assert changes_of_answer(manual, {**manual, "award": {**manual["award"], "reference": "REF-2"}}) != []


def test_an_award_given_as_a_code_says_which_to_redeem():
    code = make_award(state="issued", delivery="code", reference="REF-1")
    assert "REF-1" in status_document(decision_for(SETTLED, award=code))["next_step"]
    applied = make_award(state="issued", delivery="applied", reference="REF-1")
    assert "REF-1" not in status_document(decision_for(SETTLED, award=applied))["next_step"]


# -- Steps that would be for nothing -------------------------------------------------------------

WAITS = {"spend": (cash("10.00"),)}  # for more spend


@pytest.mark.parametrize(
    ("stage", "as_of", "parts"),
    [
        ("programme_over", datetime(2026, 1, 31, 5, tzinfo=UTC), {}),
        ("ended", SETTLED, {**WAITS, "account": {"status": "STATUS_PENDING_CONFIRM"}}),
        ("expired", SETTLED, {"account": False, "award": make_award(state="expired")}),
        ("ineligible", OPEN, {**WAITS, "store": {"country": "FR"}}),
        ("blocked", OPEN, {**WAITS, "history": {"safety_flag": True}}),
    ],
)
def test_nobody_is_told_to_go_on_where_that_earns_nothing(stage, as_of, parts):
    document = status_document(decision_for(as_of, **parts))
    assert document["stage"] == stage
    next_steps = {rule["next_step"] for rule in document["rules"] if rule["outcome"] == "pending"}
    assert next_steps == {MEANWHILE[stage]}


def test_on_the_line_each_rule_says_its_own_next_step():
    document = status_document(decision_for(**WAITS, account={"status": "STATUS_PENDING_CONFIRM"}))
    steps = {rule["next_step"] for rule in document["rules"] if rule["outcome"] == "pending"}
    assert steps == {
        RULES["spend_reached.pending.open"].next_step,
        RULES["good_standing.pending.review"].next_step,
    }


def test_an_offer_that_is_over_says_in_each_place_that_the_store_is_not_at_fault():
    over = status_document(decision_for(datetime(2026, 1, 31, 5, tzinfo=UTC)))
    late = datetime(2026, 1, 5, tzinfo=UTC)
    joined_late = status_document(decision_for(late, store={"joined_at": late}))
    for document, rule_id in ((over, "credit_in_time"), (joined_late, "programme_open")):
        rule = next(rule for rule in document["rules"] if rule["id"] == rule_id)
        assert (document["stage"], rule["outcome"]) == ("programme_over", "fail")
        assert "Nothing is wrong with your store." in document["headline"]
        assert "Nothing is wrong with your store." in rule["next_step"]


# -- Sentences -----------------------------------------------------------------------------------


def test_a_recorded_award_without_a_date_is_told_without_one():
    document = status_document(decision_for(SETTLED, award=make_award(due_by=None)))
    assert document["headline"] == "You earned $500.00 of ad credit."


SAMPLE = {
    "advertiser": "7001",
    **dict.fromkeys(("joined", "opens", "closes", "expires", "last_date"), date(2025, 11, 2)),
    **dict.fromkeys(("by", "bills_until", "credit_by"), date(2025, 11, 2)),
    **dict.fromkeys(("threshold", "qualifying", "prior_spend", "refunded", "net"), Decimal("499.995")),
    "rule": "store_market",
    "at": datetime(2025, 11, 2, tzinfo=UTC),
    "markets": ["US", "GB"],
    "country": "FR",
    "currency": "USD",
    "expected": "GBP",
    "days": 90,
    "status": "STATUS_LIMIT",
    "reason": "seen",
    "by": "ann",
}


@pytest.mark.parametrize("reason", sorted(RULES))
def test_every_sentence_can_be_said(reason):
    text, next_step = rule_words(reason, SAMPLE)
    assert text.endswith((".", "seen"))
    assert "{" not in text + (next_step or "")


def test_sentences_never_round_up_to_a_threshold():
    assert "$499.995" in rule_words("spend_reached.pending.open", SAMPLE).text
