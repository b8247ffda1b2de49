"""Tests of notices: true when sent, each under one id, and none where nothing can be earned by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.domain.facts import ConsentLoss, Payment
from receiver.domain.notices import NoticeKind, notices_of
from receiver.domain.troubles import AddressChange, Observations
from tests.factories import FIRST, OPEN, SETTLED, bill, cash, days_of, decision_for, make_award

DAY = timedelta(days=1)
LAST = FIRST + 29 * DAY
AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


def notices_by_id(decision, since=None):
    return {item.id: item for item in notices_of(decision, since or {})}


def ids(decision, since=None):
    return list(notices_by_id(decision, since))


def test_nine_tenths_of_a_threshold_are_near_it():
    assert ids(decision_for(spend=(cash("449.99"),))) == []
    (notice,) = notices_by_id(decision_for(spend=(cash("450.00"),))).values()
    assert (notice.id, notice.until) == ("near_tier:500", LAST)
    assert (notice.params["remaining"], notice.params["credit"]) == (Decimal(50), Decimal(500))


@pytest.mark.parametrize(
    ("days_left", "expected"),
    [(8, []), (7, [7]), (3, [7]), (2, [2]), (0, [2]), (-1, [])],
)
def test_the_end_is_told_seven_and_two_days_before(days_left, expected):
    decision = decision_for(noon(LAST - days_left * DAY), spend=(cash("100.00"),))
    assert ids(decision) == [f"window_ends:{LAST}:{lead}" for lead in expected]


def test_nothing_is_told_of_an_end_by_which_nothing_more_is_earned():
    assert ids(decision_for(noon(LAST - DAY), spend=days_of("1000.00", 6))) == []
    assert ids(decision_for(noon(LAST - DAY), spend=(cash("450.00"),), store={"country": "FR"})) == []


def test_bills_are_told_of_before_the_last_date_on_which_paying_them_earns():
    spent = {"spend": (cash("600.00"),), **AUTOMATIC, "payments": (bill("100.00", OPEN),)}
    by = decision_for(OPEN, **spent).next_tier.by
    assert ids(decision_for(noon(by - 8 * DAY), **spent)) == []
    (notice,) = notices_by_id(decision_for(noon(by - 5 * DAY), **spent)).values()
    assert (notice.id, notice.until, notice.params["remaining"]) == (
        f"bill_deadline:{by}:7",
        by,
        Decimal(400),
    )
    assert ids(decision_for(noon(by - DAY), **spent)) == [f"bill_deadline:{by}:2"]
    assert ids(decision_for(noon(by + DAY), **spent)) == []


def test_each_loss_of_consent_has_a_notice_of_its_own():
    decision = decision_for(account={"consent": False, "consent_lost": ConsentLoss.WITHDRAWN})
    assert ids(decision) == [], "not noticed before it was kept"
    first = ids(decision, {"consent_withdrawn": OPEN})
    again = ids(decision, {"consent_withdrawn": OPEN + DAY})
    assert (len(first), first == again) == (1, False)


@pytest.mark.parametrize(
    ("changes", "as_of", "expected"),
    [
        ({"state": "due"}, SETTLED, ["credit_due:aw_1"]),
        ({"state": "due"}, datetime(2025, 12, 10, 12, tzinfo=UTC), ["credit_overdue:aw_1"]),
        ({"state": "due", "due_by": None}, SETTLED, []),
        ({"state": "issued"}, SETTLED, ["credit_issued:aw_1"]),
        ({"state": "credited"}, SETTLED, []),
        ({"state": "credited"}, datetime(2026, 1, 20, tzinfo=UTC), ["credit_expiring:aw_1"]),
        ({"state": "credited", "remaining": Decimal(0)}, datetime(2026, 1, 20, tzinfo=UTC), []),
        ({"state": "due"}, datetime(2026, 2, 2, tzinfo=UTC), []),
        ({"state": "issued"}, datetime(2026, 2, 2, tzinfo=UTC), []),
        ({"state": "blocked"}, SETTLED, []),
        ({"state": "due", "id": None}, SETTLED, []),
    ],
)
def test_a_credit_is_told_of_at_each_step_and_never_after_its_end(changes, as_of, expected):
    assert ids(decision_for(as_of, award=make_award(**changes))) == expected


MOVE = AddressChange(OPEN, "https://old.example/", "https://new.example/")


def test_a_merchant_is_told_of_a_move_for_two_weeks():
    observations = Observations(address_change=MOVE)
    (notice,) = notices_of(decision_for(OPEN), {}, observations)
    assert (notice.kind, notice.params["old"]) == (NoticeKind.ADDRESS_CHANGED, MOVE.old)
    assert notices_of(decision_for(OPEN + 14 * DAY), {}, observations) == ()


@pytest.mark.parametrize("trouble", ["signals_held", "store_elsewhere"])
def test_a_merchant_is_told_that_messages_are_held_once_each_time(trouble):
    first, second = (notices_of(decision_for(OPEN), {trouble: OPEN + n * DAY}) for n in range(2))
    assert [notice.kind for notice in (*first, *second)] == [NoticeKind.MESSAGES_HELD] * 2
    assert first[0].id != second[0].id


def test_a_store_that_left_is_told_of_the_keys_that_are_left_there_and_of_nothing_else():
    decision = decision_for(OPEN, spend=(cash("450.00"),), award=make_award())
    assert notices_of(decision, {}, Observations(has_left=True)) == ()
    observations = Observations(has_left=True, keys_left_at=OPEN, address_change=MOVE)
    assert [notice.kind for notice in notices_of(decision, {}, observations)] == [NoticeKind.KEYS_LEFT]
    assert notices_of(decision_for(OPEN + 30 * DAY), {}, observations) == ()


def test_no_notice_promises_a_date_that_is_past():
    for days in range(0, 200, 3):
        for parts in (
            {"spend": (cash("450.00"),)},
            {"award": make_award()},
            {"award": make_award(state="issued")},
        ):
            decision = decision_for(OPEN + days * DAY, **parts)
            for notice in notices_of(decision, {}):
                assert notice.until is None or notice.until >= decision.award_today, (days, notice)


def test_there_is_a_kind_for_each_thing_merchants_hear_of():
    assert len(NoticeKind) == 11
