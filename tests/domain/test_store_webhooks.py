"""Tests of repairs of a store's webhooks: every problem is named, and what is not ours stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.store_webhooks import (
    ActualWebhook,
    ExpectedWebhook,
    Repair,
    WebhookProblem,
    plan_repairs,
)

SIGNAL = ExpectedWebhook(
    "action.wc_ad_credit_signal", "https://credit.example/webhooks/woocommerce/st_1/hk_1"
)
SETTINGS = ExpectedWebhook(
    "action.woocommerce_settings_saved", "https://credit.example/webhooks/woocommerce/st_1/hk_2"
)
RIGHT = ActualWebhook(7, SIGNAL.topic, SIGNAL.url, "active", True)
FOREIGN = ActualWebhook(3, "order.created", "https://erp.example/orders", "active", True)


def repair(*actual: ActualWebhook, created: dict[str, int] | None = None) -> Repair:
    (item,) = plan_repairs([SIGNAL], actual, created or {})
    return item


def test_a_right_one_is_left_as_it_is():
    item = repair(FOREIGN, RIGHT)
    assert (item.trouble, item.delete, item.keep, item.creates) == (None, (), 7, False)


TROUBLES = {
    WebhookProblem.MISSING: (),
    WebhookProblem.DISABLED: (replace(RIGHT, status="disabled"),),
    WebhookProblem.MOVED: (replace(RIGHT, url="https://elsewhere.example/"),),
    WebhookProblem.MUTE: (replace(RIGHT, topic=""),),
}


@pytest.mark.parametrize(("trouble", "actual"), TROUBLES.items(), ids=TROUBLES)
def test_what_can_send_nothing_is_named_and_made_anew(
    trouble: WebhookProblem, actual: tuple[ActualWebhook, ...]
):
    item = repair(FOREIGN, *actual, created={SIGNAL.topic: 7})
    assert (item.trouble, item.creates) == (trouble, True)
    assert item.delete == tuple(hook.id for hook in actual if hook.url == SIGNAL.url)


def test_one_that_can_never_fire_is_made_anew():
    item = repair(replace(RIGHT, can_fire=False))
    assert (item.trouble, item.delete, item.creates) == (WebhookProblem.MUTE, (7,), True)


def test_one_with_our_address_and_another_topic_is_no_webhook_of_ours_to_keep():
    assert repair(replace(RIGHT, topic="order.created")).delete == (7,)


def test_a_paused_one_is_told_and_left_to_whoever_paused_it():
    item = repair(replace(RIGHT, status="paused"))
    assert (item.trouble, item.delete, item.creates) == (WebhookProblem.PAUSED, (), False)


def test_one_that_works_outdoes_one_that_is_paused_or_disabled():
    item = repair(replace(RIGHT, id=5, status="disabled"), RIGHT, replace(RIGHT, id=6, status="paused"))
    assert (item.trouble, item.delete, item.keep) == (None, (5, 6), 7)


def test_each_wanted_one_gets_its_own_answer():
    signal, settings = plan_repairs([SIGNAL, SETTINGS], [RIGHT], {})
    assert (signal.trouble, settings.trouble) == (None, WebhookProblem.MISSING)


HOOKS = st.builds(
    ActualWebhook,
    id=st.integers(1, 9),
    topic=st.sampled_from([SIGNAL.topic, SETTINGS.topic, ""]),
    url=st.sampled_from([SIGNAL.url, SETTINGS.url, FOREIGN.url]),
    status=st.sampled_from(["active", "paused", "disabled"]),
    can_fire=st.booleans(),
)


@given(st.lists(HOOKS, unique_by=lambda hook: hook.id, max_size=6))
def test_once_repaired_there_is_one_of_each_and_nothing_more_to_do(actual: list[ActualWebhook]):
    expected = [SIGNAL, SETTINGS]
    repairs = plan_repairs(expected, actual, {})
    deleted_ids = {number for item in repairs for number in item.delete}
    assert not any(hook.id in deleted_ids for hook in actual if hook.url == FOREIGN.url)
    remaining = [hook for hook in actual if hook.id not in deleted_ids]
    created = [
        ActualWebhook(100 + place, item.expected.topic, item.expected.url, "active", True)
        for place, item in enumerate(repairs)
        if item.creates
    ]
    again = plan_repairs(expected, remaining + created, {})
    assert not any(item.creates or item.delete for item in again)
    assert {item.trouble for item in again} <= {None, WebhookProblem.PAUSED}
