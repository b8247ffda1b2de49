"""What a client of a shop meets while something is wrong with it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
import requests

from receiver.sandbox.woocommerce import faulty_answers
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.shop import SandboxShop


def index(shop: SandboxShop, **more: object) -> requests.Response:
    return requests.get(f"{shop.url}/wp-json/", timeout=60, allow_redirects=False, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (ShopFault.MAINTENANCE, 503, "text/html"),
        (ShopFault.FIREWALL, 403, "text/html"),
        (ShopFault.REDIRECT, 301, "text/html"),
        (ShopFault.CRITICAL_ERROR, 500, "application/json"),
    ],
)
def test_some_faults_show_in_the_status(shop, fault, status, kind):
    shop.faults.on(fault, "one")
    answer = index(shop)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, kind)
    shop.faults.off(fault)
    assert index(shop).json()["name"] == "Store"


@pytest.mark.parametrize("fault", [ShopFault.NOTICE, ShopFault.GARBLED])
def test_some_answers_are_no_json_for_all_their_200(shop, fault):
    shop.faults.on(fault)
    answer = index(shop)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert (b"<b>Deprecated</b>" in answer.content) is (fault is ShopFault.NOTICE)


def test_an_error_object_may_come_with_a_200(shop):
    shop.faults.on(ShopFault.ERROR_OBJECT)
    answer = index(shop)
    assert (answer.status_code, answer.json()["data"]) == (200, {"status": 403})


@pytest.mark.parametrize("fault", [ShopFault.SILENT, ShopFault.RESET])
def test_some_calls_have_no_answer_at_all(shop, fault):
    shop.faults.on(fault)
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        requests.get(f"{shop.url}/wp-json/", timeout=0.2)
    shop.faults.off(fault)


def test_a_slow_shop_answers_in_the_end(shop, monkeypatch):
    waits = []
    monkeypatch.setattr(faulty_answers, "time", SimpleNamespace(sleep=waits.append, monotonic=time.monotonic))
    shop.faults.on(ShopFault.SLOW)
    assert index(shop).ok
    assert waits == [faulty_answers.SLOW_SECONDS]


def test_a_dripping_answer_never_lets_a_reader_wait_long_and_does_not_end(shop):
    shop.faults.on(ShopFault.DRIPPING)
    answer = index(shop, stream=True)
    drops = answer.iter_content(1)
    assert [next(drops) for _ in range(3)] == [b" "] * 3
    shop.faults.off(ShopFault.DRIPPING)
    assert b"namespaces" in b"".join(drops)


def test_a_huge_answer_does_not_say_how_long_it_is(shop):
    shop.faults.on(ShopFault.HUGE)
    answer = index(shop, stream=True)
    assert "Content-Length" not in answer.headers
    read = sum(len(part) for part in answer.iter_content(faulty_answers.MEGABYTE))
    assert read > faulty_answers.HUGE_MEGABYTES * faulty_answers.MEGABYTE


def test_a_swelling_answer_is_small_on_the_wire(shop):
    shop.faults.on(ShopFault.SWELLING)
    answer = index(shop, stream=True)
    assert int(answer.headers["Content-Length"]) < faulty_answers.MEGABYTE
    assert len(answer.content) > faulty_answers.HUGE_MEGABYTES * faulty_answers.MEGABYTE


def test_a_shop_for_members_answers_keys_only(shop):
    shop.setup.https = True
    key = shop.new_key()
    shop.faults.on(ShopFault.MEMBERS_ONLY)
    assert (index(shop).status_code, index(shop).json()["code"]) == (401, "rest_not_logged_in")
    address, pair = f"{shop.url}/wp-json/wc/v3/webhooks", (key.consumer_key, key.consumer_secret)
    assert requests.get(address, auth=pair, timeout=60).json() == []


def test_a_server_that_loses_the_authorization_header_leaves_keys_in_the_query(shop):
    shop.setup.https = True
    key = shop.new_key()
    shop.faults.on(ShopFault.NO_AUTHORIZATION)
    address, pair = f"{shop.url}/wp-json/wc/v3/webhooks", (key.consumer_key, key.consumer_secret)
    assert requests.get(address, auth=pair, timeout=60).status_code == 401
    in_query = dict(zip(("consumer_key", "consumer_secret"), pair, strict=True))
    assert requests.get(address, params=in_query, timeout=60).status_code == 200


def test_a_queue_that_stands_still_keeps_what_waits(shop, listener):
    key = shop.new_key()
    shop.setup.https = True
    webhook = {"topic": "action.wc_ad_credit_signal", "delivery_url": listener.url}
    pair = (key.consumer_key, key.consumer_secret)
    assert requests.post(f"{shop.url}/wp-json/wc/v3/webhooks", auth=pair, json=webhook, timeout=60).ok
    shop.faults.on(ShopFault.QUEUE_STANDS)
    shop.signal("integration_installed")
    run_queue(shop)
    assert len(listener.requests) == 1
    shop.faults.off(ShopFault.QUEUE_STANDS)
    run_queue(shop)
    assert len(listener.requests) == 2


def test_a_fault_of_one_shop_leaves_the_others_alone(shops, shop):
    other = shops.open("other")
    shop.faults.on(ShopFault.MAINTENANCE, "one")
    assert (index(shop).status_code, index(other).status_code) == (503, 200)
