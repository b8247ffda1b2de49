"""The companion plugin in a shop of the sandbox: disconnected, uninstalled, deleted, restored."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING

from receiver.sandbox.woocommerce.outgoing import Unreachable
from receiver.sandbox.woocommerce.webhook_sender import Request, leading_headers, trailing_headers

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.records import Key
    from receiver.sandbox.woocommerce.shop import SandboxShop

OUR_ADDRESS = re.compile(r"(https?://[^/]+.*)/webhooks/woocommerce/st_[0-9a-f]+/hk_[0-9a-f]+")
APP_KEY_LABEL = re.compile(r"(.+) - API \(.*\)")  # WooCommerce's label of a key that an app was given
SECONDS = 10.0


def disconnect(shop: SandboxShop) -> None:
    """Tell the service that the merchant disconnects, then remove the connection from the shop.

    From then on the plugin admits only keys that are made later.
    """
    _notify_service(shop, "merchant")
    _remove_connection(shop)
    with shop.changing():
        shop.records.last_ended_key = max((key.id for key in shop.records.keys), default=0)


def uninstall(shop: SandboxShop) -> None:
    """Tell the service, remove the connection, and delete the plugin's files, as `uninstall.php` does."""
    _notify_service(shop, "uninstalled")
    _remove_connection(shop)
    delete_files(shop)


def delete_files(shop: SandboxShop) -> None:
    """Delete only the plugin's files, as a host does: webhooks, keys and token stay.

    Signals start from 1 again under a new install id.
    """
    shop.setup.companion = None
    with shop.changing():
        shop.records.install_id, shop.records.seq = str(uuid.uuid4()), 0


def keep_token(shop: SandboxShop, token: str, key: Key | None) -> None:
    """Store the status token, and delete the older keys of the same app."""
    with shop.changing():
        shop.records.token = token
        label = key and APP_KEY_LABEL.fullmatch(key.description)
        if key and label:
            older = [item for item in shop.records.keys if item.id < key.id and _belongs_to(item, label[1])]
            shop.records.keys = [item for item in shop.records.keys if item not in older]


def lose_token(shop: SandboxShop) -> None:
    """Forget the status token, as a backup from before the connection does."""
    with shop.changing():
        shop.records.token = None


def restore(shop: SandboxShop, seq: int) -> None:
    """Restore the plugin from a backup taken when its last signal was number `seq`; the next is `seq` + 1."""
    with shop.changing():
        shop.records.seq = seq


def is_admitted(shop: SandboxShop, key: Key | None) -> bool:
    """Return whether a key is newer than the merchant's last disconnection."""
    return key is None or key.id > shop.records.last_ended_key


def _belongs_to(key: Key, app: str) -> bool:
    label = APP_KEY_LABEL.fullmatch(key.description)
    return label is not None and label[1] == app


def _notify_service(shop: SandboxShop, reason: str) -> None:
    """Tell the service once why it is disconnected; do nothing without a webhook of ours or a token.

    A service that cannot be reached is ignored: it finds out the next time it checks the shop.
    """
    service = next(
        (match[1] for webhook in shop.records.hooks if (match := OUR_ADDRESS.match(webhook.delivery_url))),
        None,
    )
    if service is None or shop.records.token is None:
        return
    body = json.dumps({"reason": reason}).encode()
    agent = f"WordPress/{shop.setup.wp_version}; {shop.home}"
    headers = {"Authorization": f"Bearer {shop.records.token}", "Content-Type": "application/json"}
    request = Request({**leading_headers(agent), **headers, **trailing_headers(body)}, body)
    try:
        shop.outgoing.send(f"{service}/api/v1/disconnect", request, SECONDS, shop.sent_requests)
    except Unreachable:
        return


def _remove_connection(shop: SandboxShop) -> None:
    """Delete the webhooks that lead to the service, the keys that apps were given, and the token."""
    with shop.changing():
        records = shop.records
        records.hooks = [webhook for webhook in records.hooks if not OUR_ADDRESS.match(webhook.delivery_url)]
        records.keys = [key for key in records.keys if not APP_KEY_LABEL.fullmatch(key.description)]
        records.token = None
