"""The work of staff on a credit, in a real browser: a review that overrides a rule, an award issued."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime

import pytest
import requests
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Faults
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from tests.browser.conftest import EMAIL, PASSWORD, overflows_window, signed_in
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.journeys.journey import JOINED, Journey, each_day, set_spend
from tests.serving import served

pytestmark = needs_chromium
SETTLED = datetime(2025, 12, 4, 18, 0, tzinfo=UTC)
STORES = {
    "Fox & Thimble": {"shop": "https://fox.example/", "country": "FR", "advertiser": "7400000000000000101"},
    "Brass Button": {"shop": "https://brass.example/", "country": "US", "advertiser": "7400000000000000102"},
}


@pytest.fixture(scope="module")
def journeys(tmp_path_factory):
    """Two stores that spent enough, by name; the first has a country that is no market."""
    folder, clock, accounts = tmp_path_factory.mktemp("credit"), FrozenClock(JOINED), {}
    with served(create_tiktok(lambda: accounts, clock, Faults(folder / "faults").active_for)) as tiktok:
        settings = make_settings(
            database_url=f"sqlite:///{folder}/receiver.db",
            public_url="http://127.0.0.1",
            tiktok_api_url=f"{tiktok}/open_api/v1.3",
        )
        container = build_container(settings, now=clock)
        migrate(container.database)
        who = {"email": EMAIL, "role": Role.OPERATOR, "password": PASSWORD}
        add_staff(container.at(JOINED), **who, actor="test")
        with served(create_app(container=container)) as address:
            by_name = {
                name: Journey(container, clock, accounts, None, address, name=name, **details)
                for name, details in STORES.items()
            }
            for center, journey in enumerate(by_name.values(), 6001):
                journey.set_up_and_link()
                journey.consent()
                journey.set_payment("manual")
                own = {"name": journey.shop, "business_center": str(center)}  # no two of one merchant
                set_spend(journey, each_day("20.00", date(2025, 11, 2), 30), **own)
            clock.at = SETTLED
            journey.work()
            yield by_name
        container.database.close()


def asks_for_review(journey, message):
    headers = {"Authorization": f"Bearer {journey.store.status_token}"}
    address = f"{journey.base_url}/api/v1/reviews"
    answer = requests.post(address, json={"message": message}, headers=headers, timeout=60)
    assert answer.ok, answer.text


def test_a_review_is_seen_understood_and_overridden_and_its_award_appears(chromium, journeys):
    journey = journeys["Fox & Thimble"]
    assert journey.status()["stage"] == "ineligible"
    asks_for_review(journey, "We moved to the United States in October.")
    with signed_in(chromium, journey.base_url, 1280) as page:
        page.get_by_role("link", name="1 review waits for an answer").click()
        page.get_by_role("link", name="Fox & Thimble").click()
        expect(page.get_by_text("We moved to the United States in October.")).to_be_visible()
        market = page.locator("tr", has=page.get_by_role("cell", name="Country of the store"))
        market.locator("summary").click()
        expect(market.get_by_text("store country: FR (staff")).to_be_visible()

        page.get_by_label("Override a rule").check()
        page.get_by_role("combobox", name="Rule", exact=True).select_option("store_market")
        page.get_by_role("combobox", name="Our answer").select_option("pass")
        page.get_by_label("Reason; the merchant reads it").fill("The papers show it.")
        page.get_by_role("button", name="Show what it changes").click()
        change = page.get_by_role("row", name="award › credit")
        expect(change.get_by_text("500.00")).to_be_visible()
        assert journey.status()["stage"] == "ineligible"  # nothing is kept yet
        page.get_by_role("button", name="Send answer").click()
        expect(page.get_by_role("heading", name="Answered: Rule overridden")).to_be_visible()

        page.get_by_role("navigation").get_by_role("link", name="Awards").click()
        award = page.locator("tr", has_text="Fox & Thimble")
        expect(award.get_by_text("$500.00")).to_be_visible()
        assert page.complaints == []
    status = journey.status()
    assert (status["stage"], status["award"]["credit"]) == ("due", "500.00")
    assert "The papers show it." in status["review"]["text"]


def test_a_due_award_is_issued_on_a_phone_and_exported(chromium, journeys):
    journey = journeys["Brass Button"]
    with signed_in(chromium, journey.base_url, 390) as page:
        page.get_by_role("navigation").get_by_role("link", name="Awards").click()
        page.locator("tr", has_text="Brass Button").get_by_role("link", name="Award of Brass Button").click()
        page.get_by_label("Reference, or the code itself").fill("TT-4711")
        page.get_by_role("button", name="Record as issued").click()
        expect(page.get_by_text("Applied to the account: TT-4711")).to_be_visible()
        assert not overflows_window(page)

        page.get_by_role("link", name="← Awards").click()
        page.get_by_label("State").select_option("issued")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("tr", has_text="Brass Button").get_by_text("TT-4711")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download this list (CSV)").click()
        rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
        assert not overflows_window(page)
        assert page.complaints == []
    exported = [(row["store_name"], row["reference"], row["credit"], row["state"]) for row in rows]
    assert exported == [("Brass Button", "TT-4711", "500.00", "issued")]
    assert journey.status()["stage"] == "issued"
