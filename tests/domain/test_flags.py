"""Tests of the flags of an award whose facts would now give another answer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from receiver.domain.facts import Payment
from receiver.domain.flags import NEVER_FLAGGED, STORE_RULES, AwardBasis, flags_for
from receiver.domain.rules import RULES
from tests.factories import SETTLED, bill, cash, decision_for, make_programme, override

TIER_1 = AwardBasis("7001", Decimal(500))
TIER_2 = AwardBasis("7001", Decimal(1500))
ENOUGH = {"spend": (cash("600.00"),)}
AFTER_THE_CREDIT = datetime(2026, 2, 10, tzinfo=UTC)

FLAGS = [
    # nothing changed
    (TIER_1, {}, set()),
    (TIER_1, {"spend": (cash("500.00"),)}, set()),
    # the money
    (TIER_1, {"spend": (cash("499.99"),)}, {"spend_restated"}),
    (TIER_1, {"spend": ()}, {"spend_restated"}),
    (TIER_2, {}, {"spend_restated"}),
    (TIER_1, {"spend": (cash("1499.99"),)}, set()),
    (TIER_1, {"spend": (cash("1500.00"),)}, {"tier_higher"}),
    (AwardBasis("7001", Decimal(5000)), {"spend": (cash("9000.00"),)}, set()),
    # the rules
    (TIER_1, {"store": {"country": "FR"}}, {"rule_failed:store_market"}),
    (TIER_1, {"history": {"merchant_awards": 1}}, {"rule_failed:merchant_once"}),
    (TIER_1, {"history": {"safety_flag": True}}, {"rule_failed:good_standing"}),
    (TIER_1, {"account": {"status": "STATUS_LIMIT"}}, {"rule_failed:good_standing"}),
    (
        TIER_1,
        {"store": {"country": "FR"}, "history": {"set_up_before": True}},
        {"rule_failed:store_market", "rule_failed:first_set_up"},
    ),
    # an override is an answer, too
    (TIER_1, {"store": {"country": "FR"}, "history": {"overrides": {"store_market": override()}}}, set()),
    (
        TIER_1,
        {"history": {"overrides": {"store_market": override("fail")}}},
        {"rule_failed:store_market"},
    ),
    # unknown is neither yes nor no
    (TIER_1, {"account": {"status": None}}, set()),
    (TIER_1, {"account": {"consent": None}}, set()),
    (TIER_1, {"history": {"business_center_awards": 1}}, set()),
    (TIER_1, {"account": {"timezone": None}}, set()),
    # the link and its consent
    (TIER_1, {"account": {"consent": False}}, {"consent_lost"}),
    (TIER_1, {"account": False, "spend": ()}, {"link_lost"}),
    (TIER_1, {"account": {"advertiser_id": "7002"}}, {"account_switched"}),
    # facts about another account raise no flag of the award, facts about the store do
    (
        TIER_1,
        {
            "account": {"advertiser_id": "7002", "country": "FR"},
            "history": {"set_up_before": True},
            "spend": (),
        },
        {"account_switched"},
    ),
    (
        TIER_1,
        {"account": False, "store": {"country": "FR"}},
        {"link_lost", "rule_failed:store_market"},
    ),
    (TIER_1, {"account": False, "history": {"set_up_before": True}}, {"link_lost"}),
]


@pytest.mark.parametrize(("award", "parts", "flags"), FLAGS)
def test_flags(award, parts, flags):
    assert flags_for(award, decision_for(SETTLED, **{**ENOUGH, **parts})) == flags


def test_the_passing_of_time_raises_no_flag():
    decision = decision_for(AFTER_THE_CREDIT, **ENOUGH)
    assert decision.outcome("credit_in_time") == "fail"
    assert flags_for(TIER_1, decision) == set()


def test_a_refund_after_the_award_is_told_as_a_refund():
    def flags_after(*rows):
        automatic = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
        return flags_for(TIER_1, decision_for(SETTLED, **automatic, **ENOUGH, payments=rows))

    payment = bill("600.00", datetime(2025, 11, 5, tzinfo=UTC))
    assert flags_after(payment) == set()
    assert flags_after(payment, bill("150.00", SETTLED, "REFUND")) == {"bill_refunded"}


def test_bills_that_cannot_be_read_any_more_raise_no_flag():
    def flags_of(spent, **more):
        return flags_for(
            TIER_1,
            decision_for(SETTLED, account={"payment": Payment.AUTOMATIC}, spend=(cash(spent),), **more),
        )

    assert flags_of("2000.00", bills_readable=False) == set()
    assert flags_of("2000.00", bills_readable=False, paid_bills_confirmed=True) == {"tier_higher"}
    assert flags_of("499.99", bills_readable=False) == {"spend_restated"}  # it cannot have paid more


def test_a_bill_in_doubt_raises_no_flag():
    doubtful = bill(None, datetime(2025, 11, 5, tzinfo=UTC))
    automatic = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
    assert flags_for(TIER_1, decision_for(SETTLED, **automatic, **ENOUGH, payments=(doubtful,))) == set()


def test_a_figure_not_yet_final_raises_no_flag():
    early = decision_for(datetime(2025, 11, 3, 12, 0, tzinfo=UTC), make_programme(), spend=(cash("9000.00"),))
    assert flags_for(AwardBasis("7001", Decimal(0)), early) == set()


@pytest.mark.parametrize(
    ("account", "flag"), [(False, "link_lost"), ({"advertiser_id": "7002"}, "account_switched")]
)
def test_without_the_awards_account_only_rules_about_the_store_speak(account, flag):
    all_fail = {"overrides": {rule: override("fail") for rule in RULES}}
    decision = decision_for(SETTLED, account=account, history=all_fail, **ENOUGH)
    store_rules = ("programme_open", "admission", "store_market", "merchant_once")
    assert flags_for(TIER_1, decision) == {flag, *(f"rule_failed:{rule}" for rule in store_rules)}


def test_the_rules_named_here_are_rules_of_the_programme():
    assert set(RULES) >= STORE_RULES | NEVER_FLAGGED
