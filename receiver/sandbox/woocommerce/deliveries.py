"""The life of a webhook: its ping, its deliveries, the failures that disable it. No delivery is retried."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.outgoing import MOST_REDIRECTS, Unreachable
from receiver.sandbox.woocommerce.records import StoredWebhook
from receiver.sandbox.woocommerce.webhook_sender import SandboxWebhook, build_delivery, build_ping

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

MOST_FAILURES = 5  # the failure after the next one disables
PING_ACCEPTED = 200  # and no other answer
LAST_SUCCESS = 302
DELETED = "deleted"


def run_queue(shop: SandboxShop) -> None:
    """Send every queued delivery, also of webhooks that are paused or disabled by now.

    Drop those of deleted webhooks; stop while the queue stands still.
    """
    while not shop.has_fault(ShopFault.QUEUE_STANDS):
        with shop.changing():
            if not shop.records.queue:
                return
            delivery = shop.records.queue.pop(0)
        webhook = shop.find_webhook(delivery.hook_id)
        if webhook is not None:
            deliver(shop, webhook, delivery.argument)


def save_webhook(shop: SandboxShop, webhook: StoredWebhook, *, address_changed: bool = False) -> None:
    """Set when a webhook was modified, and ping it if it is active and either pending or at a new address."""
    with shop.changing():
        webhook.modified = shop.utc_time()
    if webhook.status == "active" and (address_changed or webhook.pending):
        ping(shop, webhook)


def ping(shop: SandboxShop, webhook: StoredWebhook) -> None:
    """Send the unsigned ping of a webhook, which is no event; redirects are followed.

    Until a ping is answered 200, the webhook is pending and each saving pings again.
    """
    seconds = shop.outgoing.ping_seconds
    try:
        status = shop.outgoing.send(
            webhook.delivery_url,
            build_ping(_as_sender_webhook(shop, webhook)),
            seconds,
            shop.sent_requests,
            redirects=MOST_REDIRECTS,
        )
    except Unreachable:
        return
    if status == PING_ACCEPTED:
        webhook.pending = False
        save_webhook(shop, webhook)


def deliver(shop: SandboxShop, webhook: StoredWebhook, argument: Any) -> None:
    """Send one event once, and update the failures of its webhook.

    A success (200 to 302) clears them; a failure adds one, or disables the webhook if there are six already.
    """
    body, number = build_payload(shop, webhook, argument), delivery_id(webhook.id, shop.now())
    request = build_delivery(_as_sender_webhook(shop, webhook), webhook.topic, body, number)
    try:
        status = shop.outgoing.send(
            webhook.delivery_url, request, shop.outgoing.delivery_seconds, shop.sent_requests
        )
    except Unreachable:
        status = 0
    if 200 <= status <= LAST_SUCCESS:
        webhook.failures = 0
    elif webhook.failures > MOST_FAILURES:
        webhook.status = "disabled"
    else:
        webhook.failures += 1
    save_webhook(shop, webhook)


def build_payload(shop: SandboxShop, webhook: StoredWebhook, argument: Any) -> Any:
    """Return the body of a delivery as the shop stands now, which may be later than the event.

    It is an error object if the user of the webhook may no longer view the resource.
    """
    resource, _, event = webhook.topic.partition(".")
    if resource == "action":
        return {"action": event, "arg": argument}
    if event == DELETED:
        return {"id": argument}
    if not shop.may_manage(webhook.user):
        message = "Sorry, you cannot view this resource."
        return {"code": "woocommerce_rest_cannot_view", "message": message, "data": {"status": 401}}
    return shop.records.resources[f"{resource}/{argument}"]


def delivery_id(hook_id: int, now: datetime) -> str:
    """Return a hash of webhook and second: all deliveries of one second share it."""
    return hashlib.sha256(f"{hook_id}{int(now.timestamp())}".encode()).hexdigest()[:32]


def _as_sender_webhook(shop: SandboxShop, webhook: StoredWebhook) -> SandboxWebhook:
    agent = f"WooCommerce/{shop.setup.wc_version} Hookshot (WordPress/{shop.setup.wp_version})"
    return SandboxWebhook(webhook.delivery_url, webhook.secret, webhook.id, f"{shop.home}/", agent)
