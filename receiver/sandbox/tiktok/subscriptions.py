"""The fake's subscriptions: the notices that an app asked for, kept in memory."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any

from receiver.sandbox.tiktok.consent import require_app_credentials
from receiver.sandbox.tiktok.report import NO_PERMISSION, Refusal, number, paginate, require

ENTITIES = ("REPORT_DATA_CHANGE", "AD_ACCOUNT_SUSPENSION")
FREQUENCIES = ("5_MINUTE", "15_MINUTE", "30_MINUTE", "60_MINUTE")
MOST_IDS = 100
CALLBACKS = ("https://", "http://127.0.0.1:")  # TikTok itself takes https only
FIRST_ID = 7400000000000005001


class Subscriptions:
    """The subscriptions of a fake; each keeps the body of its call, token included, as TikTok does."""

    def __init__(self) -> None:
        self._numbers = itertools.count(FIRST_ID)
        self._by_id: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def subscribe(self, reachable: Collection[str], body: Mapping[str, Any]) -> dict[str, Any]:
        """Add a subscription, and return the `data` of the answer. Raises Refusal.

        `reachable` are the ids of the accounts that the subscription's token reaches.
        """
        require_app_credentials(body)
        detail = body["subscription_detail"]
        ids = detail.get("advertiser_ids")
        require(body.get("subscribe_entity") in ENTITIES, f"subscribe_entity should be one of {ENTITIES}")
        require(str(body.get("callback_url", "")).startswith(CALLBACKS), "callback_url should be https")
        require(isinstance(ids, list) and 1 <= len(ids) <= MOST_IDS, f"1 to {MOST_IDS} advertiser_ids")
        require(detail.get("notify_frequency", FREQUENCIES[0]) in FREQUENCIES, "unknown notify_frequency")
        if not set(ids) <= set(reachable):
            raise Refusal(NO_PERMISSION, "No permission to operate this advertiser.")
        with self._lock:
            subscription_id = str(next(self._numbers))
            self._by_id[subscription_id] = {"subscription_id": subscription_id, **body}
        return {"subscription_id": subscription_id}

    def all(self) -> list[dict[str, Any]]:
        """Return every app's subscriptions."""
        with self._lock:
            return list(self._by_id.values())

    def drop(self, subscription_id: str) -> None:
        """Remove a subscription, if it is there, as TikTok does when its token is revoked."""
        with self._lock:
            self._by_id.pop(subscription_id, None)

    def list_page(self, args: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of the app's subscriptions, without secrets. Raises Refusal."""
        require_app_credentials(args)
        own = [item for item in self._by_id.values() if item["app_id"] == args["app_id"]]
        entity = args.get("subscribe_entity")
        rows = [
            {name: value for name, value in item.items() if name != "secret"}
            for item in own
            if entity in (None, item["subscribe_entity"])
        ]
        page, size = (
            number(args, "page", default=1, most=10**6),
            number(args, "page_size", default=10, most=1000),
        )
        return paginate("subscriptions", rows, page, size)

    def unsubscribe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Remove one of the app's subscriptions, and return the `data` of the answer. Raises Refusal."""
        require_app_credentials(body)
        with self._lock:
            is_own = self._by_id.get(str(body.get("subscription_id")), {}).get("app_id") == body["app_id"]
            require(is_own, "this app has no such subscription")
            del self._by_id[body["subscription_id"]]
        return {}
