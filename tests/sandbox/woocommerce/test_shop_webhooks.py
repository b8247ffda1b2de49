"""A shop's webhooks live and die as WooCommerce's do."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from woocommerce import API

from receiver.errors import SettingsError
from receiver.integrations.woocommerce.signature import signing_key, verify
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.records import StoredWebhook
from receiver.sandbox.woocommerce.shop import SandboxShop
from tests.shops import Listener

TOPIC = "action.wc_ad_credit_signal"


def client(shop: SandboxShop, **more: Any) -> API:
    key = shop.new_key(**more)
    return API(shop.url, key.consumer_key, key.consumer_secret, timeout=60)


def make(shop: SandboxShop, listener: Listener, **fields: Any) -> dict[str, Any]:
    body = {"topic": TOPIC, "delivery_url": f"{listener.url}/hook", "secret": "abc", **fields}
    answer = client(shop).post("webhooks", body)
    assert answer.status_code == 201, answer.text
    webhook: dict[str, Any] = answer.json()
    return webhook


def only(shop: SandboxShop) -> StoredWebhook:
    (hook,) = shop.records.hooks
    return hook


def fail(shop: SandboxShop, listener: Listener, times: int) -> None:
    listener.status = 500
    for number in range(times):
        shop.do_action("wc_ad_credit_signal", {"n": number})
        run_queue(shop)


# -- the ping --------------------------------------------------------------------------------------


def test_the_ping_comes_before_the_answer_of_the_call_that_makes_the_webhook(shop, listener):
    answered_before = []
    listener.during = lambda: answered_before.append(len(shop.received_requests))
    webhook = make(shop, listener)
    assert answered_before == [0]
    assert len(shop.received_requests) == 1
    (ping,) = listener.requests
    assert ping.body == f"webhook_id={webhook['id']}".encode()
    assert ping.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not any(name.startswith("X-Wc") for name in ping.headers)


def test_the_receiver_may_call_the_shop_inside_its_ping(shop, listener):
    caller, lists = client(shop), []
    listener.during = lambda: lists.append(caller.get("webhooks").json())
    webhook = make(shop, listener)
    assert [hook["id"] for hook in lists[0]] == [webhook["id"]]


@pytest.mark.parametrize("status", [201, 204, 400, 500])
def test_only_a_200_settles_the_ping_and_each_delivery_brings_another_until_then(shop, listener, status):
    listener.status = status
    assert make(shop, listener)["status"] == "active"
    shop.do_action("wc_ad_credit_signal")
    run_queue(shop)
    assert [request.body[:11] == b"webhook_id=" for request in listener.requests] == [True, False, True]
    listener.status = 200
    for _ in range(2):
        shop.do_action("wc_ad_credit_signal")
        run_queue(shop)
    assert [request.body[:11] == b"webhook_id=" for request in listener.requests[3:]] == [False, True, False]


@pytest.mark.parametrize(("status", "then"), [(301, "POST"), (302, "GET"), (307, "POST"), (308, "POST")])
def test_a_ping_follows_redirects_with_its_body(shop, listener, status, then):
    listener.status = status
    make(shop, listener)
    first, second = listener.requests
    assert (second.method, second.body) == (then, first.body)
    assert not only(shop).pending


def test_a_receiver_that_stalls_leaves_the_webhook_active_and_pending(shops, shop, listener):
    shops.outgoing.ping_seconds, listener.stalls = 0.05, 0.3
    assert make(shop, listener)["status"] == "active"
    assert only(shop).pending


def test_a_new_address_is_pinged_only_while_the_webhook_is_active(shop, listener):
    webhook, caller = make(shop, listener), client(shop)
    caller.put(f"webhooks/{webhook['id']}", {"delivery_url": f"{listener.url}/second"})
    assert [request.path for request in listener.requests] == ["/hook", "/second"]
    caller.put(f"webhooks/{webhook['id']}", {"status": "paused"})
    caller.put(f"webhooks/{webhook['id']}", {"delivery_url": f"{listener.url}/third"})
    caller.put(f"webhooks/{webhook['id']}", {"status": "active"})
    caller.put(f"webhooks/{webhook['id']}", {"name": "another", "secret": "xyz"})
    assert len(listener.requests) == 2


# -- deliveries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["abc", "a&amp;b", "&#0038;&apos;&#x3C;&amp;amp;", " \t'\"\\%41+é🎉 "])
def test_a_delivery_is_signed_with_the_secret_as_wordpress_decodes_it(shop, listener, secret):
    make(shop, listener, secret=secret)
    shop.do_action("wc_ad_credit_signal", {"name": "Café/漢"})
    run_queue(shop)
    request = listener.requests[-1]
    assert verify(request.body, request.headers["X-Wc-Webhook-Signature"], [signing_key(secret)])
    assert json.loads(request.body) == {"action": "wc_ad_credit_signal", "arg": {"name": "Café/漢"}}
    assert request.body.isascii()
    assert b"\\/" in request.body


def test_deliveries_of_one_second_share_their_id(shop, listener, clock):
    make(shop, listener)
    for number in range(3):
        clock.move(seconds=number // 2)
        shop.do_action("wc_ad_credit_signal", number)
        run_queue(shop)
    first, second, third = [request.headers["X-Wc-Webhook-Delivery-Id"] for request in listener.requests[1:]]
    assert first == second != third
    assert len(first) == 32


def test_what_waits_already_is_not_queued_again_and_its_body_is_built_when_it_is_sent(shop, listener):
    make(shop, listener, topic="order.updated")
    for status in ("pending", "completed"):
        shop.records.resources["order/26"] = {"id": 26, "status": status}
        shop.queue_event("order.updated", 26)
    run_queue(shop)
    assert [json.loads(request.body) for request in listener.requests[1:]] == [
        {"id": 26, "status": "completed"}
    ]


def test_a_webhook_of_a_user_who_is_gone_carries_an_error_object_correctly_signed(shop, listener):
    make(shop, listener, topic="order.updated")
    shop.setup.managers.clear()
    shop.queue_event("order.updated", 26)
    run_queue(shop)
    request = listener.requests[-1]
    assert json.loads(request.body)["code"] == "woocommerce_rest_cannot_view"
    assert verify(request.body, request.headers["X-Wc-Webhook-Signature"], [b"abc"])


# -- failures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 204, 301, 302])
def test_a_success_clears_the_count_and_no_redirect_of_a_delivery_is_followed(shop, listener, status):
    make(shop, listener)
    only(shop).failures = 6
    listener.status = status
    shop.do_action("wc_ad_credit_signal")
    run_queue(shop)
    assert (only(shop).failures, only(shop).status, len(listener.requests)) == (0, "active", 2)


@pytest.mark.parametrize("status", [303, 307, 400, 404, 410, 429, 500, 503])
def test_a_failure_counts_and_is_never_tried_again(shop, listener, status):
    make(shop, listener)
    listener.status = status
    shop.do_action("wc_ad_credit_signal")
    run_queue(shop)
    run_queue(shop)
    assert (only(shop).failures, len(listener.requests)) == (1, 2)


def test_the_seventh_failure_disables_and_reactivating_keeps_the_count(shop, listener):
    webhook, caller = make(shop, listener), client(shop)
    fail(shop, listener, 6)
    assert (only(shop).status, only(shop).failures) == ("active", 6)
    fail(shop, listener, 1)
    assert (only(shop).status, only(shop).failures) == ("disabled", 6)
    assert caller.get(f"webhooks/{webhook['id']}").json()["status"] == "disabled"
    before = len(listener.requests)
    caller.put(f"webhooks/{webhook['id']}", {"status": "active"})
    assert (only(shop).status, only(shop).failures, len(listener.requests)) == ("active", 6, before)
    fail(shop, listener, 1)
    assert only(shop).status == "disabled"


@pytest.mark.parametrize(
    "address", ["https://credit.example/hook", "http://user:word@{}/hook", "http://{}9/hook"]
)
def test_an_address_a_shop_cannot_or_will_not_call_counts_failures_too(shop, listener, address):
    make(shop, listener)
    only(shop).delivery_url = address.format(listener.url.removeprefix("http://"))
    shop.do_action("wc_ad_credit_signal")
    run_queue(shop)
    assert only(shop).failures == 1


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_events_of_a_webhook_that_is_not_active_are_lost_but_what_was_queued_is_sent(shop, listener, status):
    make(shop, listener)
    shop.do_action("wc_ad_credit_signal", 1)
    only(shop).status = status
    shop.do_action("wc_ad_credit_signal", 2)
    run_queue(shop)
    assert [json.loads(request.body)["arg"] for request in listener.requests[1:]] == [1]


def test_what_waits_for_a_webhook_that_is_deleted_is_not_sent(shop, listener):
    webhook = make(shop, listener)
    shop.do_action("wc_ad_credit_signal")
    client(shop).delete(f"webhooks/{webhook['id']}", params={"force": "true"})
    run_queue(shop)
    assert len(listener.requests) == 1


def test_a_topic_in_mixed_case_is_accepted_and_never_fires(shop, listener):
    webhook = make(shop, listener, topic="Action.wc_ad_credit_signal")
    assert (webhook["topic"], webhook["hooks"]) == ("", [])
    shop.do_action("wc_ad_credit_signal")
    run_queue(shop)
    assert len(listener.requests) == 1


def test_a_delivery_reaches_the_service_under_the_address_it_shows_the_world(shops, shop, listener):
    shops.outgoing.reaches["https://credit.example"] = listener.url
    make(shop, listener, delivery_url="https://credit.example/hook")
    assert listener.requests[0].headers["Host"] == "credit.example"


# -- what stays ------------------------------------------------------------------------------------


def test_a_shop_goes_on_where_it_was_left(shops, shop, listener):
    webhook = make(shop, listener)
    fail(shop, listener, 3)
    shop.do_action("wc_ad_credit_signal", "waits")
    again = shops.open("one")
    assert again.find_webhook(webhook["id"]) == only(shop)
    listener.status = 200
    run_queue(again)
    assert json.loads(listener.requests[-1].body)["arg"] == "waits"
    assert requests.get(f"{again.url}/wp-json/", timeout=60).status_code == 200


def test_what_a_shop_kept_and_cannot_be_read_is_one_sentence(shops, shop, tmp_path):
    shop.new_key()
    (file,) = (tmp_path / "shops").glob("*.json")
    file.write_text(file.read_text().replace('"permissions"', '"rights"'))
    with pytest.raises(SettingsError, match="remove it to begin anew"):
        shops.open("one")
