"""A merchant who lies to earn more, over HTTP, against the whole service."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.journeys.journey import JOINED, each_day, set_spend

LONG_AGO = date(2024, 10, 1)
OLD_ACCOUNT = datetime(2024, 9, 1, tzinfo=UTC)
LATER = datetime(2025, 12, 6, 12, tzinfo=UTC)


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: tests/services/deliveries applies signals on both databases."""
    return "sqlite"


@pytest.fixture
def busy(journey):
    """A store that joins now, and an ad account of its owner that has spent 200 USD a day for 400 days."""
    set_spend(journey, each_day("200.00", LONG_AGO, 430), created_at=OLD_ACCOUNT)
    return journey


def lie_and_consent(journey, asserted: datetime, **more: object) -> dict:
    """Send signals that assert a moment, give the advertiser's consent, and return the status weeks later."""
    at = {"at": f"{asserted:%Y-%m-%dT%H:%M:%SZ}"}
    assert journey.signal("integration_set_up", **at) == 200
    assert journey.signal("account_linked", advertiser_id=journey.advertiser, exact=True, **at, **more) == 200
    journey.work()
    journey.consent()
    journey.set_payment("manual")
    journey.clock.at = LATER
    journey.work()
    return journey.status()


def rule(status: dict, name: str) -> dict:
    return next(item for item in status["rules"] if item["id"] == name)


def test_backdated_signals_and_a_busy_account_earn_nothing(busy):
    status = lie_and_consent(busy, datetime(2024, 6, 1, tzinfo=UTC))
    assert (status["stage"], status["award"]) == ("held", None)
    assert rule(status, "not_yet_advertising")["outcome"] == "unknown"
    evidence = {line["fact"]: line["value"] for line in rule(status, "account_linked")["evidence"]}
    assert evidence["linked"] == f"{JOINED:%Y-%m-%dT%H:%M:%SZ}"
    assert evidence["linked, as the store says"] == "2024-06-01T00:00:00Z"


def test_an_honest_store_with_a_busy_account_does_not_qualify(busy):
    assert lie_and_consent(busy, JOINED)["stage"] == "ineligible"


@pytest.mark.parametrize("asserted", [datetime(2000, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)])
def test_a_clock_that_is_off_is_a_warning_with_a_next_step(journey, asserted: datetime):
    status = lie_and_consent(journey, asserted)
    (warning,) = [item for item in status["warnings"] if item["id"].startswith("clock_")]
    assert warning["id"] == ("clock_ahead" if asserted > JOINED else "clock_behind")
    assert warning["next_step"]


def test_an_honest_merchant_who_linked_before_joining_loses_only_what_was_spent_before(journey):
    set_spend(journey, each_day("60.00", JOINED.date(), 30), created_at=OLD_ACCOUNT)
    status = lie_and_consent(journey, JOINED - timedelta(days=200))
    assert rule(status, "not_yet_advertising")["outcome"] == "pass"
    assert (status["stage"], status["award"]["credit"]) == ("due", "1500.00")


def test_a_shop_that_says_another_country_gets_past_no_rule_of_its_ad_account(journey):
    set_spend(journey, each_day("60.00", date(2025, 11, 2), 30), country="DE", currency="EUR")
    journey.set_up_and_link()
    journey.consent()
    journey.set_payment("manual")
    journey.clock.at = LATER
    journey.work()
    status = journey.status()
    assert rule(status, "store_market")["outcome"] == "pass"  # it says US
    assert (rule(status, "account_market")["outcome"], status["award"]) == ("fail", None)
