"""The status document keeps the shape of the contract and never rounds, guesses or leaks."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from receiver.documents.money import amount_text
from receiver.documents.sentences import HEADLINES, RULES, WARNINGS
from receiver.documents.status import status_document
from receiver.documents.words import rule_words
from receiver.domain.decision import Stage
from tests.factories import SETTLED, cash, decided, make_award

KEYS = {
    "": "store programme as_of stage verdict headline warnings rules account window spend tiers tier"
    " next_tier award",
    "store": "id country",
    "programme": "id title credit_expires",
    "account": "advertiser_id country currency timezone payment",
    "window": "anchor first_date last_date days_left state",
    "spend": "qualifying currency final final_through provisional excluded days",
    "next_tier": "threshold credit remaining per_day",
}


def test_the_document_has_the_contracts_keys():
    document = status_document(decided(spend=(cash("523.10", credit="20.00"),)))
    for part, keys in KEYS.items():
        assert set(document[part] if part else document) == set(keys.split())
    assert document["tier"] == {"threshold": "500.00", "credit": "500.00"}
    assert document["next_tier"]["per_day"] == "88.81"
    assert document["spend"]["excluded"] == [{"why": "ad_credit", "amount": "20.00"}]
    assert set(document["rules"][0]) == {"id", "outcome", "text", "next_step", "evidence"}
    assert set(document["rules"][0]["evidence"][0]) == {"fact", "value", "source", "read_at"}


def test_a_due_award_says_how_much_and_by_when():
    award = status_document(decided(SETTLED, spend=(cash("600.00"),)))["award"]
    assert award == {
        "id": None,
        "state": "due",
        "credit": "500.00",
        "currency": "USD",
        "decided_at": "2025-12-04T12:00:00Z",
        "due_by": "2025-12-08",
        "delivery": None,
        "reference": None,
        "flags": [],
    }


def test_a_recorded_award_is_shown_as_it_was_kept():
    kept = make_award(state="issued", delivery="code", reference="REF-1", flags=("restated",))
    shown = status_document(decided(SETTLED, award=kept))
    assert (shown["stage"], shown["award"]["reference"], shown["award"]["flags"]) == (
        "issued",
        "REF-1",
        ["restated"],
    )
    assert "$500.00" in shown["headline"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("500", "500.00"), ("499.9", "499.90"), ("499.995", "499.995"), ("0", "0.00"), ("1E+3", "1000.00")],
)
def test_amounts_have_two_decimals_or_more_and_are_never_rounded(amount, text):
    assert amount_text(Decimal(amount)) == text


def test_spend_that_cannot_be_placed_is_unknown_and_no_spend_is_zero():
    assert status_document(decided(account={"timezone": None}))["spend"]["qualifying"] is None
    assert status_document(decided(account=False))["spend"]["qualifying"] == "0.00"


def test_the_document_is_plain_json():
    document = status_document(decided(SETTLED, award=make_award(), spend=(cash("600.00"),)))
    assert json.loads(json.dumps(document)) == document


def test_every_stage_has_a_headline():
    assert set(HEADLINES) == {*Stage, "due.undated"}


def test_a_recorded_award_without_a_date_is_told_without_one():
    shown = status_document(decided(SETTLED, award=make_award(due_by=None)))
    assert shown["headline"] == "You earned $500.00 of ad credit."


SAMPLE = {
    **dict.fromkeys(("joined", "opens", "closes", "expires", "last_date"), date(2025, 11, 2)),
    **dict.fromkeys(("threshold", "qualifying", "prior_spend"), Decimal("499.995")),
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


def test_every_warning_has_words():
    assert set(WARNINGS) == {"window_outlives_credit"}
