"""An account that pays automatically: bills, payments and refunds, all of it over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from receiver.sandbox.tiktok.accounts import AccountPayment
from receiver.services.decisions.history import page_of_decisions, show_decision
from tests.journeys.journey import Journey, each_day, set_spend

OPEN = datetime(2025, 11, 28, 13, 0, tzinfo=UTC)
SETTLED = datetime(2025, 12, 4, 18, 0, tzinfo=UTC)
BILL_DATE = datetime(2025, 12, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: tests/services/polling stores bills on both databases."""
    return "sqlite"


def paid(amount: str, at: datetime = BILL_DATE, tax: str = "0", kind: str = "BILL_PAYMENT") -> AccountPayment:
    return AccountPayment(at, Decimal(amount), Decimal(tax), kind)


@pytest.fixture
def automatic(journey):
    """A journey with consent and automatic payment; the bills of a test set its spend."""
    journey.set_up_and_link()
    journey.consent()
    journey.set_payment("automatic")
    return journey


def set_bills(journey: Journey, *payments: AccountPayment, **changes: Any) -> None:
    set_spend(journey, each_day("20.00", date(2025, 11, 2), 30), payments=payments, **changes)


def status_at(journey: Journey, at: datetime) -> dict[str, Any]:
    journey.clock.at = at
    journey.work()
    return journey.status()


def rule(status: dict[str, Any], rule_id: str = "spend_reached") -> dict[str, Any]:
    (match,) = [item for item in status["rules"] if item["id"] == rule_id]
    return match


def evidence_of(status: dict[str, Any], fact: str) -> tuple[Any, str | None]:
    (match,) = [item for item in rule(status)["evidence"] if item["fact"] == fact]
    return match["value"], match["read_at"]


def test_a_paid_bill_reaches_the_tier_and_says_when_it_was_read(automatic):
    set_bills(automatic, paid("600.00", tax="120.00"))
    status = status_at(automatic, SETTLED)
    assert (rule(status)["outcome"], status["stage"]) == ("pass", "due")
    assert (status["award"]["credit"], status["award"]["due_by"]) == ("500.00", "2025-12-10")
    assert evidence_of(status, "bills readable") == (True, "2025-12-04T18:00:00Z")
    assert evidence_of(status, "paid bills") == ("600.00", "2025-12-04T18:00:00Z")


def test_an_unpaid_bill_keeps_the_store_waiting(automatic):
    set_bills(automatic)
    status = status_at(automatic, SETTLED)
    assert (rule(status)["outcome"], status["stage"]) == ("pending", "settling")
    assert "not all of it is paid yet" in rule(status)["text"]
    assert "bill" in rule(status)["next_step"]
    assert {"why": "not_paid", "amount": "600.00"} in status["spend"]["excluded"]


def test_bills_alike_each_count(automatic):
    set_bills(automatic, *[paid("200.00")] * 3)
    assert status_at(automatic, SETTLED)["spend"]["qualifying"] == "600.00"


def test_a_refund_takes_the_tier_away_again(automatic):
    bought = paid("540.00", OPEN - timedelta(days=1))
    set_bills(automatic, bought)
    before = status_at(automatic, OPEN)
    assert (before["spend"]["qualifying"], before["tier"]["threshold"]) == ("520.00", "500.00")
    set_bills(automatic, bought, paid("150.00", OPEN + timedelta(days=1), kind="REFUND"))
    after = status_at(automatic, SETTLED)
    assert (after["spend"]["qualifying"], after["tier"], after["award"]) == ("390.00", None, None)
    assert (rule(after)["outcome"], after["stage"]) == ("pending", "settling")


def test_a_refund_after_the_award_flags_it_and_takes_nothing_back(automatic):
    set_bills(automatic, paid("600.00"))
    status_at(automatic, SETTLED)
    set_bills(automatic, paid("600.00"), paid("150.00", SETTLED + timedelta(hours=1), kind="REFUND"))
    award = status_at(automatic, SETTLED + timedelta(hours=28))["award"]
    assert (award["state"], award["credit"], award["flags"]) == ("due", "500.00", ["bill_refunded"])


