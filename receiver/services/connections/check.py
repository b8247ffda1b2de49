"""Asks a connected store what a check wants to know, and repairs what it finds, with no transaction open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import MoveEvidence
from receiver.domain.store_webhooks import ExpectedWebhook, Repair, plan_repairs
from receiver.errors import ShopError
from receiver.integrations.woocommerce.events import SETTINGS_SAVED, SIGNAL
from receiver.services.connections.ports import Keys, Shop, Shops
from wp_bridge.errors import StoreTrouble

TOPICS = {SIGNAL: "TikTok ad credit: signals", SETTINGS_SAVED: "TikTok ad credit: settings saved"}


@dataclass(frozen=True, repr=False)
class CheckTask:
    """The questions to a store, and what it should have."""

    store_id: str
    url: str
    rest_base: str
    keys: Keys
    wanted: tuple[ExpectedWebhook, ...]
    endpoint_ids: Mapping[str, str]  # by topic
    secrets: Mapping[str, str]  # by topic
    created: Mapping[str, int]  # the store's numbers for them, by topic
    has_token: bool  # the plugin took one
    may_bring_token: bool


@dataclass
class CheckFindings:
    """The store's answers and what was done there, as far as it came."""

    facts: ShopFacts | None = None
    done: list[Repair] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    mute: set[str] = field(default_factory=set)  # topics the store keeps, but knows no event for
    token_taken: bool = False
    token_missed: bool = False  # the plugin had one, and says that it has none
    rest_base: str | None = None  # where the REST API begins now, if no longer where we asked
    state: Mapping[str, Any] | None = None
    trouble: StoreTrouble | None = None
    retry_after: int | None = None  # seconds
    redirected: bool = False
    evidence: MoveEvidence | None = None  # that the store has moved


def ask_store(shop: Shop, task: CheckTask, new_token: Callable[[], str]) -> CheckFindings:
    """As far as it comes: what was done before a trouble is kept all the same.

    The plugin is asked before anything is made: where it is gone, or its merchant disconnected, nothing is.
    """
    found = CheckFindings()
    try:
        found.facts = shop.facts()
        found.state = shop.state()
        found.token_missed = task.has_token and found.state.get("has_token") is False
        for repair in plan_repairs(task.wanted, shop.webhooks(), dict(task.created)):
            _repair(shop, task, repair, found)
        if task.may_bring_token and (found.token_missed or not task.has_token):
            shop.put_token(new_token())
            found.token_taken = True
    except ShopError as error:
        found.trouble, found.retry_after = error.trouble, error.retry_after
        found.redirected = error.redirected
    return found


def name_trouble(shops: Shops, task: CheckTask, found: CheckFindings) -> None:
    """Look again without keys where a store did not answer as one: its REST API may begin elsewhere now."""
    if found.trouble is not StoreTrouble.UNREACHABLE or found.facts is not None:
        return
    try:
        base = shops.probe(task.url, http=task.rest_base.startswith("http:"))
    except ShopError as error:
        found.trouble = error.trouble
    else:
        found.rest_base = base if base != task.rest_base else None


def _repair(shop: Shop, task: CheckTask, repair: Repair, found: CheckFindings) -> None:
    topic = repair.wanted.topic
    for number in repair.delete:
        shop.delete_webhook(number)
    if repair.keep is not None:
        found.numbers[topic] = repair.keep
    else:
        created = shop.make_webhook(TOPICS[topic], topic, repair.wanted.url, task.secrets[topic])
        found.numbers[topic] = created.id
        if created.topic != topic or not created.can_fire:
            found.mute.add(topic)
    found.done.append(repair)
