"""A store, its ad account and the service, each on a socket of its own; the test moves the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Event

import requests

from receiver.sandbox.tiktok.accounts import AccountDay, SandboxAccount
from receiver.sandbox.woocommerce.webhook_sender import SandboxWebhook, deliver, ping
from receiver.services.stores.add import add_store
from receiver.services.stores.details import StoreDetails
from receiver.services.stores.links import add_link
from receiver.services.stores.record_fact import record_staff_fact
from receiver.worker.jobs import every_minute
from receiver.worker.loop import work_inbox

JOINED = datetime(2025, 10, 30, 8, 0, tzinfo=UTC)
LINKED = datetime(2025, 10, 31, 10, 5, tzinfo=UTC)
ADVERTISER = "7400000000000000101"
SHOP = "https://shop.example/"


class Journey:
    """One store, its ad account and the service, each on a socket of its own."""

    def __init__(
        self,
        container,
        clock,
        tiktok_accounts,
        faults,
        base_url,
        *,
        shop=SHOP,
        advertiser=ADVERTISER,
        **details,
    ):
        self.container, self.clock, self.base_url = container, clock, base_url
        self.accounts, self.faults = tiktok_accounts, faults
        self.shop, self.advertiser = shop, advertiser
        self.seq = 0
        self.store = add_store(
            container.at(clock()),
            StoreDetails(
                **{"name": "Example shop", "country": "US", "currency": "USD", **details, "url": shop}
            ),
            programme="woocommerce-2025",
            actor="test",
        )
        path = self.store.webhook_path
        self.webhook = SandboxWebhook(base_url + path, self.store.webhook_secret, 11, shop)

    def signal(self, event: str, **fields: object) -> int:
        self.seq += 1
        argument = {
            "v": 1,
            "install_id": "3f0d5a52-8f0e-4c0b-9b5e-6f0a2f1d7c11",
            "home_url": self.shop,
            "seq": self.seq,
            "at": f"{self.clock():%Y-%m-%dT%H:%M:%SZ}",
            "event": event,
            **fields,
        }
        payload = {"action": "wc_ad_credit_signal", "arg": argument}
        return deliver(self.webhook, "action.wc_ad_credit_signal", payload)

    def work(self) -> None:
        """Run one pass of the worker: the inbox first, then each job of the minute."""
        while work_inbox(self.container):
            pass
        for job in every_minute(self.container):
            job.run(Event())

    def status(self) -> dict:
        headers = {"Authorization": f"Bearer {self.store.status_token}"}
        answer = requests.get(f"{self.base_url}/api/v1/status", headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def set_up_and_link(self) -> None:
        assert ping(self.webhook) == 200
        self.clock.at = LINKED - timedelta(minutes=5)
        assert self.signal("integration_installed") == 200
        assert self.signal("integration_set_up") == 200
        self.clock.at = LINKED
        claimed = {
            "advertiser_id": self.advertiser,
            "business_center": "6001",
            "external_business_id": "tt4b_1",
        }
        assert self.signal("account_linked", exact=True, **claimed) == 200
        self.work()

    def consent(self, token: str = "merchant-token") -> None:
        add_link(
            self.container.at(self.clock()),
            store_id=self.store.id,
            advertiser_id=self.advertiser,
            token=token,
            actor="test",
        )

    def set_payment(self, value: str) -> None:
        self.record_fact("payment", value)

    def record_fact(self, name: str, value: str) -> None:
        fact = {"name": name, "value": value, "reason": "told", "evidence": "T-1", "actor": "test"}
        record_staff_fact(self.container.at(self.clock()), store_id=self.store.id, **fact)


def set_spend(journey: Journey, days: dict[date, AccountDay], **changes: object) -> None:
    created = datetime(2025, 10, 31, 9, 0, tzinfo=UTC)
    valid = {"name": "Example", "token": "merchant-token", "created_at": created, "business_center": "6001"}
    journey.accounts[journey.advertiser] = SandboxAccount(
        journey.advertiser, days=days, **{**valid, **changes}
    )


def each_day(amount: str, first: date, count: int, credit: str = "0") -> dict[date, AccountDay]:
    return {first + timedelta(days=n): AccountDay(Decimal(amount), Decimal(credit)) for n in range(count)}
