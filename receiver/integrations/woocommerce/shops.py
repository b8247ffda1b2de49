"""Clients of WooCommerce stores for services, over the guarded transport.

The transport is imported with the first call: it takes 6 MB with requests, and web processes call no store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shops import canonical
from receiver.domain.store_webhooks import ActualWebhook, WebhookStatus
from receiver.errors import ShopError
from wp_bridge.errors import Redirected, StoreError

if TYPE_CHECKING:
    from wp_bridge.safe_http import SafeHttpClient
    from wp_bridge.store import RemoteStore, Webhook

Answer = TypeVar("Answer")


class RestShop:
    """The client of one store with its keys; every call raises ShopError."""

    def __init__(self, store: RemoteStore) -> None:
        self._store = store

    def facts(self) -> ShopFacts:
        """Return what the store reports about itself."""
        answer = _call_store(self._store.facts)
        return ShopFacts(**vars(answer))

    def webhooks(self) -> Sequence[ActualWebhook]:
        """Return all webhooks of the store."""
        return [_actual_webhook(webhook) for webhook in _call_store(self._store.webhooks)]

    def make_webhook(self, name: str, topic: str, url: str, secret: str) -> ActualWebhook:
        """Create a webhook, and return it as the store has it."""
        return _actual_webhook(_call_store(lambda: self._store.make_webhook(name, topic, url, secret)))

    def change_secret(self, webhook_id: int, secret: str) -> None:
        """Replace the secret of a webhook."""
        _call_store(lambda: self._store.change_secret(webhook_id, secret))

    def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook."""
        _call_store(lambda: self._store.delete_webhook(webhook_id))

    def state(self) -> Mapping[str, Any]:
        """Return the state that the companion plugin reports."""
        return _call_store(self._store.state)

    def put_token(self, token: str) -> None:
        """Hand the status token to the companion plugin."""
        _call_store(lambda: self._store.put_token(token))


class RestShops:
    """A factory of clients of stores, each by the address before its wp-json."""

    def __init__(self, *, allow_loopback: bool = False, guard: SafeHttpClient | None = None) -> None:
        self._allow_loopback = allow_loopback
        if guard:
            self._guard = guard

    @cached_property
    def _guard(self) -> SafeHttpClient:
        from wp_bridge.safe_http import SafeHttpClient

        return SafeHttpClient(allow_loopback=self._allow_loopback)

    def for_seconds(self, seconds: float) -> RestShops:
        """Return a copy with one deadline for all calls to shops opened from now on."""
        return RestShops(guard=self._guard.for_seconds(seconds))

    def probe(self, url: str, *, http: bool = False) -> str:
        """Find the address before wp-json, without keys; `http` permits a store without https."""
        from wp_bridge.store import probe

        return _call_store(lambda: probe(self._guard, url, http=http))[0]

    def has_key_page(self, base: str) -> bool:
        """Return whether the page on which WooCommerce hands out keys seems accessible."""
        from wp_bridge.store import has_key_page

        return has_key_page(self._guard, base)

    def moved_to(self, url: str) -> str | None:
        """Return the address that `url` permanently redirects to, None if it does not."""
        from wp_bridge.store import find_new_address

        return canonical(_call_store(lambda: find_new_address(self._guard, url)))

    def open(self, base: str, consumer_key: str, consumer_secret: str) -> RestShop:
        """Return the client of the store at `base` with these keys."""
        from wp_bridge.store import RemoteStore

        return RestShop(RemoteStore(self._guard, base, consumer_key, consumer_secret))

    def keeps_secrets(self, base: str) -> bool:
        """Return whether the address is one to which secrets may be sent."""
        try:
            self._guard.check(base)
        except StoreError:
            return False
        return True


def _actual_webhook(webhook: Webhook) -> ActualWebhook:
    status = WebhookStatus(webhook.status)
    return ActualWebhook(
        webhook.id, webhook.topic, webhook.delivery_url, status, can_fire=bool(webhook.hooks)
    )


def _call_store(call: Callable[[], Answer]) -> Answer:
    """Make a call to a store; translate its StoreError into ShopError."""
    try:
        return call()
    except StoreError as error:
        shop_error = ShopError(
            error.trouble,
            f"the store did not do it: {error}",
            retry_after=error.retry_after,
            redirected=isinstance(error, Redirected),
        )
    raise shop_error
