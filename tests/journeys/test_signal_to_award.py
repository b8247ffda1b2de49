"""From signed signals to an award, all of it over HTTP, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Event

import pytest
import requests

from receiver.app import create_app
from receiver.jobs import every_minute
from receiver.sandbox.accounts import Account, Day
from receiver.sandbox.tiktok import create_tiktok
from receiver.sandbox.woocommerce import Webhook, deliver, ping
from receiver.services.links import add_link
from receiver.services.record import record
from receiver.services.stores import add_store
from receiver.wiring import wire
from receiver.worker import work_inbox
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.serving import served

JOINED = datetime(2025, 10, 30, 8, 0, tzinfo=UTC)
LINKED = datetime(2025, 10, 31, 10, 5, tzinfo=UTC)
ADVERTISER = "7400000000000000101"
SHOP = "https://shop.example/"


class Journey:
    """One store, its ad account and the service, each on a socket of its own."""

    def __init__(self, wired, clock, tiktok_accounts, base_url):
        self.wired, self.clock, self.accounts, self.base_url = wired, clock, tiktok_accounts, base_url
        self.seq = 0
        self.store = add_store(
            wired.database,
            wired.seal,
            clock(),
            url=SHOP,
            name="Example shop",
            country="US",
            currency="USD",
            programme="woocommerce-2025",
            actor="test",
        )
        path = self.store.webhook_path
        self.webhook = Webhook(base_url + path, self.store.webhook_secret, 11, SHOP)

    def signal(self, event: str, **fields: object) -> int:
        self.seq += 1
        argument = {
            "v": 1,
            "install_id": "3f0d5a52-8f0e-4c0b-9b5e-6f0a2f1d7c11",
            "home_url": SHOP,
            "seq": self.seq,
            "at": f"{self.clock():%Y-%m-%dT%H:%M:%SZ}",
            "event": event,
            **fields,
        }
        payload = {"action": "wc_ad_credit_signal", "arg": argument}
        return deliver(self.webhook, "action.wc_ad_credit_signal", payload)

    def work(self) -> None:
        """What the worker does: the inbox first, then what is due at TikTok."""
        while work_inbox(self.wired):
            pass
        for job in every_minute(self.wired):
            job.run(Event())

    def status(self) -> dict:
        headers = {"Authorization": f"Bearer {self.store.status_token}"}
        answer = requests.get(f"{self.base_url}/api/v1/status", headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def set_up_and_link(self) -> None:
        assert ping(self.webhook) == 200
        self.clock.at = LINKED - timedelta(minutes=5)
        assert self.signal("integration_installed") == 200
        assert self.signal("integration_set_up") == 200
        self.clock.at = LINKED
        claimed = {"advertiser_id": ADVERTISER, "business_center": "6001", "external_business_id": "tt4b_1"}
        assert self.signal("account_linked", exact=True, **claimed) == 200
        self.work()

    def consent(self, token: str = "merchant-token") -> None:
        add_link(
            self.wired.database,
            self.wired.seal,
            self.clock(),
            store_id=self.store.id,
            advertiser_id=ADVERTISER,
            token=token,
            actor="test",
        )

    def pays(self, how: str) -> None:
        what = {"name": "payment", "value": how, "reason": "told", "evidence": "T-1", "actor": "test"}
        record(self.wired.database, self.clock(), store_id=self.store.id, **what)


@pytest.fixture
def journey(database_url):
    clock = FrozenClock(JOINED)
    accounts: dict[str, Account] = {}
    with served(create_tiktok(lambda: accounts, clock)) as tiktok:
        settings = make_settings(database_url=database_url, tiktok_api_url=f"{tiktok}/open_api/v1.3")
        wired = wire(settings, now=clock)
        with served(create_app(wired=wired)) as base_url:
            yield Journey(wired, clock, accounts, base_url)
        wired.database.close()


def spends(journey: Journey, days: dict[date, Day], **changes: object) -> None:
    created = datetime(2025, 10, 31, 9, 0, tzinfo=UTC)
    valid = {"name": "Example", "token": "merchant-token", "created_at": created, "business_center": "6001"}
    journey.accounts[ADVERTISER] = Account(ADVERTISER, days=days, **{**valid, **changes})


def each_day(amount: str, first: date, count: int, credit: str = "0") -> dict[date, Day]:
    return {first + timedelta(days=n): Day(Decimal(amount), Decimal(credit)) for n in range(count)}


def test_tier_one_is_due_once_the_window_is_settled(journey):
    assert journey.status()["stage"] == "awaiting_setup"
    journey.set_up_and_link()
    assert journey.status()["stage"] == "awaiting_spend"
    assert journey.status()["verdict"] == "unknown"  # the store's claim is no consent

    journey.consent()
    journey.pays("manual")
    spends(journey, each_day("20.00", date(2025, 11, 2), 30, credit="5.00"))
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
    journey.pays("manual")
    spends(journey, each_day("500.00", date(2025, 11, 2), 12))
    journey.clock.at = datetime(2025, 11, 16, 13, 0, tzinfo=UTC)
    journey.work()
    award = journey.status()["award"]
    assert (award["credit"], award["due_by"]) == ("5000.00", "2025-11-18")


def test_a_revoked_consent_leaves_spend_and_stage_and_says_unknown(journey):
    journey.set_up_and_link()
    journey.consent()
    journey.pays("manual")
    days = each_day("20.00", date(2025, 11, 2), 30)
    spends(journey, days)
    journey.clock.at = datetime(2025, 11, 20, 13, 0, tzinfo=UTC)
    journey.work()
    spends(journey, days, revoked=True)
    journey.clock.move(hours=7)
    journey.work()
    status = journey.status()
    assert (status["stage"], status["verdict"]) == ("accumulating", "unknown")
    assert status["spend"]["qualifying"] != "0.00"
    (linked,) = [rule for rule in status["rules"] if rule["id"] == "account_linked"]
    assert (linked["outcome"], "withdrawn" in linked["text"]) == ("unknown", True)

    spends(journey, days)
    journey.consent()
    journey.work()
    assert journey.status()["verdict"] == "on_track"


def test_an_account_that_advertised_before_does_not_qualify(journey):
    journey.set_up_and_link()
    journey.consent()
    journey.pays("manual")
    days = {date(2025, 9, 1): Day(Decimal("50.00")), **each_day("20.00", date(2025, 11, 2), 30)}
    spends(journey, days, created_at=datetime(2024, 1, 1, tzinfo=UTC))
    journey.clock.at = datetime(2025, 11, 20, 13, 0, tzinfo=UTC)
    journey.work()
    status = journey.status()
    assert (status["stage"], status["verdict"]) == ("ineligible", "ineligible")
    (earlier,) = [rule for rule in status["rules"] if rule["id"] == "not_yet_advertising"]
    assert "$50.00" in earlier["text"]


def test_every_signal_delivered_twice_changes_nothing(journey):
    journey.set_up_and_link()
    before = journey.status()
    journey.seq = 0
    journey.clock.at = LINKED - timedelta(minutes=5)
    assert journey.signal("integration_installed") == 200
    assert journey.signal("integration_set_up") == 200
    journey.clock.at = LINKED
    journey.work()
    assert journey.status() == before
