"""Subscriptions to TikTok's webhooks: create, list and end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from receiver.errors import ProviderError
from receiver.integrations.tiktok.calls import App, Get, Post
from receiver.integrations.tiktok.codes import DUPLICATE
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import read_pages
from receiver.integrations.tiktok.schemas import SubscriptionList, SubscriptionReply, load

MOST_IDS = 100  # advertisers a subscription
PAGE_SIZE = 1000
MOST_PAGES = 500


class Entity(StrEnum):
    """A kind of change that we subscribe to."""

    REPORT_DATA_CHANGE = "REPORT_DATA_CHANGE"  # needs scope 44
    AD_ACCOUNT_SUSPENSION = "AD_ACCOUNT_SUSPENSION"


@dataclass(frozen=True)
class TikTokSubscription:
    """A subscription of our app; None: TikTok did not say. It ends when its token is revoked."""

    id: str
    entity: str | None
    callback_url: str | None
    advertiser_ids: tuple[str, ...]
    business_center: str | None
    notify_frequency: str | None  # 5_MINUTE, 15_MINUTE, 30_MINUTE or 60_MINUTE


def subscribe(
    post: Post,
    app: App,
    token: str,
    entity: Entity,
    callback_url: str,
    advertiser_ids: Sequence[str],
    notify_frequency: str | None = None,
) -> str:
    """Create a subscription for at most 100 advertisers that the token reaches; return its id."""
    detail: dict[str, Any] = {"access_token": token, "advertiser_ids": list(advertiser_ids)}
    if notify_frequency:
        detail["notify_frequency"] = notify_frequency
    body = {"subscribe_entity": entity, "callback_url": callback_url, "subscription_detail": detail}
    reply = post("subscription/subscribe", {**app.credentials(), **body})
    subscription_id: str = load(SubscriptionReply(), reply)["subscription_id"]
    return subscription_id


def subscriptions(get: Get, app: App, entity: Entity | None = None) -> list[TikTokSubscription]:
    """Return the app's subscriptions, of one entity or of all."""
    query = {**app.credentials(), **({"subscribe_entity": str(entity)} if entity else {})}

    def ask(page: int) -> Reply:
        return get("subscription/get", {**query, "page": page, "page_size": PAGE_SIZE})

    rows, _ = read_pages(ask, SubscriptionList(), most=MOST_PAGES)
    return [_subscription(row) for row in rows]


def unsubscribe(post: Post, app: App, subscription_id: str) -> None:
    """End a subscription; one that another call is ending counts as ended."""
    try:
        post("subscription/unsubscribe", {**app.credentials(), "subscription_id": subscription_id})
    except ProviderError as error:
        if error.code != DUPLICATE:
            raise


def _subscription(row: Mapping[str, Any]) -> TikTokSubscription:
    detail = row["subscription_detail"]
    return TikTokSubscription(
        id=row["subscription_id"],
        entity=row["subscribe_entity"],
        callback_url=row["callback_url"],
        advertiser_ids=tuple(detail["advertiser_ids"]),
        business_center=detail["bc_id"],
        notify_frequency=detail["notify_frequency"],
    )
