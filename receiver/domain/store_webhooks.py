"""The webhooks a store should have for us, compared with those it has: the problems and the repairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class ExpectedWebhook:
    """A webhook that a connected store should have: its topic, and our address for it."""

    topic: str
    url: str


class WebhookStatus(StrEnum):
    """The status of a webhook at its store."""

    ACTIVE = "active"
    PAUSED = "paused"  # by a person in the shop
    DISABLED = "disabled"  # by WooCommerce, after too many failures
    UNKNOWN = "unknown"  # any other text; replaced as a disabled one is

    @classmethod
    def _missing_(cls, _: object) -> WebhookStatus:
        return cls.UNKNOWN


@dataclass(frozen=True)
class ActualWebhook:
    """A webhook as the store reports it."""

    id: int
    topic: str
    url: str
    status: WebhookStatus
    can_fire: bool  # the store knows an event for it


class WebhookProblem(StrEnum):
    """The reason why events do not arrive, or would arrive wrongly; the store reports none of them."""

    MISSING = "missing"  # deleted, or never made
    DISABLED = "disabled"  # after seven failures in a row
    PAUSED = "paused"  # somebody in the shop did it
    MOVED = "moved"  # somebody in the shop gave it another address
    MUTE = "mute"  # kept without a topic or an event: it can never fire


@dataclass(frozen=True)
class Repair:
    """The repair of an expected webhook: delete these, then keep `keep` or create it anew."""

    expected: ExpectedWebhook
    trouble: WebhookProblem | None
    delete: tuple[int, ...]
    keep: int | None  # None: create it anew

    @property
    def creates(self) -> bool:
        """Return whether it is created anew: its failures then count from 0; set active again, from 6."""
        return self.keep is None


def plan_repairs(
    expected: Sequence[ExpectedWebhook], actual: Sequence[ActualWebhook], created: dict[str, int]
) -> list[Repair]:
    """Return a repair for each expected webhook; `created` are the ids of those we created, by topic.

    What is not ours is never touched: ours carries our address for it, whatever its id. A paused one stays
    as it is, since a person in the shop wanted that; one with another address is that person's now.
    """
    return [
        _repair(item, [webhook for webhook in actual if webhook.url == item.url], actual, created)
        for item in expected
    ]


def _repair(
    expected: ExpectedWebhook,
    ours: Sequence[ActualWebhook],
    actual: Sequence[ActualWebhook],
    created: dict[str, int],
) -> Repair:
    right = [webhook for webhook in ours if webhook.topic == expected.topic and webhook.can_fire]
    for status, trouble in ((WebhookStatus.ACTIVE, None), (WebhookStatus.PAUSED, WebhookProblem.PAUSED)):
        ids = [webhook.id for webhook in right if webhook.status == status]
        if ids:
            keep = min(ids)  # of two made at once, everybody keeps the same
            return Repair(
                expected, trouble, tuple(webhook.id for webhook in ours if webhook.id != keep), keep
            )
    return Repair(
        expected,
        _problem_of(expected, ours, right, actual, created),
        tuple(webhook.id for webhook in ours),
        None,
    )


def _problem_of(
    expected: ExpectedWebhook,
    ours: Sequence[ActualWebhook],
    right: Sequence[ActualWebhook],
    actual: Sequence[ActualWebhook],
    created: dict[str, int],
) -> WebhookProblem:
    if right:
        return WebhookProblem.DISABLED
    if ours:
        return WebhookProblem.MUTE
    if any(webhook.id == created.get(expected.topic) for webhook in actual):
        return WebhookProblem.MOVED
    return WebhookProblem.MISSING
