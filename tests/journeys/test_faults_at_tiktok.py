"""Every fault of TikTok, over HTTP: figures grow stale, no rule fails, and all recovers once it is off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from receiver.domain.schedule import share_of
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.tiktok.faults import WORDS, Fault
from receiver.services.polling.poll import poll_account
from receiver.services.polling.spend import spend_of
from tests.journeys.journey import ADVERTISER, Journey, each_day, set_spend

BEFORE = datetime(2025, 11, 10, 12, 0, tzinfo=UTC)
DURING = BEFORE + timedelta(hours=30)
AFTER = DURING + timedelta(hours=12)
INFO = "TikTok advertiser/info"

# The error that is stored for the account, after each fault that passes.
PASSING = {
    Fault.TIMEOUT: "127.0.0.1 did not answer in time",
    Fault.BAD_GATEWAY: f"{INFO}: no answer of the API (HTTP 502)",
    Fault.MAINTENANCE: f"{INFO}: TikTok is under maintenance (code 60001), request ",
    Fault.SYSTEM_ERROR: f"{INFO}: a fault at TikTok (code 50000), request ",
    Fault.PROCESSING_ERROR: f"{INFO}: a fault at TikTok (code 50002), request ",
    Fault.PARTLY_OK: f"{INFO}: only partly successful (code 20001), request ",
    Fault.APP_RATE_LIMIT: f"{INFO}: the app's call limit is reached (code 40100), request ",
    Fault.APP_TOO_FREQUENT: f"{INFO}: the app's call limit is reached (code 40016), request ",
    Fault.ADVERTISER_RATE_LIMIT: f"{INFO}: this ad account's call limit is reached (code 40133), request ",
    Fault.GARBLED: f"{INFO}: an answer that is no JSON, or was cut off (HTTP 200)",
    Fault.EMPTY_REPORT: "TikTok's report is empty where it had figures",
    Fault.EMPTY_LIST: f"TikTok does not list account {ADVERTISER}",
    Fault.DOUBLED_ROW: "TikTok report/integrated/get: rows that do not add up to the report's own total",
}
DEAD_TOKEN = (Fault.REVOKED_TOKEN, Fault.EXPIRED_TOKEN)
OUT_OF_REACH = {Fault.NO_PERMISSION: "account_unreachable", Fault.ACCOUNT_MISSING: "account_missing"}
# How long calls pause where TikTok's advice says so: the first time, and the second.
PAUSES = {
    Fault.APP_RATE_LIMIT: (timedelta(seconds=1), timedelta(minutes=5)),
    Fault.APP_TOO_FREQUENT: (timedelta(seconds=1), timedelta(minutes=5)),
    Fault.ADVERTISER_RATE_LIMIT: (timedelta(minutes=1), timedelta(minutes=2)),
}


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: tests/services/polling stores polls on both databases."""
    return "sqlite"


@pytest.fixture
def spending(journey):
    """A journey that spends 50.00 a day since 2 November; last read on the 10th at noon: 7 dates count."""
    journey.set_up_and_link()
    journey.consent()
    journey.set_payment("manual")
    set_spend(journey, each_day("50.00", date(2025, 11, 2), 30))
    status = status_at(journey, BEFORE)
    assert (status["stage"], status["stale"], status["spend"]["qualifying"]) == (
        "accumulating",
        False,
        "350.00",
    )
    return journey


def status_at(journey: Journey, at: datetime) -> dict[str, Any]:
    journey.clock.at = at
    journey.work()
    return journey.status()


def account(journey: Journey) -> dict[str, Any]:
    return spend_of(journey.container.at(journey.clock()), ADVERTISER)


def outcomes(status: dict[str, Any]) -> dict[str, str]:
    return {rule["id"]: rule["outcome"] for rule in status["rules"]}


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_leaves_the_figures_and_is_tried_again(spending, fault):
    impatient = TikTokClient(spending.container.settings.tiktok_api_url, timeout=(5.0, 0.3))
    if fault is Fault.TIMEOUT:
        spending.container = replace(spending.container, tiktok=impatient)
    before = account(spending)["days"]
    spending.faults.on(fault)

    status = status_at(spending, DURING)

    assert (status["stage"], status["verdict"]) == ("accumulating", "on_track")
    assert (status["stale"], status["spend"]["qualifying"]) == (True, "350.00")
    poll_state = account(spending)
    assert poll_state["days"] == [
        {**day, "final": new["final"]} for day, new in zip(before, poll_state["days"], strict=True)
    ]
    assert poll_state["last_error"].startswith(PASSING[fault])
    shared = 1 - share_of(ADVERTISER) / 4
    first, second = PAUSES.get(fault, (shared * timedelta(minutes=5), shared * timedelta(minutes=10)))
    assert poll_state["next_poll"] == DURING + first
    assert status_at(spending, DURING + timedelta(minutes=5))["stale"] is True
    assert account(spending)["next_poll"] == DURING + timedelta(minutes=5) + second

    spending.faults.off(fault)
    status = status_at(spending, AFTER)
    assert (status["stale"], status["spend"]["qualifying"]) == (False, "450.00")
    assert account(spending)["last_error"] is None


def test_figures_that_come_a_day_late_are_missing_and_then_counted(spending):
    spending.faults.on(Fault.LATE_REPORT)
    status = status_at(spending, DURING)
    assert (status["stage"], status["stale"]) == ("accumulating", False)
    assert status["spend"]["qualifying"] == "350.00"  # in time it would be 400.00
    assert account(spending)["last_error"] is None
    spending.faults.off(Fault.LATE_REPORT)
    assert status_at(spending, AFTER)["spend"]["qualifying"] == "450.00"


