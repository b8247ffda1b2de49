"""Tests of every rule, outcome by outcome, as the table of programme.md defines it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from receiver.domain.rules import RULES
from tests.factories import FIRST, OPEN, cash, decision_for, make_programme, override

LATER = datetime(2025, 11, 21, tzinfo=UTC)  # after OPEN: has not happened


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# TikTok's words for an account's status, beside STATUS_ENABLE.
REFUSED = [
    "STATUS_LIMIT",
    "STATUS_DISABLE",
    "STATUS_CONFIRM_FAIL",
    "STATUS_CONFIRM_FAIL_END",
    "STATUS_CONFIRM_MODIFY_FAIL",
]
IN_REVIEW = [
    "STATUS_PENDING_CONFIRM",
    "STATUS_PENDING_VERIFIED",
    "STATUS_PENDING_CONFIRM_MODIFY",
    "STATUS_WAIT_FOR_BPM_AUDIT",
    "STATUS_WAIT_FOR_PUBLIC_AUTH",
    "STATUS_SELF_SERVICE_UNAUDITED",
    "STATUS_CONTRACT_PENDING",
]
NEVER_OVERRIDDEN = ["spend_reached", "account_linked", "integration_set_up"]
IN_THE_PROGRAMMES_ORDER = [
    "programme_open",
    "admission",
    "integration_set_up",
    "first_set_up",
    "account_linked",
    "store_market",
    "account_market",
    "account_currency",
    "not_yet_advertising",
    "merchant_once",
    "account_once",
    "no_conflicting_promotion",
    "good_standing",
    "spend_reached",
    "credit_in_time",
]

STORE_CASES = [
    # programme_open: UTC dates, both ends included
    ("programme_open", {"store": {"joined_at": at("2025-07-01T00:00")}}, "pass"),
    ("programme_open", {"store": {"joined_at": at("2025-06-30T23:59")}}, "fail"),
    ("programme_open", {"store": {"joined_at": None}}, "unknown"),
    ("programme_open", {"store": {"joined_at": LATER}}, "unknown"),
    # admission
    ("admission", {"store": {"admitted": True}}, "pass"),
    ("admission", {"store": {"admitted": False}}, "pending"),
    ("admission", {"store": {"admitted": None}}, "unknown"),
    # integration_set_up: null is "not yet", never unknown
    ("integration_set_up", {}, "pass"),
    ("integration_set_up", {"store": {"set_up_at": None}}, "pending"),
    ("integration_set_up", {"store": {"set_up_at": LATER}}, "pending"),
    # first_set_up
    ("first_set_up", {"history": {"set_up_before": False}}, "pass"),
    ("first_set_up", {"history": {"set_up_before": True}}, "fail"),
    ("first_set_up", {"history": {"set_up_before": None}}, "unknown"),
    # store_market
    ("store_market", {"store": {"country": "US"}}, "pass"),
    ("store_market", {"store": {"country": "GB"}}, "pass"),
    ("store_market", {"store": {"country": "UK"}}, "pass"),
    ("store_market", {"store": {"country": "CA"}}, "fail"),
    ("store_market", {"store": {"country": None}}, "unknown"),
    # merchant_once
    ("merchant_once", {"history": {"merchant_awards": 0}}, "pass"),
    ("merchant_once", {"history": {"merchant_awards": 1}}, "fail"),
    ("merchant_once", {"history": {"merchant_awards": None}}, "unknown"),
]

ACCOUNT_CASES = [
    # account_linked
    ("account_linked", {}, "pass"),
    ("account_linked", {"account": False}, "pending"),
    ("account_linked", {"account": {"linked_at": None}}, "pending"),
    ("account_linked", {"account": {"linked_at": LATER}}, "pending"),
    ("account_linked", {"account": {"consent": False}}, "unknown"),
    ("account_linked", {"account": {"consent": None}}, "unknown"),
    # account_market
    ("account_market", {}, "pass"),
    ("account_market", {"account": {"country": "UK"}}, "pass"),
    ("account_market", {"account": {"country": "DE"}}, "fail"),
    ("account_market", {"account": {"country": None}}, "unknown"),
    ("account_market", {"account": False}, "pending"),
    # account_currency: its market's, nothing is converted
    ("account_currency", {}, "pass"),
    ("account_currency", {"account": {"country": "GB", "currency": "GBP"}}, "pass"),
    ("account_currency", {"account": {"country": "GB", "currency": "USD"}}, "unknown"),
    ("account_currency", {"account": {"currency": "EUR"}}, "unknown"),
    ("account_currency", {"account": {"currency": None}}, "unknown"),
    ("account_currency", {"account": {"country": "DE", "currency": "EUR"}}, "unknown"),
    ("account_currency", {"account": {"country": None}}, "unknown"),
    ("account_currency", {"account": False}, "pending"),
    # account_once: an advertiser fails, a Business Center is for staff
    ("account_once", {}, "pass"),
    ("account_once", {"history": {"account_awards": 1}}, "fail"),
    ("account_once", {"history": {"account_awards": 1, "business_center_awards": None}}, "fail"),
    ("account_once", {"history": {"business_center_awards": 2}}, "unknown"),
    ("account_once", {"history": {"account_awards": None}}, "unknown"),
    ("account_once", {"history": {"business_center_awards": None}}, "unknown"),
    ("account_once", {"account": False, "history": {"account_awards": 1}}, "pending"),
    # no_conflicting_promotion: only a foreign credit that was seen stops it
    ("no_conflicting_promotion", {}, "pass"),
    ("no_conflicting_promotion", {"history": {"foreign_credit_issued": False}}, "pass"),
    ("no_conflicting_promotion", {"history": {"foreign_credit_issued": True}}, "unknown"),
    ("no_conflicting_promotion", {"history": {"conflicting_promotion": True}}, "fail"),
    ("no_conflicting_promotion", {"history": {"conflicting_promotion": None}}, "unknown"),
    ("no_conflicting_promotion", {"account": False, "history": {"conflicting_promotion": True}}, "pending"),
    # good_standing
    ("good_standing", {}, "pass"),
    ("good_standing", {"history": {"safety_flag": True}}, "fail"),
    ("good_standing", {"account": False, "history": {"safety_flag": True}}, "fail"),
    ("good_standing", {"account": False, "history": {"policy_violation": True}}, "fail"),
    ("good_standing", {"account": False, "history": {"safety_flag": None}}, "pending"),
    ("good_standing", {"history": {"safety_flag": None}}, "unknown"),
    ("good_standing", {"history": {"policy_violation": None}}, "unknown"),
    ("good_standing", {"account": {"status": None}}, "unknown"),
    ("good_standing", {"account": {"status": "STATUS_NEVER_SEEN"}}, "unknown"),
    *(("good_standing", {"account": {"status": word}}, "fail") for word in REFUSED),
    *(("good_standing", {"account": {"status": word}}, "pending") for word in IN_REVIEW),
    (
        "good_standing",
        {"account": {"status": "STATUS_LIMIT"}, "history": {"safety_flag": None}},
        "fail",
    ),
    (
        "good_standing",
        {"account": {"status": "STATUS_PENDING_CONFIRM"}, "history": {"policy_violation": None}},
        "unknown",
    ),
]

OLD = {"created_at": at("2024-01-01T00:00")}
SPENT = {"prior_spend": Decimal("0.01")}
EARLIER_SPEND_CASES = [
    ({}, "pass"),  # created after joining: new, whatever it spent
    ({"account": {"created_at": at("2025-10-30T08:00")}, "history": SPENT}, "pass"),  # the same instant
    ({"account": {"created_at": at("2025-10-30T07:59")}, "history": SPENT}, "fail"),
    ({"account": OLD}, "pass"),
    ({"account": OLD, "history": SPENT}, "fail"),
    ({"account": OLD, "history": {"prior_spend": None}}, "unknown"),
    ({"account": OLD | {"linked_at": None}, "history": SPENT}, "pending"),
    ({"account": OLD | {"linked_at_exact": False}, "history": SPENT}, "unknown"),
    ({"account": OLD | {"linked_at_exact": None}, "history": SPENT}, "unknown"),
    ({"account": OLD | {"linked_at_exact": False}}, "pass"),
    ({"account": {"created_at": None}, "history": SPENT}, "unknown"),
    ({"account": {"created_at": None}}, "pass"),
    ({"store": {"joined_at": None}, "history": SPENT}, "unknown"),
    ({"account": {"created_at": LATER}, "history": SPENT}, "unknown"),
    ({"account": {"created_at": OPEN}, "history": SPENT}, "pass"),  # this very moment
    ({"account": {"linked_at": None}}, "pass"),  # new, though not linked yet
    ({"account": False}, "pending"),
]


@pytest.mark.parametrize(("rule", "parts", "outcome"), STORE_CASES + ACCOUNT_CASES)
def test_rule_answers(rule, parts, outcome):
    assert decision_for(**parts).outcome(rule) == outcome


@pytest.mark.parametrize(("parts", "outcome"), EARLIER_SPEND_CASES)
def test_earlier_spend_shuts_out_old_accounts_only_when_age_and_link_date_are_certain(parts, outcome):
    assert decision_for(**parts).outcome("not_yet_advertising") == outcome


def test_a_store_that_joined_after_the_end_fails_programme_open():
    late = decision_for(at("2026-01-05T00:00"), store={"joined_at": at("2026-01-01T00:00")})
    assert late.outcome("programme_open") == "fail"


@pytest.mark.parametrize(
    ("as_of", "zone", "outcome"),
    [
        ("2026-01-30T23:59", "UTC", "pass"),
        ("2026-01-31T00:00", "UTC", "fail"),
        ("2026-01-31T04:59", "America/New_York", "pass"),  # still the 30th in New York
        ("2026-01-31T05:00", "America/New_York", "fail"),
        ("2026-01-30T10:00", "Pacific/Kiritimati", "fail"),  # already the 31st there
        ("2026-01-15T00:00", None, "unknown"),
    ],
)
def test_credit_in_time_is_told_by_the_date_in_the_accounts_zone(as_of, zone, outcome):
    assert decision_for(at(as_of), account={"timezone": zone}).outcome("credit_in_time") == outcome


def test_without_an_account_credit_in_time_goes_by_utc():
    assert decision_for(at("2026-01-30T23:59"), account=False).outcome("credit_in_time") == "pass"
    assert decision_for(at("2026-01-31T00:00"), account=False).outcome("credit_in_time") == "fail"


def test_all_rules_are_listed_in_the_programmes_order_whatever_they_answer():
    assert [rule.id for rule in decision_for(account=False, store={"country": "FR"}).rules] == (
        IN_THE_PROGRAMMES_ORDER
    )


# -- Overrides ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(NEVER_OVERRIDDEN)))
@pytest.mark.parametrize("outcome", ["pass", "fail"])
def test_an_override_replaces_the_outcome_and_says_who_and_why(rule, outcome):
    decision = decision_for(history={"overrides": {rule: override(outcome)}})
    answer = next(answer for answer in decision.rules if answer.id == rule)
    assert answer.outcome == outcome
    assert [line.value for line in answer.evidence[-3:]] == [outcome, "seen by us", "ann@staff.example"]


@pytest.mark.parametrize("rule", NEVER_OVERRIDDEN)
def test_a_rule_that_rests_on_a_fact_of_staff_ignores_an_override(rule):
    parts = {"account": False, "store": {"set_up_at": None}}
    assert decision_for(history={"overrides": {rule: override()}}, **parts).outcome(rule) == "pending"


def test_an_overridden_currency_brings_the_thresholds_back():
    euro = {"account": {"currency": "EUR"}, "spend": (cash("600.00"),)}
    assert decision_for(**euro).outcome("spend_reached") == "unknown"
    overridden = decision_for(history={"overrides": {"account_currency": override()}}, **euro)
    assert overridden.outcome("spend_reached") == "pass"


def test_no_override_gives_a_threshold_to_a_country_that_is_no_market():
    overrides = {"account_currency": override(), "account_market": override()}
    decision = decision_for(
        account={"country": "DE"}, history={"overrides": overrides}, spend=(cash("600.00"),)
    )
    assert (decision.outcome("spend_reached"), decision.tier) == ("unknown", None)


# -- The verdict -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ({"spend": (cash("600.00"),)}, "qualified"),
        ({"spend": (cash("100.00"),)}, "on_track"),
        ({"spend": (cash("600.00"),), "account": {"consent": False}}, "unknown"),
        ({"spend": (cash("100.00"),), "account": {"consent": None}}, "unknown"),
        ({"account": {"consent": None}, "store": {"country": "FR"}}, "ineligible"),
    ],
)
def test_the_verdict_puts_fail_before_unknown_before_pending(parts, verdict):
    assert decision_for(**parts).verdict == verdict


@pytest.mark.parametrize("missing", ["set_up_before", "merchant_awards", "account_awards", "safety_flag"])
def test_nothing_unknown_is_ever_qualified(missing):
    assert decision_for(history={missing: None}, spend=(cash("600.00"),)).verdict == "unknown"


# -- The warning -------------------------------------------------------------------------------


def test_a_window_that_outlives_the_credit_warns_from_its_first_day():
    terms = make_programme(credit_expires=datetime(2025, 12, 3, tzinfo=UTC).date())
    first_day = datetime(2025, 11, 2, 20, tzinfo=UTC)
    decision = decision_for(first_day, terms, spend=(cash("10.00", FIRST),))
    assert decision.outcome("credit_in_time") == "pending"
    assert [warning.id for warning in decision.warnings] == ["window_outlives_credit"]


def test_a_window_final_on_the_credits_last_date_is_in_time():
    # New York's 1 December is final on 4 December at noon.
    terms = make_programme(credit_expires=datetime(2025, 12, 4, tzinfo=UTC).date())
    assert decision_for(OPEN, terms, spend=(cash("10.00"),)).outcome("credit_in_time") == "pass"


def test_the_highest_tier_reached_needs_no_warning():
    terms = make_programme(credit_expires=datetime(2025, 12, 3, tzinfo=UTC).date())
    decision = decision_for(OPEN, terms, spend=(cash("5000.00"),))
    assert (decision.outcome("credit_in_time"), decision.warnings, decision.stage) == ("pass", (), "due")
