"""One shop: its set-up, its events, and the requests it received and sent."""

from __future__ import annotations

import secrets
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from threading import RLock
from typing import Any

from receiver.sandbox.woocommerce import topics
from receiver.sandbox.woocommerce.faults import ShopFault, ShopFaults
from receiver.sandbox.woocommerce.outgoing import Outgoing, SentRequest
from receiver.sandbox.woocommerce.records import OWNER, Key, QueuedDelivery, StoredWebhook, load_records

INTEGRATION = "tiktok-for-business/tiktok-for-woocommerce.php"
SIGNAL = "wc_ad_credit_signal"
SAVED_AS = {"country": "woocommerce_default_country", "currency": "woocommerce_currency"}
SAVE_ACTIONS = (
    "woocommerce_update_options",
    "woocommerce_update_options_general",
    "woocommerce_settings_saved",
)
LOG_SIZE = 1000  # requests in and out


class Permalinks(Enum):
    """The way addresses reach WordPress."""

    PRETTY = auto()  # /wp-json/
    NO_REWRITING = auto()  # /index.php/wp-json/ only: the web server does not rewrite
    PLAIN = auto()  # /?rest_route=/ only, where keys are not looked at


@dataclass
class Setup:
    """The set-up of a shop; a test changes what it needs."""

    name: str = "Store"
    country: str = "US:CA"  # as WooCommerce writes it
    currency: str = "USD"
    wc_version: str = "10.0.2"
    wp_version: str = "6.8.8"
    hpos: bool = True
    other_routes: int = 0  # of other plugins, in the index; a true shop has some hundreds
    permalinks: Permalinks = Permalinks.PRETTY
    https: bool | None = None  # what the shop believes; None: as its address says
    home: str | None = None  # the shop's own idea of its address; None: the true one
    store_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    companion: str | None = "1.1.0"  # version of our plugin; None: not there
    outdated: bool = False  # our plugin is one nobody understands any more
    integration: str | None = INTEGRATION  # TikTok's plugin as WordPress names it; None: not active
    state: Mapping[str, Any] | None = None  # what our plugin's `state` says; None: linked to nothing
    managers: set[str] = field(default_factory=lambda: {OWNER})  # users with manage_woocommerce
    passwords: dict[str, str] = field(default_factory=lambda: {OWNER: "password", "clerk": "password"})
    service: str = ""  # where the shop's own page leads to connect
    http_callbacks: bool = False  # take an app's callback without https, which no true store does


@dataclass(frozen=True)
class ReceivedRequest:
    """A request that the shop received."""

    method: str
    path: str  # below the shop's address, with the query
    key: str | None  # the consumer key that was taken
    status: int


