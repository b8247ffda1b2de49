"""Stores without a network: their answers, and what was done to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from receiver.domain.shop_facts import ShopFacts
from receiver.domain.store_webhooks import ActualWebhook
from receiver.errors import ShopError
from receiver.services.connections.ports import Keys
from wp_bridge.errors import StoreTrouble

URL = "https://shop.example/"
KEYS = Keys("ck_" + "a" * 40, "cs_" + "b" * 40)
UUID = "0b5f9b1e-4c2c-4a57-9c55-9a4a3b1f2c3d"
FACTS = ShopFacts(
    home_url=URL,
    uuid=UUID,
    name="Example shop",
    country="US",
    currency="USD",
    wc_version="10.0.2",
    wp_version="6.8.8",
    hpos=True,
    plugins=(("tiktok-for-business/tiktok-for-woocommerce.php", "1.2.6"), ("akismet/akismet.php", "5")),
)


@dataclass
class FakeShop:
    """A store with the webhooks `hooks`; a call named in `troubles` fails with that trouble."""

    keys: Keys = KEYS
    shop_facts: ShopFacts = FACTS
    hooks: list[ActualWebhook] = field(default_factory=list)
    secrets: dict[int, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    plugin: dict[str, Any] | None = None
    troubles: dict[str, StoreTrouble] = field(default_factory=dict)
    retry_after: int | None = None  # seconds, with every trouble
    redirected: bool = False  # every trouble is a redirect
    writes_empty: bool = False  # keeps a topic as an empty one, as a wrongly written one
    during: Callable[[], None] = lambda: None  # called inside every call
    calls: list[str] = field(default_factory=list)
    next_id: int = 11

    def _record_call(self, name: str) -> None:
        self.calls.append(name)
        self.during()
        if name in self.troubles:
            raise ShopError(self.troubles[name], retry_after=self.retry_after, redirected=self.redirected)

    def facts(self) -> ShopFacts:
        self._record_call("facts")
        return self.shop_facts

    def webhooks(self) -> list[ActualWebhook]:
        self._record_call("webhooks")
        return list(self.hooks)

    def make_webhook(self, name: str, topic: str, url: str, secret: str) -> ActualWebhook:
        self._record_call("make_webhook")
        webhook = ActualWebhook(
            self.next_id, "" if self.writes_empty else topic, url, "active", not self.writes_empty
        )
        self.next_id += 1
        self.hooks.append(webhook)
        self.secrets[webhook.id] = secret
        return webhook

    def change_secret(self, webhook_id: int, secret: str) -> None:
        self._record_call("change_secret")
        self.secrets[webhook_id] = secret

    def delete_webhook(self, webhook_id: int) -> None:
        self._record_call("delete_webhook")
        self.hooks = [hook for hook in self.hooks if hook.id != webhook_id]

    def state(self) -> dict[str, Any]:
        self._record_call("state")
        return dict(self.plugin or {})

    def put_token(self, token: str) -> None:
        self._record_call("put_token")
        self.tokens.append(token)

    def change_webhook(self, topic: str, **changes: Any) -> None:
        """Change fields of the webhook of a topic, as somebody at the store would."""
        self.hooks = [replace(hook, **changes) if hook.topic == topic else hook for hook in self.hooks]


@dataclass
class FakeShops:
    """The stores by their address; any other address is unreachable."""

    by_url: dict[str, FakeShop] = field(default_factory=lambda: {URL: FakeShop()})
    probed: list[str] = field(default_factory=list)
    probe_trouble: StoreTrouble | None = None
    deadlines: list[float] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)  # addresses that redirect for good
    without_key_page: set[str] = field(default_factory=set)  # their hosts block it
    bases: dict[str, str] = field(default_factory=dict)  # where REST begins, if not at the address

    def for_seconds(self, seconds: float) -> FakeShops:
        self.deadlines.append(seconds)
        return self

    def probe(self, url: str, *, http: bool = False) -> str:
        self.probed.append(url)
        if self.probe_trouble or url not in self.by_url:
            raise ShopError(self.probe_trouble or StoreTrouble.UNREACHABLE)
        return self.bases.get(url, url)

    def has_key_page(self, base: str) -> bool:
        return base not in self.without_key_page

    def moved_to(self, url: str) -> str | None:
        return self.redirects.get(url)

    def keeps_secrets(self, base: str) -> bool:
        return base.startswith("https:")

    def open(self, base: str, consumer_key: str, consumer_secret: str) -> FakeShop:
        shop = self.by_url.get(base, FakeShop(troubles={"facts": StoreTrouble.UNREACHABLE}))
        return (
            shop
            if shop.keys.pair() == (consumer_key, consumer_secret)
            else FakeShop(troubles={"facts": StoreTrouble.KEYS_REFUSED})
        )
