"""The routes of `wc/v3/webhooks`: list, create, show, update and delete, one by one or in a batch."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from receiver.sandbox.woocommerce import deliveries, topics
from receiver.sandbox.woocommerce.errors import (
    RestError,
    invalid_parameter,
    missing_parameters,
    not_one_of,
    wrong_type,
)
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key, StoredWebhook
from receiver.sandbox.woocommerce.rest import CANNOT_LIST, CANNOT_VIEW, Answer, Endpoint, Route

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

BASE = "/wc/v3/webhooks"
STATUSES = ["active", "paused", "disabled"]
URL = re.compile(r"https?://[!-~]+", re.ASCII)
USUAL_PAGE, LONGEST_PAGE, MOST_ITEMS = 10, 100, 100
CANNOT_CREATE = ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources.")
CANNOT_EDIT = ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
CANNOT_DELETE = ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource.")
CANNOT_BATCH = (
    "woocommerce_rest_cannot_batch",
    "Sorry, you are not allowed to batch manipulate this resource.",
)


def list_webhooks(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Return one page of webhooks, newest first, ten unless `per_page` says otherwise."""
    params = request.params
    status = params.get("status", "all")
    webhooks = [webhook for webhook in shop.records.hooks if status in ("all", webhook.status)]
    webhooks.sort(key=lambda webhook: webhook.created, reverse=True)
    size, page = int(params.get("per_page", USUAL_PAGE)), int(params.get("page", 1))
    # With one a page WooCommerce miscounts its pages.
    pages = 1 if size == 1 else -(-len(webhooks) // size)
    headers = [("X-WP-Total", str(len(webhooks))), ("X-WP-TotalPages", str(pages))]
    for rel, number, exists in (("prev", page - 1, page > 1), ("next", page + 1, page < pages)):
        if exists:
            query = urlencode({**request.query, "page": number})
            headers.append(("Link", f'<{shop.rest_url(BASE)}?{query}>; rel="{rel}"'))
    rows = webhooks[(page - 1) * size : page * size]
    return Answer([_to_json(shop, webhook) for webhook in rows], headers=tuple(headers))


def create_webhook(shop: SandboxShop, request: PhpRequest, key: Key | None) -> Answer:
    """Create an active webhook, whatever status was requested, and ping it before the answer."""
    webhook = _create(shop, request.params, key)
    location = (("Location", f"{shop.rest_url(BASE)}/{webhook['id']}"),)
    links = webhook.pop("_links")
    return Answer(webhook, 201, location, links)


def show_webhook(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Return one webhook. Raises RestError (404) for an unknown id."""
    return _single(shop, _get_webhook(shop, request.path["id"], 404))


def update_webhook(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Change a webhook and return it. Raises RestError (400) for an unknown id."""
    return _single(shop, _update(shop, request.path["id"], request.params))


def delete_webhook(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Delete a webhook and return it. Raises RestError (501) without `force`, (404) for an unknown id."""
    if request.params.get("force") not in (True, "true", "1", 1):
        raise RestError("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
    return _single(shop, _delete(shop, request.path["id"]))


def run_batch(shop: SandboxShop, request: PhpRequest, key: Key | None) -> Answer:
    """Run each item on its own and return the results in order, an error in place of each item that failed.

    Raises RestError (413) for more than a hundred items.
    """
    params = request.params
    items_by_action = {name: params[name] for name in ("create", "update", "delete") if params.get(name)}
    if sum(map(len, items_by_action.values())) > MOST_ITEMS:
        message = f"Unable to accept more than {MOST_ITEMS} items for this request."
        raise RestError("woocommerce_rest_request_entity_too_large", message, 413)
    actions: dict[str, Callable[[Any], dict[str, Any]]] = {
        "create": lambda item: _create(shop, item, key),
        "update": lambda item: _to_json(shop, _update(shop, item.get("id", 0), item)),
        "delete": lambda item: _to_json(shop, _delete(shop, item)),
    }
    return Answer(
        {
            name: [_run_batch_item(actions[name], item) for item in items]
            for name, items in items_by_action.items()
        }
    )


def check_list(params: Mapping[str, Any]) -> None:
    """Raise RestError for an unknown status, or a page or page size out of bounds."""
    if params.get("status", "all") not in ("all", *STATUSES):
        raise not_one_of("status", ["all", *STATUSES])
    for name, highest in (("page", None), ("per_page", LONGEST_PAGE)):
        _check_number(params, name, highest)


def check_create(params: Mapping[str, Any]) -> None:
    """Raise RestError unless topic and delivery URL are there and the parameters are of the right type."""
    if missing := [name for name in ("topic", "delivery_url") if name not in params]:
        raise missing_parameters(missing)
    check_update(params)


def check_update(params: Mapping[str, Any]) -> None:
    """Raise RestError for a text parameter of another type, or an unknown status."""
    for name in ("name", "topic", "secret", "delivery_url"):
        if not isinstance(params.get(name, ""), str):
            raise wrong_type(name, "string")
    if params.get("status", "active") not in STATUSES:
        raise not_one_of("status", STATUSES)


ROUTES = [
    Route(
        BASE,
        {
            "GET": Endpoint(list_webhooks, CANNOT_LIST, check_list),
            "POST": Endpoint(create_webhook, CANNOT_CREATE, check_create),
        },
    ),
    Route(
        f"{BASE}/(?P<id>[0-9]+)",
        {
            "GET": Endpoint(show_webhook, CANNOT_VIEW),
            "POST, PUT, PATCH": Endpoint(update_webhook, CANNOT_EDIT, check_update),
            "DELETE": Endpoint(delete_webhook, CANNOT_DELETE),
        },
    ),
    Route(f"{BASE}/batch", {"POST, PUT, PATCH": Endpoint(run_batch, CANNOT_BATCH)}),
]


def _check_number(params: Mapping[str, Any], name: str, highest: int | None) -> None:
    value = str(params.get(name, 1))
    if not re.fullmatch("-?[0-9]+", value):
        raise wrong_type(name, "integer")
    if int(value) >= 1 and (highest is None or int(value) <= highest):
        return
    bounds = (
        "greater than or equal to 1"
        if highest is None
        else f"between 1 (inclusive) and {highest} (inclusive)"
    )
    raise invalid_parameter(name, "rest_out_of_bounds", f"{name} must be {bounds}")


def _get_webhook(
    shop: SandboxShop, hook_id: Any, status: int, message: str = "ID is invalid."
) -> StoredWebhook:
    webhook = shop.find_webhook(int(hook_id)) if str(hook_id).isdigit() else None
    if webhook is None:
        raise RestError("woocommerce_rest_shop_webhook_invalid_id", message, status)
    return webhook


def _create(shop: SandboxShop, params: Mapping[str, Any], key: Key | None) -> dict[str, Any]:
    assert key is not None
    topic = _parse_topic(str(params.get("topic", "")), "Webhook topic is required and must be valid.")
    url = _check_url(str(params.get("delivery_url", "")))
    with shop.changing():
        webhook = StoredWebhook(
            id=shop.records.new_id(),
            name=params.get("name") or _default_name(shop),
            topic=topic,
            delivery_url=url,
            secret=_read_secret(params) or _random_secret(),
            user=key.user,
            created=shop.utc_time(),
        )
        shop.records.hooks.append(webhook)
    as_answered = _to_json(shop, webhook)
    deliveries.ping(shop, webhook)
    return as_answered


def _update(shop: SandboxShop, hook_id: Any, params: Mapping[str, Any]) -> StoredWebhook:
    webhook = _get_webhook(shop, hook_id, 400)
    # What PHP takes for empty is left as it was.
    topic = (
        _parse_topic(params["topic"], "Webhook topic must be valid.")
        if params.get("topic")
        else webhook.topic
    )
    url = _check_url(params["delivery_url"]) if params.get("delivery_url") else webhook.delivery_url
    with shop.changing():
        address_changed, webhook.delivery_url, webhook.topic = url != webhook.delivery_url, url, topic
        webhook.name = params.get("name") or webhook.name
        webhook.status = params.get("status") or webhook.status
        webhook.secret = _read_secret(params) or webhook.secret
    deliveries.save_webhook(shop, webhook, address_changed=address_changed)
    return webhook


def _delete(shop: SandboxShop, hook_id: Any) -> StoredWebhook:
    webhook = _get_webhook(shop, hook_id, 404, "Invalid ID.")
    with shop.changing():
        shop.records.hooks.remove(webhook)
    return webhook


def _parse_topic(topic: str, message: str) -> str:
    """Return the topic to store: empty if it is valid in lower case only.

    Raises RestError for a topic that is not valid even then.
    """
    if not topics.is_valid(topic.lower()):
        raise RestError("woocommerce_rest_shop_webhook_invalid_topic", message, 400)
    return topics.stored_topic(topic)


def _check_url(url: str) -> str:
    if not URL.fullmatch(url):
        code = "woocommerce_rest_shop_webhook_invalid_delivery_url"
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise RestError(code, message, 400)
    return url


def _read_secret(params: Mapping[str, Any]) -> str:
    """Return the secret of the parameters, empty for what PHP takes for empty, which is "0" too."""
    value: str = params.get("secret", "")
    return "" if value == "0" else value


def _random_secret() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits + "!@#$%^&*()") for _ in range(50))


def _default_name(shop: SandboxShop) -> str:
    return f"Webhook created on {shop.now().astimezone(UTC):%b %d, %Y @ %I:%M %p}"


def _run_batch_item(action: Callable[[Any], dict[str, Any]], item: Any) -> dict[str, Any]:
    try:
        return action(item)
    except RestError as error:
        item_id = item.get("id", 0) if isinstance(item, dict) else item
        return {"id": item_id, "error": error.body}


def _single(shop: SandboxShop, webhook: StoredWebhook) -> Answer:
    data = _to_json(shop, webhook)
    links = data.pop("_links")
    return Answer(data, links=links)


def _to_json(shop: SandboxShop, webhook: StoredWebhook) -> dict[str, Any]:
    """Return a webhook as REST shows it: without its secret and its failures."""
    resource, _, event = webhook.topic.partition(".")
    own = {
        "href": f"{shop.rest_url(BASE)}/{webhook.id}",
        "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
    }
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": topics.hooks_of(webhook.topic),
        "delivery_url": webhook.delivery_url,
        "date_created": webhook.created,
        "date_created_gmt": webhook.created,
        "date_modified": webhook.modified,
        "date_modified_gmt": webhook.modified,
        "_links": {"self": [own], "collection": [{"href": shop.rest_url(BASE)}]},
    }