class SandboxShop:
    """A shop, reached at `url`; `received_requests` and `sent_requests` are its latest, oldest first."""

    def __init__(
        self,
        id: str,
        setup: Setup,
        *,
        file: Path,
        outgoing: Outgoing,
        faults: ShopFaults,
        now: Callable[[], datetime],
    ) -> None:
        self.id, self.setup, self.outgoing, self.faults, self.now = id, setup, outgoing, faults, now
        self.url = ""  # set by SandboxShops.open
        self.sent_requests: deque[SentRequest] = deque(maxlen=LOG_SIZE)
        self.received_requests: deque[ReceivedRequest] = deque(maxlen=LOG_SIZE)
        self.records = load_records(file)
        self._file, self._lock = file, RLock()

    def has_fault(self, fault: ShopFault) -> bool:
        """Return whether a fault is switched on for this shop or for all."""
        return fault in self.faults.active_for([self.id])

    @property
    def home(self) -> str:
        return self.setup.home or self.url

    @property
    def is_https(self) -> bool:
        override = self.setup.https
        return self.home.startswith("https:") if override is None else override

    def rest_url(self, route: str = "/") -> str:
        """Return the URL the shop gives for a REST route."""
        before = {
            Permalinks.PRETTY: "wp-json",
            Permalinks.NO_REWRITING: "index.php/wp-json",
            Permalinks.PLAIN: "index.php?rest_route=",
        }
        return f"{self.home}/{before[self.setup.permalinks]}{route}"

    def page_url(self, path: str) -> str:
        """Return the URL the shop gives for a page of WordPress."""
        before = "" if self.setup.permalinks is Permalinks.PRETTY else "index.php/"
        return f"{self.home}/{before}{path}"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Lock the records for a change and save them after it; never held while anything is sent."""
        with self._lock:
            yield
            self.records.save(self._file)

    def utc_time(self) -> str:
        """Return the time of the shop's clock in UTC, in WooCommerce's format, to the second."""
        return f"{self.now().astimezone(UTC):%Y-%m-%dT%H:%M:%S}"

    def may_manage(self, user: str) -> bool:
        """Return whether a user has the right to manage WooCommerce."""
        return user in self.setup.managers

    def new_key(
        self, permissions: str = "read_write", *, user: str = OWNER, description: str = "by hand"
    ) -> Key:
        """Create a REST key that acts as a user. `permissions` are read, write or read_write."""
        with self.changing():
            pair = f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}"
            key = Key(self.records.new_id(), *pair, permissions, description, user)
            self.records.keys.append(key)
        return key

    def revoke(self, *keys: Key) -> None:
        """Delete keys."""
        with self.changing():
            self.records.keys = [key for key in self.records.keys if key not in keys]

    def log_in(self, user: str) -> str:
        """Open a session for a user and return the value of its cookie."""
        session = secrets.token_hex(16)
        with self.changing():
            self.records.sessions[session] = user
        return session

    def find_webhook(self, hook_id: int) -> StoredWebhook | None:
        """Return the webhook of an id, None if there is none."""
        return next((webhook for webhook in self.records.hooks if webhook.id == hook_id), None)

    def next_signal(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return our plugin's next signal: the fields in their envelope, with the next sequence number."""
        with self.changing():
            self.records.seq += 1
            return {
                "v": 0 if self.setup.outdated else 1,
                "install_id": self.records.install_id,
                "home_url": f"{self.home}/",
                "seq": self.records.seq,
                "at": f"{self.utc_time()}Z",
                **fields,
            }

    def state(self) -> dict[str, Any]:
        """Return our plugin's next `state` signal, which its daily check sends and its REST route answers."""
        return self.next_signal(
            {"event": "state", "has_token": self.records.token is not None, **self._state()}
        )

    def _state(self) -> Mapping[str, Any]:
        if self.setup.state is not None:
            return self.setup.state
        return {
            "plugin": self.setup.companion,
            "integration": {
                "installed": self.setup.integration is not None,
                "set_up": False,
                "copies": int(self.setup.integration is not None),
            },
            "account": None,
            "store_name": self.setup.name,
        }

    def signal(self, event: str, **fields: Any) -> None:
        """Queue a signal of our plugin about an event; `state` carries the state instead of the fields."""
        self.do_action(
            SIGNAL, self.state() if event == "state" else self.next_signal({"event": event, **fields})
        )

    def do_action(self, name: str, argument: Any = "") -> None:
        """Fire a WordPress action with its first argument."""
        self.queue_event(f"action.{name}", argument)

    def save_settings(self, **values: str) -> None:
        """Save `country` and `currency` as on the admin screen, which fires three actions."""
        with self.changing():
            self.records.values |= {SAVED_AS[name]: value for name, value in values.items()}
        for name in SAVE_ACTIONS:
            self.do_action(name)

    def lose_link(self) -> None:
        """Disconnect TikTok's plugin from its ad account, and signal it."""
        self.setup.state = {**self._state(), "account": None}
        self.signal("link_lost")

    def queue_event(self, topic: str, argument: Any) -> None:
        """Queue a delivery for each active webhook of a topic, unless the same one is queued already.

        For a resource the argument is its id, and `records.resources` holds its content.
        """
        with self.changing():
            for webhook in self.records.hooks:
                delivery = QueuedDelivery(webhook.id, argument)
                fires = webhook.status == "active" and webhook.topic == topic and topics.hooks_of(topic)
                if fires and delivery not in self.records.queue:
                    self.records.queue.append(delivery)
