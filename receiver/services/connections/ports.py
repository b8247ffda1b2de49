"""The calls to a store that connecting needs; never made while a transaction is open."""

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
    """A REST key pair, and what it may (read, write, read_write)."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)

    def as_text(self) -> str:
        return f"{self.consumer_key}:{self.consumer_secret}"

    def pair(self) -> tuple[str, str]:
        return self.consumer_key, self.consumer_secret

    @classmethod
    def of_text(cls, text: str) -> Keys:
        return cls(*text.split(":", 1))


def keys_of(context: ServiceContext, connection: Connection) -> Keys:
    """Return the keys we hold of a connected store."""
    return Keys.of_text(context.cipher.decrypt(connection.keys_encrypted))


def open_store(context: ServiceContext, connection: Connection) -> Shop:
    """Open a connected store with the keys we hold of it."""
    return context.shops.open(connection.rest_base, *keys_of(context, connection).pair())


class Shop(Protocol):
    """One store through its keys; every call raises ShopError."""

    def facts(self) -> ShopFacts: ...

    def webhooks(self) -> Sequence[ActualWebhook]: ...

    def make_webhook(self, name: str, topic: str, url: str, secret: str) -> ActualWebhook:
        """The store pings the address before this returns."""
        ...

    def change_secret(self, webhook_id: int, secret: str) -> None: ...

    def delete_webhook(self, webhook_id: int) -> None:
        """One that is gone already is deleted."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Our plugin's `state` signal."""
        ...

    def put_token(self, token: str) -> None: ...


class Shops(Protocol):
    """Opens stores by their address."""

    def for_seconds(self, seconds: float) -> Shops:
        """The same, with one deadline for all calls to whatever is opened from now on."""
        ...

    def probe(self, url: str, *, http: bool = False) -> str:
        """Return where the REST API of the WooCommerce shop begins; over https unless `http`.

        Raises ShopError.
        """
        ...

    def has_key_page(self, base: str) -> bool:
        """Return whether the page on which WooCommerce hands out keys seems to be let through."""
        ...

    def moved_to(self, url: str) -> str | None:
        """The address that `url` redirects to for good; None where it does not. Raises ShopError."""
        ...

    def open(self, base: str, consumer_key: str, consumer_secret: str) -> Shop: ...

    def keeps_secrets(self, base: str) -> bool:
        """Return whether nobody on the way to a store can read what is sent there."""
        ...