def test_bills_nobody_may_read_leave_the_money_provisional_until_staff_confirm(automatic):
    set_bills(automatic, paid("600.00"), reads_finance=False)
    status = status_at(automatic, SETTLED)
    assert (rule(status)["outcome"], status["verdict"], status["stage"]) == ("unknown", "unknown", "held")
    assert (status["spend"]["provisional"], status["stale"], status["award"]) == (True, False, None)
    assert evidence_of(status, "bills readable") == (False, "2025-12-04T18:00:00Z")
    automatic.record_fact("paid_bills_confirmed", "yes")
    assert status_at(automatic, SETTLED + timedelta(hours=2))["award"]["credit"] == "500.00"


def test_an_account_of_no_business_center_is_provisional_too(automatic):
    set_bills(automatic, business_center="")
    assert rule(status_at(automatic, SETTLED))["outcome"] == "unknown"


def test_permission_given_later_settles_what_was_provisional(automatic):
    set_bills(automatic, paid("600.00"), reads_finance=False)
    status_at(automatic, SETTLED)
    set_bills(automatic, paid("600.00"))
    status = status_at(automatic, SETTLED + timedelta(hours=25))
    assert (status["spend"]["provisional"], status["stage"]) == (False, "due")


def test_tax_never_counts(automatic):
    set_bills(automatic, paid("499.99", tax="100.00"))
    status = status_at(automatic, SETTLED)
    assert (status["spend"]["qualifying"], status["tier"]) == ("499.99", None)
    assert {"why": "tax", "amount": "100.00"} in status["spend"]["excluded"]


def test_what_ad_credit_paid_and_card_checks_are_no_bills(automatic):
    credit = AccountPayment(BILL_DATE, Decimal("600.00"), billing="CREDIT")
    set_bills(automatic, credit, paid("600.00", kind="CARD_VERIFICATION"), paid("600.00", kind="ADD_BALANCE"))
    assert evidence_of(status_at(automatic, SETTLED), "paid bills")[0] == "0.00"


def test_a_bill_paid_in_the_days_of_grace_decides_with_its_own_due_date(automatic):
    set_bills(automatic)
    assert status_at(automatic, SETTLED)["stage"] == "settling"
    set_bills(automatic, paid("600.00", datetime(2025, 12, 20, 15, 0, tzinfo=UTC)))
    status = status_at(automatic, datetime(2025, 12, 20, 16, 0, tzinfo=UTC))
    assert (status["stage"], status["award"]["due_by"]) == ("due", "2025-12-27")


def test_a_bill_never_paid_ends_it_when_the_days_of_grace_are_over(automatic):
    set_bills(automatic)
    assert status_at(automatic, datetime(2026, 1, 5, 20, 0, tzinfo=UTC))["stage"] == "settling"
    assert status_at(automatic, datetime(2026, 1, 6, 10, 0, tzinfo=UTC))["stage"] == "ended"


def test_credit_of_somebody_else_in_the_ledger_is_left_to_staff(automatic):
    gift = AccountPayment(BILL_DATE, Decimal("50.00"), type="PROMOTION_ISSUED", billing="CREDIT")
    set_bills(automatic, paid("600.00"), gift)
    status = status_at(automatic, SETTLED)
    assert (rule(status, "no_conflicting_promotion")["outcome"], status["stage"]) == ("unknown", "held")


def test_the_history_keeps_the_payments_each_decision_rested_on(automatic):
    set_bills(automatic, paid("600.00", tax="120.00"))
    status_at(automatic, SETTLED)
    (newest,) = page_of_decisions(automatic.container.database, automatic.store.id, limit=1).rows
    assert show_decision(automatic.container.database, newest["id"])["facts"]["payments"] == [
        {
            "type": "BILL_PAYMENT",
            "billing": "CASH",
            "subtotal": "600.0",
            "tax": "120.0",
            "at": "2025-12-03T09:00:00Z",
        }
    ]
