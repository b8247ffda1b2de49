"""The sandbox's shops against real stores: the same calls, the same answers, the same requests sent.

Where they differ, the test says where and why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from receiver.sandbox.woocommerce import deliveries
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.records import Key, StoredWebhook
from receiver.sandbox.woocommerce.shop import SandboxShop
from receiver.sandbox.woocommerce.webhook_sender import signature
from tests.captures import FILES, Capture, Exchange, captures, key_posts, rest_examples
from tests.fakes import FrozenClock
from tests.shops import MerchantBrowser, served_listener, served_shops

EXAMPLES = rest_examples()
FIRST_ID, STORE_ID = 118, "d8d1debe-a4e0-420c-bf38-babeb7617605"
BEGAN = datetime(2026, 11, 22, 23, 45, 1, tzinfo=UTC)
NEXT_SECOND = "pause"  # the first call of the second after

# What a shop of the sandbox says otherwise than the real store, by the example's number and path.
DIFFERS = {
    (16, "active_plugins"): "each shop has plugins of its own: ours and TikTok's among them",
    (16, "inactive_plugins"): "none that are not active are played",
    (16, "theme.overrides"): "the files of the real store's theme are its own",
}


# -- REST ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[requests.Response]]:
    """The answers to all examples, repeated in order at a shop that is set up as the real one was."""
    clock = FrozenClock(BEGAN)
    with served_shops(tmp_path_factory.mktemp("shops"), clock) as shops, served_listener() as inbox:
        shops.outgoing.reaches["http://inbox.example"] = inbox.url
        shop = shops.open("real")
        shop.setup.home, shop.setup.store_id = "https://store.example", STORE_ID
        key = shop.new_key()
        shop.records.next_id = FIRST_ID
        yield [repeat_call(shop, clock, key, example) for example in EXAMPLES]


def repeat_call(shop: SandboxShop, clock: FrozenClock, key: Key, example: Exchange) -> requests.Response:
    """Repeat a call of the real store at the shop, in the next second where the example says so."""
    if example.note == NEXT_SECOND:
        clock.move(seconds=1)
    secret = "cs_wrong" if "wrong" in example.auth else key.consumer_secret
    return requests.request(
        example.method,
        f"{shop.url}{example.path}",
        params=example.query,
        json=example.request_json,
        auth=None if example.auth == "none" else (key.consumer_key, secret),
        timeout=60,
    )


def leaves(data: Any, path: str = "") -> dict[str, Any]:
    """Return every leaf of a JSON value by its path."""
    if isinstance(data, dict) and data:
        pairs = [(f"{path}.{name}".lstrip("."), value) for name, value in data.items()]
    elif isinstance(data, list) and data:
        pairs = [(f"{path}[{place}]", value) for place, value in enumerate(data)]
    else:
        return {path: data}
    return {at: leaf for below, value in pairs for at, leaf in leaves(value, below).items()}


def comparable_leaves(number: int, body: str) -> dict[str, Any]:
    """Return the leaves of a body but for those of the explained differences."""
    explained = tuple(path for at, path in DIFFERS if at == number)
    return {at: leaf for at, leaf in leaves(json.loads(body)).items() if not at.startswith(explained or " ")}


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda at: f"{at} {EXAMPLES[at].note[:40]}")
def test_a_shop_answers_what_the_real_store_answered(answers, number):
    example, answer = EXAMPLES[number], answers[number]
    assert answer.status_code == example.status
    assert comparable_leaves(number, answer.text) == comparable_leaves(number, example.response_body)
    headers = {name: answer.headers.get(name) for name, _ in example.response_headers}
    assert headers == dict(example.response_headers)


def test_in_the_same_bytes(answers):
    same = [answer.text == example.response_body for answer, example in zip(answers, EXAMPLES, strict=True)]
    explained = {at for at, _ in DIFFERS}
    assert [at for at, is_same in enumerate(same) if not is_same] == sorted(explained)


def test_every_difference_is_one(answers):
    for at, path in DIFFERS:
        ours, real = (leaves(json.loads(text)) for text in (answers[at].text, EXAMPLES[at].response_body))
        assert {k: v for k, v in ours.items() if k.startswith(path)} != {
            k: v for k, v in real.items() if k.startswith(path)
        }


# -- what is sent ----------------------------------------------------------------------------------


def imitate(shop: SandboxShop, capture: Capture, inbox: str) -> StoredWebhook | None:
    """Set a shop up like the store that sent a capture, and return the webhook it was sent by.

    None if the capture names no webhook.
    """
    headers = dict(capture.headers)
    shop.setup.wc_version, shop.setup.wp_version = capture.wc_version, capture.wp_version
    shop.setup.home = headers.get("X-WC-Webhook-Source", "http://127.0.0.1:8081/").rstrip("/")
    shop.outgoing.reaches = {f"{scheme}://{headers['Host']}": inbox for scheme in ("http", "https")}
    number = headers.get("X-WC-Webhook-ID") or capture.body.partition(b"=")[2]
    if not number.isdigit():
        return None
    shop.records.hooks = [
        StoredWebhook(
            id=int(number),
            name="",
            topic=headers.get("X-WC-Webhook-Topic", "order.updated"),
            delivery_url=f"http://{headers['Host']}{capture.path}",
            secret=capture.secret,
            user="owner",
            created="2026-11-22T23:45:01",
            pending=False,
        )
    ]
    return shop.records.hooks[0]


def captures_of(kind: str) -> list[Capture]:
    """Return the captures that are "signed", "unsigned", or signed "actions"."""
    all_captures = [capture for file in FILES for capture in captures(file)]
    if kind == "actions":
        return [
            item
            for item in all_captures
            if item.is_signed and ("X-WC-Webhook-Resource", "action") in item.headers
        ]
    return [item for item in all_captures if item.is_signed is (kind == "signed")]


def test_an_action_is_sent_in_the_same_words(shop, listener):
    """But for the delivery's id, which the store salts with a secret of its own."""
    for capture in captures_of("actions"):
        imitate(shop, capture, listener.url)
        shop.do_action(dict(capture.headers)["X-WC-Webhook-Event"], json.loads(capture.body)["arg"])
        run_queue(shop)
        request = shop.sent_requests[-1]
        assert (request.method, request.body) == (capture.method, capture.body), capture.note
        ours, real = (
            [pair for pair in each if "Delivery" not in pair[0]]
            for each in (request.headers, capture.headers)
        )
        assert ours == real, capture.note


