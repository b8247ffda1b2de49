"""Each headline is the one for its facts: what stands there, what comes, and the step that helps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from receiver.documents.status import status_document
from receiver.domain.awards import BlockCause
from receiver.domain.decision import Stage
from receiver.domain.facts import ConsentLoss, DaySpend, LostSignals, Payment
from receiver.i18n import words
from receiver.i18n.sentences import HEADLINES, MEANWHILE, RULES
from tests.factories import (
    FIRST,
    OPEN,
    SETTLED,
    bill,
    cash,
    decision_for,
    make_award,
    make_programme,
    override,
)

AUTOMATIC: dict[str, Any] = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
WAITS = {"store": {"admitted": False}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T17:00").replace(tzinfo=UTC)


LATE = {"linked_at": at("2025-12-28"), "created_at": at("2025-12-28")}
LATE_STORE = {"joined_at": at("2025-12-28"), "set_up_at": at("2025-12-28")}


def spend_begun_late(amount: str) -> dict[str, Any]:
    return {"account": LATE, "store": LATE_STORE, "spend": (cash(amount, date(2025, 12, 28)),)}


HEADLINE_CASES: list[tuple[str, datetime, dict[str, Any]]] = [
    ("not_admitted", OPEN, {**WAITS, "account": False}),
    ("not_admitted.connected", OPEN, WAITS),
    ("not_admitted.running", OPEN, {**WAITS, "spend": (cash("5.00"),)}),
    ("not_admitted.over", at("2025-12-02"), {**WAITS, "spend": (cash("600.00"),)}),
    ("too_late", at("2026-01-25"), {}),
    ("too_late", at("2026-01-25"), {**WAITS, "account": False}),
    ("too_late", at("2026-01-25"), {"store": {"set_up_at": None}}),
    ("awaiting_setup", OPEN, {"store": {"set_up_at": None}}),
    ("awaiting_setup.lost", OPEN, {"store": {"set_up_at": None}, "lost_signals": LostSignals.REFUSED}),
    ("awaiting_setup.held", OPEN, {"store": {"set_up_at": None}, "lost_signals": LostSignals.HELD}),
    ("awaiting_setup.outdated", OPEN, {"store": {"set_up_at": None}, "lost_signals": LostSignals.OUTDATED}),
    ("awaiting_link", OPEN, {"account": False}),
    ("awaiting_link.lost", OPEN, {"account": False, "lost_signals": LostSignals.UNREADABLE}),
    ("awaiting_link.held", OPEN, {"account": False, "lost_signals": LostSignals.HELD}),
    ("awaiting_link.outdated", OPEN, {"account": False, "lost_signals": LostSignals.OUTDATED}),
    ("awaiting_link.claimed", OPEN, {"account": False, "claimed_account": "7001"}),
    ("awaiting_spend", OPEN, {}),
    ("awaiting_spend.zone", OPEN, {"account": {"timezone": None}}),
    (
        "awaiting_spend.split",
        OPEN,
        {"spend": (DaySpend(date(2025, 11, 19), cash("9").spend, None, None, None),)},
    ),
    ("accumulating", OPEN, {"spend": (cash("5.00"),)}),
    ("accumulating.late", at("2026-01-24"), spend_begun_late("5.00")),
    ("accumulating.reached", at("2025-11-06"), {"spend": (cash("600.00"),)}),
    ("accumulating.top", at("2025-11-04"), {"spend": (cash("5000.00"),)}),
    ("settling", at("2025-12-02"), {"spend": (cash("5.00"),)}),
    ("settling.reached", at("2025-12-02"), {"spend": (cash("600.00"),)}),
    ("settling.unpaid", at("2025-12-02"), {"spend": (cash("600.00"),), **AUTOMATIC}),
    ("due", SETTLED, {"award": make_award()}),
    ("due.undated", SETTLED, {"award": make_award(due_by=None)}),
    ("due.late", at("2025-12-09"), {"award": make_award()}),
    ("due.expired", at("2026-01-31"), {"award": make_award()}),
    ("due.expired", at("2026-01-31"), {"award": make_award(due_by=None)}),
    ("issued", SETTLED, {"award": make_award(state="issued")}),
    ("issued.code", SETTLED, {"award": make_award(state="issued", delivery="code", reference="REF-1")}),
    ("credited", SETTLED, {"award": make_award(state="credited")}),
    ("expired", SETTLED, {"award": make_award(state="expired")}),
    ("blocked", SETTLED, {"award": make_award(state="blocked")}),
    *(
        (f"blocked.{cause}", SETTLED, {"award": make_award(state="blocked", block_cause=cause)})
        for cause in sorted({*BlockCause} - {BlockCause.OTHER})
    ),
    ("blocked", SETTLED, {"award": make_award(state="blocked", block_cause=BlockCause.OTHER)}),
    ("blocked.safety", OPEN, {"history": {"safety_flag": True}}),
    ("programme_over", at("2026-01-31"), {}),
    ("programme_over.ended", at("2026-01-31"), {"spend": (cash("5.00"),)}),
    ("programme_over.unmet", at("2026-01-31"), {"store": {"country": "FR"}}),
    ("ended", SETTLED, {"spend": (cash("5.00"),)}),
    ("ineligible", OPEN, {"store": {"country": "FR"}}),
    ("held", SETTLED, {"spend": (cash("600.00"),), "account": {"consent": False}}),
]
# What no headline has to itself: warnings, and staff's answers to each rule.
ADVICE_CASES: list[tuple[datetime, dict[str, Any]]] = [
    (at("2026-01-25"), {}),
    (at("2026-01-24"), spend_begun_late("5.00")),
    (at("2025-12-26"), {}),
    (at("2025-11-10"), {}),
    *(
        (OPEN, {"history": {"overrides": {rule: override("fail")}}})
        for rule in {reason.split(".")[0] for reason in RULES} - {"override"}
    ),
]


def headline_of(as_of: datetime, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(words, "translate", lambda message_id, english, locale: message_id)
    return str(status_document(decision_for(as_of, **parts))["headline"]).removesuffix(":headline")


@pytest.mark.parametrize(("headline", "as_of", "parts"), HEADLINE_CASES)
def test_the_headline_is_the_one_for_its_facts(headline, as_of, parts, monkeypatch):
    assert headline_of(as_of, parts, monkeypatch) == headline


def test_the_table_leaves_no_headline_out():
    by_registration = {"awaiting_spend.registration"}  # under other terms, in test_forbidden_pairs.py
    assert {headline for headline, _, _ in HEADLINE_CASES} | by_registration == set(HEADLINES)
    assert {headline.split(".")[0] for headline in HEADLINES} - {"too_late"} == set(Stage)


# -- Advice ----------------------------------------------------------------------------------------


def steps(document: dict[str, Any]) -> set[str]:
    return {document["next_step"], *(rule["next_step"] for rule in document["rules"])}


LAUNCH = HEADLINES["awaiting_spend"].next_step


@pytest.mark.parametrize(
    ("as_of", "parts"),
    [
        (at("2026-01-25"), {}),  # five days before the credit ends
        (at("2026-01-25"), {"store": {"set_up_at": None}}),
        (OPEN, WAITS),
        (OPEN, {**WAITS, "spend": (cash("5.00"),)}),
    ],
)
def test_nobody_is_told_to_launch_a_campaign_too_late_or_without_a_place(as_of, parts):
    next_steps = steps(status_document(decision_for(as_of, **parts)))
    assert not next_steps & {LAUNCH, HEADLINES["accumulating"].next_step}


def test_too_late_each_waiting_rule_says_so():
    document = status_document(decision_for(at("2026-01-25"), account=False))
    next_steps = {rule["next_step"] for rule in document["rules"] if rule["outcome"] == "pending"}
    assert next_steps == {MEANWHILE["too_late"]}


def test_a_store_without_a_place_reads_that_its_days_run():
    document = status_document(decision_for(OPEN, **WAITS, spend=(cash("5.00"),)))
    assert "30 days are running: they end on December 1, 2025" in document["headline"]
    assert "may be running" in status_document(decision_for(OPEN, **WAITS, account=False))["headline"]


# -- Dates -----------------------------------------------------------------------------------------


def test_a_merchant_who_reached_a_tier_on_day_five_reads_when_the_credit_comes():
    document = status_document(decision_for(at("2025-11-06"), spend=(cash("600.00"),)))
    assert document["tiers"][0]["credit_by"] == "2025-12-08"
    assert "It comes by December 8, 2025, if you reach nothing more" in document["headline"]


def test_the_deadline_of_bills_is_told_before_it_and_blamed_after_it():
    parts = {"spend": (cash("600.00"),), "payments": (bill("100.00", OPEN),), **AUTOMATIC}
    before = status_document(decision_for(at("2025-12-05"), **parts))
    assert (before["window"]["bills_until"], before["next_tier"]["by"]) == ("2026-01-05", "2026-01-05")
    assert "$500.00 of what you spent is not paid yet" in before["headline"]
    assert "by January 5, 2026" in before["next_step"]
    after = status_document(decision_for(at("2026-01-06"), **parts))
    assert after["stage"] == "ended"
    assert "You spent $600.00" in after["headline"]
    assert "only $100.00 of it was paid by January 5, 2026" in after["headline"]


@pytest.mark.parametrize("payment", [Payment.MANUAL, Payment.UNKNOWN])
def test_only_automatic_payment_has_a_deadline_of_bills(payment):
    document = status_document(decision_for(spend=(cash("5.00"),), account={"payment": payment}))
    assert document["window"]["bills_until"] is None


def test_an_award_past_its_date_promises_nothing_and_is_overdue_by_the_accounts_zone():
    evening = datetime(2025, 12, 9, 4, 59, tzinfo=UTC)  # still 8 December in New York
    assert status_document(decision_for(evening, award=make_award()))["award"]["overdue"] is False
    late = status_document(decision_for(datetime(2025, 12, 9, 5, 0, tzinfo=UTC), award=make_award()))
    assert (late["award"]["overdue"], "that date has passed" in late["headline"]) == (True, True)
    assert "receive" not in late["headline"]


def test_an_award_nobody_issued_before_the_credits_end_says_so():
    document = status_document(decision_for(at("2026-01-31"), award=make_award()))
    assert "was not issued before the credit of the offer expired on January 30, 2026" in document["headline"]
    assert "Nothing for you to do" not in document["next_step"]


# -- One message, the true one ----------------------------------------------------------------------


@pytest.mark.parametrize("loss", ConsentLoss)
@pytest.mark.parametrize(
    ("stage", "as_of", "spend"),
    [
        ("awaiting_spend", OPEN, ()),
        ("accumulating", OPEN, (cash("5.00"),)),
        ("accumulating", at("2025-11-04"), (cash("5000.00"),)),
        ("settling", at("2025-12-02"), (cash("5.00"),)),
    ],
)
def test_while_nobody_can_read_the_account_no_headline_speaks_as_if_spend_showed(stage, as_of, spend, loss):
    account = {"consent": False, "consent_lost": loss}
    document = status_document(decision_for(as_of, spend=spend, account=account))
    linked = next(rule for rule in document["rules"] if rule["id"] == "account_linked")
    assert (document["stage"], document["next_step"]) == (stage, linked["next_step"])
    assert document["headline"] in {linked["text"], *(trouble["text"] for trouble in document["troubles"])}


def test_where_nothing_could_be_earned_any_more_a_lost_access_is_not_the_headline():
    document = status_document(decision_for(at("2026-01-25"), account={"consent": False}))
    assert document["next_step"] == HEADLINES["too_late"].next_step


# -- The rule that decides -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"store": {"country": "FR"}}, "Your store is based in France."),
        ({"history": {"merchant_awards": 1}}, "each merchant receives it once."),
        ({"account": {"status": "STATUS_LIMIT"}}, "TikTok suspended your ad account."),
        ({"history": {"overrides": {"account_market": override("fail")}}}, "country of the ad account"),
    ],
)
def test_the_headline_names_the_rule_that_is_not_met_and_its_own_next_step(parts, words):
    document = status_document(decision_for(**parts))
    failed = next(rule for rule in document["rules"] if rule["outcome"] == "fail")
    assert words in document["headline"]
    assert document["next_step"] == failed["next_step"]


def test_the_headline_of_a_held_award_names_what_is_missing():
    account = {"consent": None, "consent_lost": ConsentLoss.EXPIRED}
    document = status_document(decision_for(SETTLED, spend=(cash("600.00"),), account=account))
    assert "the authorization has expired" in document["headline"]
    assert document["next_step"].startswith("Connect TikTok again")


def test_the_offer_and_its_amounts_are_there_before_anything_is_linked():
    document = status_document(decision_for(account=False, store={"country": "GB", "set_up_at": None}))
    offer = {item["country"]: item for item in document["programme"]["offer"]}
    assert offer["GB"] == {
        "country": "GB",
        "currency": "GBP",
        "tiers": [{"threshold": amount, "credit": amount} for amount in ("395.00", "1186.00", "3954.00")],
    }
    assert set(offer) == {"US", "GB"}
    assert document["programme"]["terms_url"].startswith("https://ads.tiktok.com/")


def test_terms_without_an_address_link_to_nothing():
    decision = decision_for(programme=make_programme(terms_url=None))
    assert status_document(decision)["programme"]["terms_url"] is None


def test_the_pace_is_told_with_the_tier_it_leads_to():
    spend = tuple(cash("22.00", date.fromordinal(FIRST.toordinal() + n)) for n in range(18))
    assert status_document(decision_for(spend=spend))["pace"] == {
        "per_day": "22.00",
        "days": 7,
        "tier": {"threshold": "500.00", "credit": "500.00"},
        "on": "2025-11-25",
        "text": "At the rate of the last final days (7), $22.00 a day, you reach $500.00 on November 25, "
        "2025.",
    }
