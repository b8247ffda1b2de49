"""The calls to a store that connecting needs, as protocols; never made while a transaction is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from receiver.domain.shop_facts import ShopFacts
from receiver.domain.store_webhooks import ActualWebhook
from receiver.services.context import ServiceContext
from receiver.storage.tables import Connection


@dataclass(frozen=True)
class Keys:
    """A REST key pair of a shop."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)

    def as_text(self) -> str:
        """Return the pair as one text, the form in which it is encrypted."""
        return f"{self.consumer_key}:{self.consumer_secret}"

    def pair(self) -> tuple[str, str]:
        """Return the consumer key and the consumer secret."""
        return self.consumer_key, self.consumer_secret

    @classmethod
    def of_text(cls, text: str) -> Keys:
        """Return the keys from a text of `as_text`."""
        return cls(*text.split(":", 1))


def keys_of(context: ServiceContext, connection: Connection) -> Keys:
    """Return the keys we hold of a connected store."""
    return Keys.of_text(context.cipher.decrypt(connection.keys_encrypted))


def open_store(context: ServiceContext, connection: Connection) -> Shop:
    """Open a connected store with the keys we hold of it."""
    return context.shops.open(connection.rest_base, *keys_of(context, connection).pair())


class Shop(Protocol):
    """One store, through its keys; every call raises ShopError."""

    def facts(self) -> ShopFacts:
        """Return the facts that the shop reports about itself."""
        ...

    def webhooks(self) -> Sequence[ActualWebhook]:
        """Return all webhooks of the store, ours and others'."""
        ...

    def make_webhook(self, name: str, topic: str, url: str, secret: str) -> ActualWebhook:
        """Create a webhook; the store pings its address before this returns."""
        ...

    def change_secret(self, webhook_id: int, secret: str) -> None:
        """Change the secret that a webhook's deliveries are signed with."""
        ...

    def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook; one that is gone already counts as deleted."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return our plugin's `state` signal."""
        ...

    def put_token(self, token: str) -> None:
        """Give our plugin its status token."""
        ...


class Shops(Protocol):
    """The shops of one platform, opened by their addresses."""

    def for_seconds(self, seconds: float) -> Shops:
        """Return a copy with one deadline, in seconds, for all calls to shops opened from now on."""
        ...

    def probe(self, url: str, *, http: bool = False) -> str:
        """Return where the REST API of the WooCommerce shop begins; over https unless `http`.

        Raises ShopError.
        """
        ...

    def has_key_page(self, base: str) -> bool:
        """Return whether the page where WooCommerce hands out keys seems to be let through."""
        ...

    def moved_to(self, url: str) -> str | None:
        """Return the address that `url` redirects to for good; None where it does not. Raises ShopError."""
        ...

    def open(self, base: str, consumer_key: str, consumer_secret: str) -> Shop:
        """Return the store at this REST base, to be called with these keys."""
        ...

    def keeps_secrets(self, base: str) -> bool:
        """Return whether nobody on the way to a store can read what is sent there."""
        ...