def test_any_body_is_signed_as_the_store_signed_it():
    signed_captures = captures_of("signed")
    assert len(signed_captures) > 200
    for capture in signed_captures:
        assert signature(capture.secret, capture.body) == dict(capture.headers)["X-WC-Webhook-Signature"]


ROW = re.compile(r"(?:\(status, failure_count, pending_delivery\): |row afterwards: )(\w+)\t(\d)\t(\d)")


def rows(file: str) -> list[tuple[Capture, tuple[str, int, bool]]]:
    """Return the captures that note the webhook's row afterwards, with its status, failures and pending."""
    matches = [(capture, ROW.search(capture.note)) for capture in captures(file)]
    return [(item, (row[1], int(row[2]), row[3] == "1")) for item, row in matches if row]


@pytest.mark.parametrize("file", ["failures.json", "wc105_failures.json"])
def test_a_webhook_stands_after_a_delivery_as_the_stores_did(shop, listener, file):
    for capture, after in rows(file):
        hook = imitate(shop, capture, listener.url)
        number = re.search(r"delivery number (\d)", capture.note)
        hook.failures = min(int(number[1]) - 1, 6) if number else 2
        listener.status = capture.receiver_answer if isinstance(capture.receiver_answer, int) else 200
        if "reset" in str(capture.receiver_answer) or "does not answer" in capture.note:
            shop.outgoing.reaches = {}  # no answer, for either reason
        shop.records.resources["order/1"] = {}
        shop.queue_event(hook.topic, 1)
        run_queue(shop)
        assert (hook.status, hook.failures, hook.pending) == after, capture.note


@pytest.mark.parametrize("file", ["pings.json", "wc105_pings.json"])
def test_a_ping_is_sent_in_the_same_words_and_settles_what_it_settled(shop, listener, file):
    pings = [(item, after) for item, after in rows(file) if item.path == "/mode/ping"]
    assert len(pings) >= 10
    for capture, after in pings:
        hook = imitate(shop, capture, listener.url)
        hook.pending, listener.status = True, capture.receiver_answer
        before = len(shop.sent_requests)
        deliveries.ping(shop, hook)
        request = shop.sent_requests[before]
        assert (request.method, request.headers, request.body) == (
            capture.method,
            capture.headers,
            capture.body,
        )
        assert (hook.status, hook.failures, hook.pending) == after, capture.note


# -- keys for an app -------------------------------------------------------------------------------


@pytest.mark.parametrize("capture", key_posts(), ids=lambda item: f"{item.path} {item.receiver_answer}")
def test_keys_are_posted_in_the_same_words(shop, listener, capture):
    """But for the keys. A second request of one approval is its redirect, by the method WordPress takes."""
    imitate(shop, capture, listener.url)
    real = json.loads(capture.body)
    shop.records.next_id, shop.setup.home = real["key_id"], None
    redirected = re.search(r"/redirected/(\d+)", capture.path)
    listener.status = int(redirected[1]) if redirected else capture.receiver_answer
    path = "/mode/auth" if redirected else capture.path
    params = {
        "app_name": "Synthetic Inbox",
        "scope": real["key_permissions"],
        "user_id": "u ser/1<é>" if "<" in capture.note else real["user_id"],
        "return_url": "https://inbox.example/connected?x=1",
        "callback_url": f"https://127.0.0.1:9443{path}",
    }
    answer = MerchantBrowser(shop).approve(f"{shop.url}/wc-auth/v1/authorize?{urlencode(params)}")
    request = shop.sent_requests[1 if redirected else 0]
    fields = json.loads(request.body)
    assert (request.method, request.url) == (capture.method, f"https://127.0.0.1:9443{capture.path}")
    assert list(fields) == list(real)
    assert {**fields, "consumer_key": 0, "consumer_secret": 0} == {
        **real,
        "consumer_key": 0,
        "consumer_secret": 0,
    }
    assert len(request.body) == len(capture.body)
    agent = f"WordPress/{capture.wp_version}; {shop.url}"
    assert list(request.headers) == [
        (name, agent if name == "User-Agent" else value) for name, value in capture.headers
    ]
    browser = re.search(r"browser got (\d+) to (\S+)", capture.note)
    if browser:
        assert (str(answer.status_code), answer.headers.get("Location", "None")) == (browser[1], browser[2])