def test_after_days_of_empty_reports_every_date_is_read_that_was_missed(spending):
    spending.faults.on(Fault.EMPTY_REPORT)
    for days in range(1, 9):
        assert status_at(spending, BEFORE + timedelta(days=days))["spend"]["qualifying"] == "350.00"
    spending.faults.off(Fault.EMPTY_REPORT)
    status = status_at(spending, BEFORE + timedelta(days=9))
    assert status["spend"]["qualifying"] == "800.00"


def test_refused_parameters_are_tried_again_every_six_hours_until_we_are_put_right(spending):
    spending.faults.on(Fault.WRONG_PARAMETER)

    status = status_at(spending, DURING)

    assert (status["stage"], status["stale"], status["spend"]["qualifying"]) == (
        "accumulating",
        True,
        "350.00",
    )
    poll_state = account(spending)
    assert (poll_state["next_poll"], poll_state["why"]) == (
        DURING + timedelta(hours=6),
        "once our configuration is put right",
    )
    spending.faults.off(Fault.WRONG_PARAMETER)
    assert status_at(spending, AFTER)["stale"] is False


@pytest.mark.parametrize("fault", DEAD_TOKEN)
def test_a_dead_token_is_forgotten_and_eligibility_unknown_until_the_advertiser_consents_again(
    spending, fault
):
    spending.faults.on(fault)

    status = status_at(spending, DURING)

    assert (status["verdict"], outcomes(status)["account_linked"]) == ("unknown", "unknown")
    assert "fail" not in outcomes(status).values()
    assert (status["stale"], status["next_check"]) == (True, None)
    assert status["spend"]["qualifying"] == "350.00"
    assert account(spending)["why"] == "waits for the advertiser's consent"

    spending.faults.off(fault)
    assert status_at(spending, AFTER)["stale"] is True
    spending.consent()
    status = status_at(spending, AFTER)
    assert (status["verdict"], status["stale"], status["spend"]["qualifying"]) == (
        "on_track",
        False,
        "450.00",
    )


@pytest.mark.parametrize("fault", OUT_OF_REACH)
def test_an_account_out_of_reach_is_told_and_asked_about_until_it_answers(spending, fault):
    spending.faults.on(fault)

    status = status_at(spending, DURING)

    assert (status["verdict"], status["stale"]) == ("unknown", True)
    assert status["spend"]["qualifying"] == "350.00"
    assert [item["id"] for item in status["warnings"]] == [OUT_OF_REACH[fault]]
    assert account(spending)["why"] == "whether TikTok gives access to the account again"

    spending.faults.off(fault)
    assert status_at(spending, AFTER)["stale"] is False


def test_a_report_in_another_currency_is_told_and_counts_nothing(spending):
    spending.faults.on(Fault.FOREIGN_CURRENCY)
    status = status_at(spending, DURING)
    assert (status["verdict"], outcomes(status)["account_currency"]) == ("unknown", "unknown")
    assert (outcomes(status)["spend_reached"], status["tier"]) == ("unknown", None)
    assert [item["id"] for item in status["warnings"]] == ["currency_differs"]
    spending.faults.off(Fault.FOREIGN_CURRENCY)
    assert status_at(spending, AFTER)["spend"]["qualifying"] == "450.00"


def test_one_refused_metric_leaves_the_others_and_the_account(spending):
    before = len(account(spending)["days"])
    spending.faults.on(Fault.REFUSED_METRIC)
    status = status_at(spending, DURING)
    days = account(spending)["days"]
    assert len(days) > before
    assert (days[-1]["spend"], days[-1]["cash_spend"]) == ("50.00", None)
    assert [item["id"] for item in status["warnings"]] == ["reading_refused"]
    assert outcomes(status)["spend_reached"] == "pending"
    spending.faults.off(Fault.REFUSED_METRIC)
    assert status_at(spending, AFTER)["spend"]["qualifying"] == "450.00"


def test_a_suspended_account_is_not_eligible_until_tiktok_lifts_it(spending):
    spending.faults.on(Fault.SUSPENDED, ADVERTISER)

    status = status_at(spending, DURING)

    assert (status["verdict"], outcomes(status)["good_standing"]) == ("ineligible", "fail")
    spending.faults.off(Fault.SUSPENDED)
    spending.clock.at = AFTER
    container = spending.container
    poll_account(container.at(AFTER), ADVERTISER)
    assert status_at(spending, AFTER)["verdict"] == "on_track"


@pytest.mark.parametrize(("whose", "stale"), [(ADVERTISER, True), ("7400000000000000999", False)])
def test_a_fault_of_one_account_is_met_by_its_calls_alone(spending, whose, stale):
    spending.faults.on(Fault.SYSTEM_ERROR, whose)
    assert status_at(spending, DURING)["stale"] is stale


def test_every_fault_that_can_be_switched_is_told_and_played_here():
    alone = {Fault.LATE_REPORT, Fault.WRONG_PARAMETER, Fault.SUSPENDED}
    played = {*PASSING, *DEAD_TOKEN, *OUT_OF_REACH, *alone, Fault.FOREIGN_CURRENCY, Fault.REFUSED_METRIC}
    assert set(Fault) == set(WORDS) == played
