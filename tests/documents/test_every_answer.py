"""From facts to words: whatever the domain can answer is told whole, and no sentence waits for nothing."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given

from receiver.documents.review import review_document
from receiver.documents.status import status_document
from receiver.documents.troubles import staff_words
from receiver.domain import connection_attempts, consent, rules, store_webhooks, troubles
from receiver.domain.decision import Decision, Stage, decide
from receiver.domain.facts import Outcome, Payment, Source
from receiver.domain.reviews import ReviewAnswer, ReviewSummary
from receiver.i18n import words
from receiver.i18n.languages import LANGUAGES
from receiver.i18n.sentences import (
    CONNECT,
    CONSENT,
    PERMISSIONS,
    PROGRESS,
    RULES,
    SHOP_TROUBLES,
    TROUBLES,
    WARNINGS,
    WEBHOOK_TROUBLES,
)
from receiver.web.connect.pages import ConnectPage, ConsentPage
from tests.documents.test_headlines import ADVICE_CASES, HEADLINE_CASES
from tests.documents.test_languages import ENGLISH, FILLED
from tests.domain.situations import DAY, Situation, situations
from tests.domain.test_decision import STAGES
from tests.domain.test_reasons import REASONS
from tests.factories import (
    JOINED,
    LINKED,
    OPEN,
    SETTLED,
    cash,
    decision_for,
    make_award,
    make_facts,
    seed_programme,
)
from wp_bridge.errors import StoreTrouble

# Where nobody can do anything: stages and message ids, each with the reason.
NOTHING_TO_DO = {"expired": "the credit's end has passed, and no review brings it back"}

AWARDS = [
    *(make_award(state=state) for state in ("due", "issued", "credited", "expired", "blocked")),
    make_award(due_by=None),
    make_award(state="issued", delivery="code", reference="REF-1"),
]
CLAIMED = make_facts(account=False, claimed_account="7001")
AFTER = datetime(2026, 2, 1, tzinfo=UTC)  # the credit has expired
LATE_ENDED = make_facts(spend=(cash("10.00"),))
ALREADY_OVER = [  # while a rule still waits
    make_facts(account=False, award=make_award(state="expired")),
    make_facts(account={"status": "STATUS_PENDING_CONFIRM"}, spend=(cash("10.00"),)),
]


@cache
def all_decisions() -> tuple[Decision, ...]:
    """Decide the tables of the tests: every reason, every stage, every headline, awards in every state."""
    by_reason = [decision_for(as_of, terms, **parts) for as_of, terms, _, parts, _ in REASONS]
    by_stage = [decision_for(as_of, **parts) for as_of, parts, _ in STAGES]
    by_award = [
        decision_for(SETTLED, award=award, account={"payment": payment})
        for award in AWARDS
        for payment in Payment
    ]
    by_end = [decide(facts, seed_programme(), SETTLED) for facts in ALREADY_OVER]
    after = [
        decide(facts, seed_programme(), AFTER) for facts in (LATE_ENDED, make_facts(store={"country": "FR"}))
    ]
    claimed = decide(CLAIMED, seed_programme(), OPEN)
    by_headline = [
        decision_for(as_of, **parts)
        for as_of, parts in [*((day, parts) for _, day, parts in HEADLINE_CASES), *ADVICE_CASES]
    ]
    return *by_reason, *by_stage, *by_award, *by_end, *after, claimed, *by_headline


def sentences_of(document: dict[str, Any]) -> Iterator[str]:
    """Yield every sentence of a status document."""
    for part in (document, *document["warnings"], *document["rules"]):
        yield from filter(None, (part.get("headline"), part.get("text"), part["next_step"]))
    if document["award"] and document["award"]["used"]:
        yield document["award"]["used"]


def assert_whole_sentences(decision: Decision, language: str) -> None:
    document = status_document(decision, Locale(language))
    for text in sentences_of(document):
        assert text == text.strip() != ""
        assert not [sign for sign in ("{", "}", "None") if sign in text], text
    assert document["headline"]
    assert document["next_step"] or document["stage"] in NOTHING_TO_DO
    for warning in document["warnings"]:
        assert warning["text"]
        assert warning["next_step"]
    for rule, answer in zip(document["rules"], decision.rules, strict=True):
        assert rule["text"]
        settled = rule["outcome"] == Outcome.PASS or answer.reason in NOTHING_TO_DO
        assert (rule["next_step"] is None) == settled, answer.reason


def assert_evident(document: dict[str, Any]) -> None:
    for rule in document["rules"]:
        assert rule["evidence"]
        for line in rule["evidence"]:
            assert set(line) == {"fact", "value", "source", "read_at"}
            assert line["fact"].strip()
            assert line["source"] in list(Source)
            assert line["read_at"] is None or datetime.fromisoformat(line["read_at"]).tzinfo
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_told_in_whole_sentences_with_what_to_do_next(language):
    for decision in all_decisions():
        assert_whole_sentences(decision, language)


def test_every_answer_shows_its_evidence():
    for decision in all_decisions():
        assert_evident(status_document(decision))


@given(situations())
def test_whatever_the_facts_the_answer_is_told_whole_with_its_evidence(situation: Situation):
    decision = situation.decide()
    assert_whole_sentences(decision, "en")
    assert_evident(status_document(decision))


def test_the_tables_bring_about_every_answer():
    decisions = all_decisions()
    assert {decision.stage for decision in decisions} == set(Stage)
    assert {warning.id for decision in decisions for warning in decision.warnings} == set(WARNINGS)
    assert {rule.reason for decision in decisions for rule in decision.rules} == set(RULES)


PAGES = (
    "site.",
    "error.",
    "consent.",
    "permission.",
    "connect.",
    "place.",
    "shop_trouble.",
    "webhook_trouble.",
    "clock.",
    "trouble.",
    "rule.",
    *PROGRESS,
)
# Of sentences that no document holds.
BESIDE_DOCUMENTS = (":history", ":notice", ":mail", ":mail_page", ":letter")


def test_every_sentence_is_shown_for_some_facts_and_no_other(monkeypatch):
    monkeypatch.setattr(words, "translate", lambda message_id, english, locale: message_id)
    message_ids = {text for decision in all_decisions() for text in sentences_of(status_document(decision))}
    for answer in (None, *ReviewAnswer):
        answered_at, reason = (LINKED, "seen") if answer else (None, None)
        message_ids.add(review_document(ReviewSummary("rv_1", JOINED, answer, answered_at, reason))["text"])
    pages = {name for name in ENGLISH if name.startswith(PAGES) or name.endswith(BESIDE_DOCUMENTS)}
    assert {name for name in message_ids if not name.startswith(PAGES)} == set(ENGLISH) - pages


def test_every_end_of_a_connection_attempt_and_every_trouble_has_its_page_and_no_page_is_left_over():
    ends = set(connection_attempts.ConnectionOutcome)
    assert set(ConnectPage) > ends - {connection_attempts.ConnectionOutcome.REFUSED}  # shown by its trouble
    assert set(CONNECT) == set(ConnectPage)
    assert set(SHOP_TROUBLES) == set(StoreTrouble)
    assert set(WEBHOOK_TROUBLES) == {store_webhooks.WebhookProblem.PAUSED, store_webhooks.WebhookProblem.MUTE}


def test_every_trouble_has_its_words_for_the_merchant_and_for_staff():
    for trouble in troubles.TROUBLES:
        assert words.trouble_words(trouble, {**FILLED, "skew": DAY}).text
        if trouble not in troubles.ADVICE:
            assert all(staff_words(trouble))
    assert {item.removesuffix(".at") for item in TROUBLES} < set(troubles.TROUBLES)
    assert {f"store_{item}" for item in SHOP_TROUBLES} < set(troubles.TROUBLES)
    assert {f"webhook_{item}" for item in WEBHOOK_TROUBLES} < set(troubles.TROUBLES)


def test_every_end_of_a_consent_has_its_page_and_no_page_is_left_over():
    assert set(CONSENT) == {*consent.ConsentOutcome, *consent.FlowError, *ConsentPage}
    assert set(PERMISSIONS) == set(consent.Permission)


def test_every_exception_is_one_that_happens():
    reached = {rule.reason for decision in all_decisions() for rule in decision.rules}
    assert set(NOTHING_TO_DO) <= reached | set(Stage)


def test_every_why_written_in_the_rules_has_a_sentence():
    # Catches a new Finding that no table reaches yet.
    tree = ast.parse(Path(rules.__file__).read_text(encoding="utf-8"))
    whys = {
        word.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding" and len(call.args) > 1
        for word in ast.walk(call.args[1])
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }
    assert len(whys) > 20
    assert whys - {""} <= {".".join(reason.split(".")[2:]) for reason in RULES}


def test_every_rule_can_say_each_outcome_it_names():
    assert {reason.split(".")[0] for reason in RULES} - {"override"} == set(rules.RULES)
    assert {reason.split(".")[1] for reason in RULES} == set(Outcome)
