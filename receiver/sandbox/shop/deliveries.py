"""The life of a webhook: its ping, its deliveries, the failures that disable it. Nothing is sent twice."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from receiver.sandbox.shop.outgoing import ENCODINGS, MOST_REDIRECTS, Unreachable
from receiver.sandbox.shop.records import Hook
from receiver.sandbox.woocommerce import signature, wordpress_json

if TYPE_CHECKING:
    from receiver.sandbox.shop.shop import Shop

MOST_FAILURES = 5  # the failure after the next one disables
PINGED = 200  # and no other answer
LAST_SUCCESS = 302
DELETED = "deleted"


def save(shop: Shop, hook: Hook, *, moved: bool = False) -> None:
    """Keep a changed webhook; `moved`: its address changed. An active one that is pending is pinged again."""
    with shop.changing():
        hook.modified = shop.wire_time()
    if hook.status == "active" and (moved or hook.pending):
        ping(shop, hook)


def ping(shop: Shop, hook: Hook) -> None:
    """Unsigned, no event, and redirects are followed; until one is answered 200 each saving sends another."""
    body = f"webhook_id={hook.id}".encode()
    headers = {
        **_first(shop),
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        status = shop.outgoing.send(
            hook.delivery_url,
            headers,
            body,
            seconds=shop.outgoing.ping_seconds,
            redirects=MOST_REDIRECTS,
            log=shop.sent,
        )
    except Unreachable:
        return
    if status == PINGED:
        hook.pending = False
        save(shop, hook)


def deliver(shop: Shop, hook: Hook, argument: Any) -> None:
    """Send one event and count what came of it; a failed one is gone."""
    body = wordpress_json(payload(shop, hook, argument))
    try:
        status = shop.outgoing.send(
            hook.delivery_url,
            {**_first(shop), **_signed(shop, hook, body)},
            body,
            seconds=shop.outgoing.delivery_seconds,
            log=shop.sent,
        )
    except Unreachable:
        status = 0
    if 200 <= status <= LAST_SUCCESS:
        hook.failures = 0
    elif hook.failures > MOST_FAILURES:
        hook.status = "disabled"
    else:
        hook.failures += 1
    save(shop, hook)


def payload(shop: Shop, hook: Hook, argument: Any) -> Any:
    """The body as it is now: what happened since the event shows in it."""
    resource, _, event = hook.topic.partition(".")
    if resource == "action":
        return {"action": event, "arg": argument}
    if event == DELETED:
        return {"id": argument}
    if not shop.may_manage(hook.user):
        message = "Sorry, you cannot view this resource."
        return {"code": "woocommerce_rest_cannot_view", "message": message, "data": {"status": 401}}
    return shop.records.resources[f"{resource}/{argument}"]


def delivery_id(hook_id: int, now: datetime) -> str:
    """A hash of webhook and second, so that all deliveries of one second share it."""
    return hashlib.sha256(f"{hook_id}{int(now.timestamp())}".encode()).hexdigest()[:32]


def _first(shop: Shop) -> dict[str, str]:
    agent = f"WooCommerce/{shop.setup.wc_version} Hookshot (WordPress/{shop.setup.wp_version})"
    return {"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": ENCODINGS}


def _signed(shop: Shop, hook: Hook, body: bytes) -> dict[str, str]:
    resource, _, event = hook.topic.partition(".")
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{shop.home}/",
        "X-WC-Webhook-Topic": hook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(hook.secret, body),
        "X-WC-Webhook-ID": str(hook.id),
        "X-WC-Webhook-Delivery-ID": delivery_id(hook.id, shop.now()),
        "Connection": "close",
        "Content-Length": str(len(body)),
    }
