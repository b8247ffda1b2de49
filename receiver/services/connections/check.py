"""One check of a connected store: asking it, and repairing its webhooks, with no transaction open."""

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
    """The store to check: its address and keys, and what it should have."""

    store_id: str
    url: str
    rest_base: str
    keys: Keys
    expected: tuple[ExpectedWebhook, ...]
    endpoint_ids: Mapping[str, str]  # by topic
    secrets: Mapping[str, str]  # by topic
    created: Mapping[str, int]  # the store's numbers for them, by topic
    has_token: bool  # the plugin took one
    may_bring_token: bool


@dataclass
class CheckFindings:
    """The findings of a check: the store's answers and the repairs made, up to a trouble."""

    facts: ShopFacts | None = None
    repairs: list[Repair] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    without_event: set[str] = field(default_factory=set)  # topics of webhooks that can never fire
    token_taken: bool = False
    token_missed: bool = False  # the plugin had one, and says that it has none
    rest_base: str | None = None  # where the REST API begins now, if no longer where we asked
    state: Mapping[str, Any] | None = None
    trouble: StoreTrouble | None = None
    retry_after: int | None = None  # seconds
    redirected: bool = False
    evidence: MoveEvidence | None = None  # that the store has moved


def ask_store(shop: Shop, task: CheckTask, new_token: Callable[[], str]) -> CheckFindings:
    """Ask a store what a check wants to know, repair its webhooks, and return the findings.

    What was done before a trouble is kept. The plugin is asked before anything is made: where it is gone, or
    its merchant disconnected, nothing is made.
    """
    findings = CheckFindings()
    try:
        findings.facts = shop.facts()
        findings.state = shop.state()
        findings.token_missed = task.has_token and findings.state.get("has_token") is False
        for repair in plan_repairs(task.expected, shop.webhooks(), dict(task.created)):
            _repair(shop, task, repair, findings)
        if task.may_bring_token and (findings.token_missed or not task.has_token):
            shop.put_token(new_token())
            findings.token_taken = True
    except ShopError as error:
        findings.trouble, findings.retry_after = error.trouble, error.retry_after
        findings.redirected = error.redirected
    return findings


def diagnose_trouble(shops: Shops, task: CheckTask, findings: CheckFindings) -> None:
    """Probe, without keys, a store that did not answer as one, and correct its findings.

    They get a more exact trouble, or the place where the REST API begins now.
    """
    if findings.trouble is not StoreTrouble.UNREACHABLE or findings.facts is not None:
        return
    try:
        base = shops.probe(task.url, http=task.rest_base.startswith("http:"))
    except ShopError as error:
        findings.trouble = error.trouble
    else:
        findings.rest_base = base if base != task.rest_base else None


def _repair(shop: Shop, task: CheckTask, repair: Repair, findings: CheckFindings) -> None:
    """Repair one webhook at the store, and note it in the findings."""
    topic = repair.expected.topic
    for number in repair.delete:
        shop.delete_webhook(number)
    if repair.keep is not None:
        findings.numbers[topic] = repair.keep
    else:
        created = shop.make_webhook(TOPICS[topic], topic, repair.expected.url, task.secrets[topic])
        findings.numbers[topic] = created.id
        if created.topic != topic or not created.can_fire:
            findings.without_event.add(topic)
    findings.repairs.append(repair)
