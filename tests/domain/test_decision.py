"""Tests of stages, tiers and awards, as programme.md defines them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from receiver.domain.advice import DatedWarning, WarningId
from receiver.domain.decision import DueAward
from receiver.domain.facts import Payment
from receiver.domain.next_tier import Needs, NextTier
from tests.factories import (
    FIRST,
    LAST,
    OPEN,
    SETTLED,
    bill,
    cash,
    days_of,
    decision_for,
    make_award,
    make_programme,
    override,
    seed_programme,
)

AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ENOUGH = {"spend": (cash("600.00"),)}
US_TIERS = seed_programme().markets[0].tiers

STAGES = [
    # the line
    (OPEN, {"store": {"admitted": False}}, "not_admitted"),
    (OPEN, {"store": {"admitted": None}, "spend": (cash("5.00"),)}, "accumulating"),
    (OPEN, {"store": {"set_up_at": None}}, "awaiting_setup"),
    (OPEN, {"account": False}, "awaiting_link"),
    (OPEN, {"account": {"linked_at": None}}, "awaiting_link"),
    (OPEN, {}, "awaiting_spend"),
    (OPEN, {"spend": (cash("5.00"),)}, "accumulating"),
    (OPEN, ENOUGH, "accumulating"),  # tier 1 reached, the window still open
    (utc("2025-12-02T05:00"), ENOUGH, "settling"),
    (SETTLED, ENOUGH, "due"),
    # an unknown before the point leaves the stage where progress is
    (OPEN, {"account": {"consent": False}, "spend": (cash("5.00"),)}, "accumulating"),
    (OPEN, {"account": {"consent": None}}, "awaiting_spend"),
    # held: decided, but something unknown or pending or provisional stops it
    (SETTLED, {"account": {"consent": False}, **ENOUGH}, "held"),
    (SETTLED, {"store": {"admitted": False}, **ENOUGH}, "held"),
    (SETTLED, {"account": {"payment": Payment.UNKNOWN}, **ENOUGH}, "held"),
    (SETTLED, {"account": {"status": "STATUS_PENDING_CONFIRM"}, **ENOUGH}, "held"),
    (OPEN, {"history": {"foreign_credit_issued": True}, "spend": (cash("5000.00"),)}, "held"),
    # ended, ineligible
    (SETTLED, {"spend": (cash("499.99"),)}, "ended"),
    (SETTLED, {"spend": (cash("499.99"),), "account": {"consent": False}}, "ended"),
    (SETTLED, {"spend": (cash("499.99"),), "store": {"country": "FR"}}, "ineligible"),
    (OPEN, {"store": {"country": "FR"}}, "ineligible"),
    (OPEN, {"store": {"country": "FR", "admitted": False}}, "ineligible"),
    (OPEN, {"store": {"joined_at": utc("2025-06-30T00:00")}}, "ineligible"),  # before opens
    (
        utc("2026-01-05T00:00"),  # joined on the last day: not too late, whatever staff object to
        {
            "store": {"joined_at": utc("2025-12-31T23:59")},
            "history": {"overrides": {"programme_open": override("fail")}},
        },
        "ineligible",
    ),
    # programme over
    (utc("2026-01-05T00:00"), {"store": {"joined_at": utc("2026-01-01T00:00")}}, "programme_over"),
    (utc("2026-01-31T05:00"), {}, "programme_over"),
    (utc("2026-01-31T05:00"), {**ENOUGH, "store": {"country": "FR"}}, "programme_over"),
    # blocked comes first
    (OPEN, {"history": {"safety_flag": True}, "store": {"country": "FR"}}, "blocked"),
    (utc("2026-01-31T05:00"), {"history": {"safety_flag": True}}, "blocked"),
    (OPEN, {"history": {"safety_flag": True, "overrides": {"good_standing": override()}}}, "blocked"),
]


@pytest.mark.parametrize(("as_of", "parts", "stage"), STAGES)
def test_stage(as_of, parts, stage):
    assert decision_for(as_of, **parts).stage == stage


def test_an_override_of_credit_in_time_lifts_programme_over():
    decision = decision_for(
        utc("2026-01-31T05:00"), history={"overrides": {"credit_in_time": override()}}, **ENOUGH
    )
    assert decision.stage == "due"


# -- Recorded awards ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "as_of", "stage"),
    [
        ("due", SETTLED, "due"),
        ("issued", SETTLED, "issued"),
        ("credited", SETTLED, "credited"),
        ("credited", utc("2026-01-31T04:59"), "credited"),  # the credit's last date in New York
        ("credited", utc("2026-01-31T05:00"), "expired"),
        ("issued", utc("2026-01-31T05:00"), "expired"),
        ("expired", SETTLED, "expired"),
        ("blocked", SETTLED, "blocked"),
        ("due", utc("2026-02-10T00:00"), "due"),  # overdue, never quietly gone
    ],
)
def test_the_stage_follows_a_recorded_award(state, as_of, stage):
    assert decision_for(as_of, award=make_award(state=state)).stage == stage


def test_an_award_is_over_by_the_zone_it_was_kept_with_whichever_account_is_linked_now():
    award = make_award(state="issued", timezone="Pacific/Honolulu")  # ten hours behind UTC
    evening = utc("2026-01-31T09:59")  # 30 January there, the 31st in New York
    for account in ({}, False):
        assert decision_for(evening, award=award, account=account).stage == "issued"
        assert decision_for(utc("2026-01-31T10:00"), award=award, account=account).stage == "expired"


def test_what_changes_after_the_award_moves_the_rules_but_not_the_stage():
    decision = decision_for(SETTLED, award=make_award(), store={"country": "FR"}, spend=())
    assert (decision.stage, decision.verdict, decision.award.id) == ("due", "ineligible", "aw_1")


def test_a_safety_flag_blocks_a_recorded_award_until_lifted():
    assert decision_for(SETTLED, award=make_award(), history={"safety_flag": True}).stage == "blocked"
    assert decision_for(SETTLED, award=make_award(), history={"safety_flag": False}).stage == "due"


def test_an_award_recorded_after_the_moment_has_not_happened():
    assert decision_for(OPEN, award=make_award(decided_at=SETTLED), **ENOUGH).stage == "accumulating"


# -- Tiers and due dates -----------------------------------------------------------------------


def award(decision) -> tuple[str, date]:
    assert isinstance(decision.award, DueAward)
    return str(decision.award.tier.credit), decision.award.due_by


@pytest.mark.parametrize(
    ("spent", "tier"),
    [("499.99", None), ("500.00", "500"), ("1499.99", "500"), ("1500.00", "1500"), ("5000.00", "5000")],
)
def test_only_the_highest_tier_reached_is_shown(spent, tier):
    decision = decision_for(spend=(cash(spent),))
    assert (decision.tier and str(decision.tier.credit)) == tier


def test_the_uk_has_its_own_thresholds_in_pounds():
    london = {"country": "GB", "currency": "GBP", "timezone": "Europe/London"}
    decision = decision_for(SETTLED, account=london, store={"country": "GB"}, spend=(cash("395.00"),))
    assert award(decision) == ("395", date(2025, 12, 8))
    assert decision.award.currency == "GBP"


@pytest.mark.parametrize(("currency", "award_currency"), [("EUR", "EUR"), (None, "USD")])
def test_an_award_past_an_overridden_currency_is_in_the_accounts_own_where_it_is_known(
    currency, award_currency
):
    history = {"overrides": {"account_currency": override()}}
    decision = decision_for(SETTLED, account={"currency": currency}, history=history, **ENOUGH)
    assert decision.award.currency == award_currency


def test_the_highest_tier_decides_at_once_and_is_due_seven_days_later():
    decision = decision_for(spend=days_of("500.00", 10))
    assert (decision.stage, award(decision)) == ("due", ("5000", date(2025, 11, 18)))


def test_the_highest_tier_waits_for_final_figures():
    decision = decision_for(spend=(cash("4000.00"), cash("1000.00", date(2025, 11, 19))))
    assert (decision.stage, str(decision.tier.credit), decision.award) == ("accumulating", "5000", None)


@pytest.mark.parametrize(("spent", "stage"), [("600.00", "due"), ("499.99", "ended")])
def test_figures_read_before_their_date_was_final_decide_nothing(spent, stage):
    later = utc("2025-12-20T12:00")
    before = {"spend": utc("2025-12-04T11:59")}
    assert decision_for(later, spend=(cash(spent),), read_at=before).stage == "settling"
    assert decision_for(later, spend=(cash(spent),), read_at={"spend": SETTLED}).stage == stage
    assert decision_for(later, spend=(cash(spent),), read_at={"spend": later}).stage == stage


def test_bills_last_read_before_their_grace_was_over_are_not_called_unpaid():
    after_the_grace = utc("2026-01-06T12:00")
    parts = {**ENOUGH, **AUTOMATIC, "payments": (bill("400.00", SETTLED),)}
    assert decision_for(after_the_grace, **parts).stage == "ended"
    assert decision_for(after_the_grace, **parts, read_at={"payments": SETTLED}).stage == "settling"


def test_a_lower_tier_is_never_decided_before_the_window_is_settled():
    before = decision_for(datetime(2025, 12, 4, 11, 59, tzinfo=UTC), **ENOUGH)
    assert (before.stage, before.award) == ("settling", None)
    assert award(decision_for(SETTLED, **ENOUGH)) == ("500", date(2025, 12, 8))


def test_a_restatement_before_the_award_takes_the_tier_away_again():
    assert decision_for(SETTLED, spend=(cash("500.00"),)).stage == "due"
    assert decision_for(SETTLED, spend=(cash("499.00"),)).stage == "ended"


def test_due_is_never_after_the_credit_has_expired():
    terms = make_programme(credit_expires=date(2025, 12, 5))
    assert award(decision_for(SETTLED, terms, **ENOUGH)) == ("500", date(2025, 12, 5))


def test_bills_paid_after_the_window_move_the_due_date():
    bills = (bill("600.00", utc("2025-12-10T17:00")),)
    decision = decision_for(utc("2025-12-11T00:00"), spend=(cash("600.00"),), payments=bills, **AUTOMATIC)
    assert award(decision) == ("500", date(2025, 12, 17))


def test_a_tier_that_unpaid_bills_could_still_raise_waits_for_the_grace():
    parts = {"spend": (cash("1600.00"),), "payments": (bill("600.00", utc("2025-12-03T17:00")),), **AUTOMATIC}
    assert decision_for(SETTLED, **parts).stage == "settling"
    assert decision_for(utc("2026-01-06T04:59"), **parts).stage == "settling"  # 5 January in New York
    after = decision_for(utc("2026-01-06T05:00"), **parts)
    assert award(after) == ("500", date(2026, 1, 12))


def test_after_the_grace_a_late_bill_does_not_move_the_due_date():
    payments = (bill("600.00", utc("2026-01-05T17:00")),)
    decision = decision_for(utc("2026-01-07T00:00"), spend=(cash("1600.00"),), payments=payments, **AUTOMATIC)
    assert award(decision) == ("500", date(2026, 1, 12))


def test_a_refund_before_the_award_takes_the_tier_away():
    rows = (bill("600.00", utc("2025-11-05T17:00")), bill("150.00", utc("2025-12-02T17:00"), "REFUND"))
    decision = decision_for(SETTLED, spend=(cash("600.00"),), payments=rows, **AUTOMATIC)
    assert (decision.stage, decision.tier, decision.tiers[0].reached_on) == ("settling", None, None)


def test_confirmed_bills_release_a_provisional_award():
    parts = {"account": {"payment": Payment.UNKNOWN}, **ENOUGH}
    assert decision_for(SETTLED, **parts).award is None
    assert award(decision_for(SETTLED, paid_bills_confirmed=True, **parts)) == ("500", date(2025, 12, 8))


# -- What is shown -----------------------------------------------------------------------------


def test_the_next_tier_says_what_is_missing_each_day_rounded_up():
    decision = decision_for(spend=(cash("523.10"),))
    assert decision.next_tier == NextTier(US_TIERS[1], Decimal("976.90"), Decimal("88.81"), Needs.SPEND, LAST)


def test_what_is_missing_each_day_is_never_too_little():
    # 980.00 over 11 days is 89.09 and a bit
    assert decision_for(spend=(cash("520.00"),)).next_tier.per_day == Decimal("89.10")


def test_before_the_window_the_next_tier_is_the_first_and_nothing_is_asked_per_day():
    assert decision_for().next_tier == NextTier(
        US_TIERS[0], Decimal(500), None, Needs.SPEND, date(2026, 1, 23)
    )


def test_there_is_no_next_tier_at_the_top():
    assert decision_for(spend=(cash("5000.00"),)).next_tier is None


def test_nothing_is_asked_per_day_on_the_windows_last_date():
    assert decision_for(utc("2025-12-01T17:00"), spend=(cash("10.00"),)).next_tier.per_day is None


@pytest.mark.parametrize(
    ("as_of", "parts"),
    [
        (SETTLED, {"spend": (cash("10.00"),)}),  # ended
        (OPEN, {"spend": (cash("10.00"),), "store": {"country": "FR"}}),  # ineligible
        (OPEN, {"spend": (cash("10.00"),), "history": {"safety_flag": True}}),  # blocked
        (utc("2026-02-01T12:00"), {}),  # the offer is over
        (SETTLED, {"spend": (cash("600.00"),), "award": make_award()}),
    ],
)
def test_there_is_no_next_tier_where_reaching_it_earns_nothing(as_of, parts):
    assert decision_for(as_of, **parts).next_tier is None


def test_before_an_account_the_offer_of_the_stores_market_is_shown():
    decision = decision_for(account=False, store={"country": "GB"})
    assert [str(progress.tier.threshold) for progress in decision.tiers] == ["395", "1186", "3954"]
    assert (decision.tier, decision.next_tier) == (None, None)


def test_a_decision_says_what_it_was_made_of():
    terms = make_programme()
    decision = decision_for(
        utc("2025-12-04T03:00"), terms, store={"id": "st_9"}, account={"advertiser_id": "7009"}
    )
    assert (decision.as_of, decision.today) == (utc("2025-12-04T03:00"), date(2025, 12, 3))
    assert (decision.programme, decision.store.id, decision.account.advertiser_id) == (terms, "st_9", "7009")


NOTHING_YET = {
    "failed_else": set(),
    "is_unsafe": False,
    "lost_signals": None,
    "spend_unknown": None,
    "expires": date(2026, 1, 30),
    "closes": date(2025, 12, 31),
    "last_date": None,
    "days_left": None,
    "credit": None,
    "currency": None,
    "due_by": None,
}


@pytest.mark.parametrize(
    ("as_of", "spend", "says"),
    [
        (OPEN, (), {}),
        (OPEN, (cash("10.00"),), {"last_date": LAST, "days_left": 11}),
        (
            OPEN,
            (cash("5000.00"),),
            {
                "last_date": LAST,
                "days_left": 11,
                "credit": Decimal(5000),
                "currency": "USD",
                "due_by": date(2025, 11, 9),
            },
        ),
    ],
)
def test_the_headline_may_speak_of_the_offers_end_the_window_and_the_award(as_of, spend, says):
    assert decision_for(as_of, spend=spend).params == {**NOTHING_YET, **says}


def test_the_warning_says_when_the_credit_expires():
    terms = make_programme(credit_expires=date(2025, 12, 3))
    decision = decision_for(OPEN, terms, spend=(cash("10.00"),))
    assert decision.warnings == (
        DatedWarning(
            WarningId.WINDOW_OUTLIVES_CREDIT, {"expires": date(2025, 12, 3), "by": date(2025, 11, 26)}
        ),
    )


def test_a_due_award_is_dated_at_the_moment_it_was_decided():
    assert decision_for(SETTLED, **ENOUGH).award.decided_at == SETTLED


def test_a_decision_is_the_same_twice():
    assert decision_for(SETTLED, **ENOUGH).rules == decision_for(SETTLED, **ENOUGH).rules


def test_windows_and_due_dates_cross_the_year_and_a_clock_change():
    spring = make_programme(
        opens=date(2026, 1, 1), closes=date(2026, 6, 30), credit_expires=date(2026, 12, 31)
    )
    linked_at = utc("2026-02-20T12:00")
    decision = decision_for(
        utc("2026-04-20T12:00"),
        spring,
        store={"joined_at": linked_at, "set_up_at": linked_at},
        account={"linked_at": linked_at, "created_at": linked_at, "timezone": "Europe/London"},
        spend=(cash("600.00", date(2026, 3, 10)),),
    )
    assert (decision.window.first, decision.window.last) == (date(2026, 3, 10), date(2026, 4, 8))
    assert award(decision) == ("500", date(2026, 4, 15))


def test_first_and_last_date_of_the_window_both_count():
    decision = decision_for(SETTLED, spend=(cash("250.00", FIRST), cash("250.00", LAST)))
    assert decision.stage == "due"
