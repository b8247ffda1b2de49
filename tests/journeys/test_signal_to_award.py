"""From signed signals to an award, all of it over HTTP, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from receiver.sandbox.tiktok.accounts import AccountDay
from tests.journeys.journey import LINKED, each_day, set_spend


def test_tier_one_is_due_once_the_window_is_settled(journey):
    assert journey.status()["stage"] == "awaiting_setup"
    journey.set_up_and_link()
    claimed = journey.status()
    assert (claimed["stage"], claimed["account"]) == ("awaiting_link", None)  # a store's claim is no consent
    assert "Connect TikTok" in claimed["headline"]

    journey.consent()
    journey.set_payment("manual")
    set_spend(journey, each_day("20.00", date(2025, 11, 2), 30, credit="5.00"))
    journey.clock.at = datetime(2025, 11, 20, 13, 0, tzinfo=UTC)
    journey.work()
    status = journey.status()
    assert (status["stage"], status["verdict"], status["stale"]) == ("accumulating", "on_track", False)
    assert (status["window"]["first_date"], status["window"]["days_left"]) == ("2025-11-02", 11)
    assert status["spend"]["excluded"] == [{"why": "ad_credit", "amount": "85.00"}]

    journey.clock.at = datetime(2025, 12, 4, 11, 0, tzinfo=UTC)
    journey.work()
    assert journey.status()["stage"] == "settling"

    journey.clock.at = datetime(2025, 12, 4, 18, 0, tzinfo=UTC)
    journey.work()
    status = journey.status()
    assert (status["stage"], status["spend"]["qualifying"]) == ("due", "600.00")
    assert (status["award"]["credit"], status["award"]["currency"]) == ("500.00", "USD")
    assert (status["award"]["due_by"], status["award"]["state"]) == ("2025-12-08", "due")


def test_the_highest_tier_is_due_while_the_window_is_still_open(journey):
    journey.set_up_and_link()
    journey.consent()
    journey.set_payment("manual")
    set_spend(journey, each_day("500.00", date(2025, 11, 2), 12))
    journey.clock.at = datetime(2025, 11, 16, 13, 0, tzinfo=UTC)
    journey.work()
    award = journey.status()["award"]
    assert (award["credit"], award["due_by"]) == ("5000.00", "2025-11-18")


def test_a_revoked_consent_leaves_spend_and_stage_and_says_unknown(journey):
    journey.set_up_and_link()
    journey.consent()
    journey.set_payment("manual")
    days = each_day("20.00", date(2025, 11, 2), 30)
    set_spend(journey, days)
    journey.clock.at = datetime(2025, 11, 20, 13, 0, tzinfo=UTC)
    journey.work()
    set_spend(journey, days, revoked_at=journey.clock.at)
    journey.clock.move(hours=7)
    journey.work()
    status = journey.status()
    assert (status["stage"], status["verdict"]) == ("accumulating", "unknown")
    assert status["spend"]["qualifying"] != "0.00"
    (linked,) = [rule for rule in status["rules"] if rule["id"] == "account_linked"]
    assert (linked["outcome"], "withdrawn" in linked["text"]) == ("unknown", True)

    set_spend(journey, days)
    journey.consent()
    journey.work()
    assert journey.status()["verdict"] == "on_track"


def test_an_account_that_advertised_before_does_not_qualify(journey):
    journey.set_up_and_link()
    journey.consent()
    journey.set_payment("manual")
    days = {date(2025, 9, 1): AccountDay(Decimal("50.00")), **each_day("20.00", date(2025, 11, 2), 30)}
    set_spend(journey, days, created_at=datetime(2024, 1, 1, tzinfo=UTC))
    journey.clock.at = datetime(2025, 11, 20, 13, 0, tzinfo=UTC)
    journey.work()
    status = journey.status()
    assert (status["stage"], status["verdict"]) == ("ineligible", "ineligible")
    (earlier,) = [rule for rule in status["rules"] if rule["id"] == "not_yet_advertising"]
    assert "$50.00" in earlier["text"]


def test_a_repeated_delivery_of_each_signal_changes_nothing(journey):
    journey.set_up_and_link()
    before = journey.status()
    journey.seq = 0
    journey.clock.at = LINKED - timedelta(minutes=5)
    assert journey.signal("integration_installed") == 200
    assert journey.signal("integration_set_up") == 200
    journey.clock.at = LINKED
    journey.work()
    assert journey.status() == before
