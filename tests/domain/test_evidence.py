"""Tests of evidence: each rule shows all it rests on, with value, source and time; unknown ones too."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from receiver.domain.facts import Payment, Source
from receiver.domain.programme import Anchor
from receiver.domain.rules import RULES
from tests.factories import (
    FIRST,
    JOINED,
    LAST,
    LINKED,
    OPEN,
    SETTLED,
    bill,
    cash,
    decision_for,
    make_account,
    make_history,
    make_programme,
    make_store,
    override,
)

SET_UP = datetime(2025, 10, 31, 10, 0, tzinfo=UTC)
CREATED = datetime(2025, 10, 31, 9, 0, tzinfo=UTC)
READ = datetime(2025, 11, 19, 12, 0, tzinfo=UTC)

# The evidence that each rule shows for the valid facts under the seed's terms, with its usual source.
SHOWN = {
    "programme_open": {
        "joined": (JOINED, "service"),
        "offer opens": (date(2025, 7, 1), "programme"),
        "offer closes": (date(2025, 12, 31), "programme"),
    },
    "admission": {"admitted": (True, "service"), "places": ("no limit", "programme")},
    "integration_set_up": {"set up": (SET_UP, "companion plugin")},
    "first_set_up": {"set up before": (False, "service")},
    "account_linked": {"linked": (LINKED, "companion plugin"), "consent": (True, "tiktok")},
    "store_market": {"store country": ("US", "woocommerce"), "markets": (["US", "GB"], "programme")},
    "account_market": {"account country": ("US", "tiktok"), "markets": (["US", "GB"], "programme")},
    "account_currency": {
        "account currency": ("USD", "tiktok"),
        "account country": ("US", "tiktok"),
        "currency of the market": ("USD", "programme"),
    },
    "not_yet_advertising": {
        "account created": (CREATED, "tiktok"),
        "joined": (JOINED, "service"),
        "linked": (LINKED, "companion plugin"),
        "link date exact": (True, "companion plugin"),
        "prior spend": (Decimal(0), "tiktok"),
        "prior spend days": (90, "programme"),
    },
    "merchant_once": {"merchant": ("m_1", "service"), "merchant's other awards": (0, "service")},
    "account_once": {
        "account's other awards": (0, "service"),
        "business center": ("6001", "tiktok"),
        "business center's other awards": (0, "service"),
    },
    "no_conflicting_promotion": {
        "conflicting promotion": (False, "staff"),
        "foreign credit issued": (None, "tiktok"),
        "offer opens": (date(2025, 7, 1), "programme"),
    },
    "good_standing": {
        "safety flag": (False, "staff"),
        "policy violation": (False, "staff"),
        "account status": ("STATUS_ENABLE", "tiktok"),
    },
    "spend_reached": {
        "payment option": ("manual", "staff"),
        "qualifying spend of final dates": (Decimal("600.00"), "tiktok"),
        "qualifying spend": (Decimal("620.00"), "tiktok"),
        "first threshold": (Decimal(500), "programme"),
        "account country": ("US", "tiktok"),
        "account currency": ("USD", "tiktok"),
        "set up": (SET_UP, "companion plugin"),
        "linked": (LINKED, "companion plugin"),
        "account time zone": ("America/New_York", "tiktok"),
        "window days": (30, "programme"),
        "window begins with": ("first_cash", "programme"),
        "window's first date": (FIRST, "service"),
        "window's last date": (LAST, "service"),
        "figures final through": (date(2025, 11, 17), "service"),
    },
    "credit_in_time": {
        "credit expires": (date(2026, 1, 30), "programme"),
        "today": (date(2025, 11, 20), "service"),
        "account time zone": ("America/New_York", "tiktok"),
        "window's last date": (LAST, "service"),
        "window final on": (date(2025, 12, 4), "service"),
        "highest threshold": (Decimal(5000), "programme"),
        "qualifying spend of final dates": (Decimal("600.00"), "tiktok"),
    },
}
SPENT = (cash("600.00"), cash("20.00", date(2025, 11, 19)))

# Never unknown, however little is known: the terms, and what the service computes itself.
NEVER_UNKNOWN = {
    "offer opens", "offer closes", "places", "markets", "prior spend days", "window days",
    "window begins with", "credit expires", "today", "payment option",
}  # fmt: skip


def evidence_of(decision, rule_id):
    rule = next(rule for rule in decision.rules if rule.id == rule_id)
    return {line.fact: (line.value, line.source) for line in rule.evidence}


def read_times(decision):
    return {(rule.id, line.fact): line.read_at for rule in decision.rules for line in rule.evidence}


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_shows_every_fact_and_term_it_rests_on_and_who_said_it(rule_id):
    assert evidence_of(decision_for(spend=SPENT), rule_id) == SHOWN[rule_id]


NOTHING = {
    "store": dict.fromkeys(vars(make_store()), None) | {"id": "st_1"},
    "account": dict.fromkeys(vars(make_account()), None) | {"payment": Payment.UNKNOWN},
    "history": dict.fromkeys(vars(make_history()), None) | {"overrides": {}},
}


@pytest.mark.parametrize("account", [NOTHING["account"], False], ids=["unknown account", "no account"])
@pytest.mark.parametrize("rule_id", RULES)
def test_what_is_unknown_is_shown_as_null_and_never_left_out(rule_id, account):
    lines = evidence_of(decision_for(**{**NOTHING, "account": account}), rule_id)
    assert set(lines) >= set(SHOWN[rule_id])
    with_value = {fact for fact, (value, _) in lines.items() if value is not None}
    if account is False:
        assert with_value == set(lines) & (NEVER_UNKNOWN - {"payment option"})
    else:
        assert with_value - {"net cost accepted"} == set(lines) & NEVER_UNKNOWN


def test_a_capped_offer_shows_its_number_of_places():
    decision = decision_for(programme=make_programme(capacity=3))
    assert evidence_of(decision, "admission")["places"] == (3, Source.PROGRAMME)


def test_spend_by_registration_shows_when_the_account_was_created():
    decision = decision_for(programme=make_programme(anchor=Anchor.REGISTRATION))
    assert evidence_of(decision, "spend_reached")["account created"] == (CREATED, Source.TIKTOK)


BILLED = {"paid bills", "bill in doubt", "bill grace days"}
PROOFS = {"bills readable", "paid bills confirmed", "net cost accepted"}


@pytest.mark.parametrize(
    ("payment", "more"), [("manual", set()), ("automatic", BILLED | PROOFS), ("unknown", PROOFS)]
)
def test_bills_are_shown_where_the_answer_rests_on_them(payment, more):
    decision = decision_for(account={"payment": Payment(payment)}, bills_readable=True)
    assert set(evidence_of(decision, "spend_reached")) == set(SHOWN["spend_reached"]) | more


def test_paid_bills_are_shown_with_when_they_were_read():
    decision = decision_for(
        SETTLED,
        account={"payment": Payment.AUTOMATIC},
        bills_readable=True,
        spend=SPENT,
        payments=(bill("550.00", OPEN),),
        read_at={"payments": READ, "bills_readable": LINKED},
    )
    lines = evidence_of(decision, "spend_reached")
    assert lines["paid bills"] == (Decimal("550.00"), Source.TIKTOK)
    assert lines["bill in doubt"] == (False, Source.TIKTOK)
    assert lines["bill grace days"] == (35, Source.PROGRAMME)
    read = read_times(decision)
    assert (read["spend_reached", "paid bills"], read["spend_reached", "bills readable"]) == (READ, LINKED)


def test_what_was_paid_is_unknown_while_a_bill_is_in_doubt():
    automatic = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True, "spend": SPENT}
    lines = evidence_of(
        decision_for(SETTLED, **automatic, payments=(bill("550.00", OPEN), bill(None, OPEN))), "spend_reached"
    )
    names = ("paid bills", "qualifying spend", "qualifying spend of final dates")
    assert [lines[fact][0] for fact in names] == [None, None, None]
    assert lines["bill in doubt"][0] is True


def test_bills_that_cannot_be_read_are_unknown_and_not_zero():
    lines = evidence_of(
        decision_for(account={"payment": Payment.AUTOMATIC}, bills_readable=False), "spend_reached"
    )
    assert (lines["paid bills"][0], lines["bill in doubt"][0], lines["bills readable"][0]) == (
        None,
        None,
        False,
    )


def test_each_line_tells_when_its_own_fact_was_read():
    read = read_times(decision_for(spend=SPENT, read_at={"account.consent": READ, "spend": LINKED}))
    dated = {key: at for key, at in read.items() if at is not None}
    assert dated == {
        ("account_linked", "consent"): READ,
        ("spend_reached", "qualifying spend of final dates"): LINKED,
        ("spend_reached", "qualifying spend"): LINKED,
        ("credit_in_time", "qualifying spend of final dates"): LINKED,
        # what the service computes dates from the moment of the decision
        ("spend_reached", "window's first date"): OPEN,
        ("spend_reached", "window's last date"): OPEN,
        ("spend_reached", "figures final through"): OPEN,
        ("credit_in_time", "today"): OPEN,
        ("credit_in_time", "window's last date"): OPEN,
        ("credit_in_time", "window final on"): OPEN,
    }


def test_a_source_that_is_told_takes_the_place_of_the_usual_one():
    decision = decision_for(sources={"account.linked_at": Source.STAFF})
    assert evidence_of(decision, "account_linked")["linked"] == (LINKED, Source.STAFF)
    assert evidence_of(decision, "account_linked")["consent"] == (True, Source.TIKTOK)


def test_an_override_says_what_was_decided_why_by_whom_and_when_and_leaves_the_facts():
    decision = decision_for(
        store={"country": "FR"},
        history={"overrides": {"store_market": override()}},
        read_at={"history.overrides.store_market": READ},
    )
    lines = evidence_of(decision, "store_market")
    assert lines["store country"] == ("FR", Source.WOOCOMMERCE)
    assert {fact: line for fact, line in lines.items() if fact.startswith("override")} == {
        "override": ("pass", Source.STAFF),
        "override reason": ("seen by us", Source.STAFF),
        "override by": ("ann@staff.example", Source.STAFF),
    }
    assert read_times(decision)["store_market", "override"] == READ
