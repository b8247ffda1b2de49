"""The fake's subscriptions: what an app asked to be told of, kept in memory."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any

from receiver.sandbox.tiktok.consent import named
from receiver.sandbox.tiktok.report import NO_PERMISSION, Refusal, number, page_of, require

ENTITIES = ("REPORT_DATA_CHANGE", "AD_ACCOUNT_SUSPENSION")
FREQUENCIES = ("5_MINUTE", "15_MINUTE", "30_MINUTE", "60_MINUTE")
MOST_IDS = 100
CALLBACKS = ("https://", "http://127.0.0.1:")  # TikTok itself takes https only
FIRST_ID = 7400000000000005001


class Subscriptions:
    """Each keeps the call it came by, token included, as TikTok does."""

    def __init__(self) -> None:
        self._numbers = itertools.count(FIRST_ID)
        self._kept: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def subscribe(self, reached: Collection[str], body: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of an answer to a token that reaches these advertisers; raises Refusal."""
        named(body)
        detail = body["subscription_detail"]
        ids = detail.get("advertiser_ids")
        require(body.get("subscribe_entity") in ENTITIES, f"subscribe_entity should be one of {ENTITIES}")
        require(str(body.get("callback_url", "")).startswith(CALLBACKS), "callback_url should be https")
        require(isinstance(ids, list) and 1 <= len(ids) <= MOST_IDS, f"1 to {MOST_IDS} advertiser_ids")
        require(detail.get("notify_frequency", FREQUENCIES[0]) in FREQUENCIES, "unknown notify_frequency")
        if not set(ids) <= set(reached):
            raise Refusal(NO_PERMISSION, "No permission to operate this advertiser.")
        with self._lock:
            subscription_id = str(next(self._numbers))
            self._kept[subscription_id] = {"subscription_id": subscription_id, **body}
        return {"subscription_id": subscription_id}

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._kept.values())

    def drop(self, subscription_id: str) -> None:
        """As when its token is taken back."""
        with self._lock:
            self._kept.pop(subscription_id, None)

    def listed(self, args: Mapping[str, str]) -> dict[str, Any]:
        named(args)
        mine = [item for item in self._kept.values() if item["app_id"] == args["app_id"]]
        wanted = args.get("subscribe_entity")
        shown = [
            {name: value for name, value in item.items() if name != "secret"}
            for item in mine
            if wanted in (None, item["subscribe_entity"])
        ]
        page, size = (
            number(args, "page", default=1, most=10**6),
            number(args, "page_size", default=10, most=1000),
        )
        return page_of("subscriptions", shown, page, size)

    def unsubscribe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        named(body)
        with self._lock:
            ours = self._kept.get(str(body.get("subscription_id")), {}).get("app_id") == body["app_id"]
            require(ours, "this app has no such subscription")
            del self._kept[body["subscription_id"]]
        return {}
