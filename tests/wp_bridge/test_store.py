"""A store by its REST API: every recorded answer of a real one, and a shop that is asked over HTTP."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from receiver.controls.shop_faults import ShopFault
from receiver.sandbox.shop.shop import Permalinks
from tests.captures import rest_examples
from wp_bridge.errors import StoreError, Trouble
from wp_bridge.guard import Answer, Guard, Limits
from wp_bridge.store import Store, Webhook, probe

KEY, SECRET = "ck_" + "a" * 40, "cs_" + "b" * 40
EXAMPLES = {f"{number}: {one.note}": one for number, one in enumerate(rest_examples())}
UUID = "d8d1debe-a4e0-420c-bf38-babeb7617605"


class Recorded:
    """In the guard's place: answers one recorded call, and remembers how it was made."""

    def __init__(self, example):
        self.example, self.asked = example, []

    def request(self, method, url, **asked):
        self.asked.append((method, url, asked))
        headers = {name.lower(): value for name, value in self.example.response_headers}
        return Answer(self.example.status, headers, self.example.response_body.encode())


def recorded(note):
    return next(one for one in EXAMPLES.values() if one.note == note)


def store_of(example):
    guard = Recorded(example)
    return Store(guard, "https://store.example/", KEY, SECRET), guard


def trouble_of(call, *arguments):
    with pytest.raises(StoreError) as caught:
        call(*arguments)
    return caught.value.trouble, caught.value.code


CALLS = {
    "GET /wp-json/wc/v3/webhooks": lambda store: store.webhooks(),
    "POST /wp-json/wc/v3/webhooks": lambda store: store.make_webhook("n", "order.created", "https://x/", "s"),
    "PUT /wp-json/wc/v3/webhooks/118": lambda store: store.change_secret(118, "new"),
    "DELETE /wp-json/wc/v3/webhooks/118": lambda store: store.delete_webhook(118),
    "GET /wp-json/wc/v3/system_status": lambda store: store.facts(),
}
REFUSED = {
    "no credentials": (Trouble.KEYS_REFUSED, "woocommerce_rest_cannot_view"),
    "wrong consumer secret": (Trouble.KEYS_REFUSED, "woocommerce_rest_authentication_error"),
    "create, bad topic": (Trouble.MALFORMED, "woocommerce_rest_shop_webhook_invalid_topic"),
    "create, bad delivery_url": (Trouble.MALFORMED, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
    "delete without force": (Trouble.MALFORMED, "woocommerce_rest_trash_not_supported"),
    "update after delete": (Trouble.MALFORMED, "woocommerce_rest_shop_webhook_invalid_id"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_recorded_answer_is_read_or_refused_with_the_stores_own_code(name):
    """A call we do not make is read by the one that is likest."""
    example = EXAMPLES[name]
    store, _ = store_of(example)
    call = CALLS.get(f"{example.method} {example.path}")
    if call is None:
        told = json.loads(example.response_body)
        call = CALLS[
            "GET /wp-json/wc/v3/webhooks" if isinstance(told, list) else "PUT /wp-json/wc/v3/webhooks/118"
        ]
    if example.note in REFUSED:
        assert trouble_of(call, store) == REFUSED[example.note]
    elif example.status >= 400:
        assert trouble_of(call, store)[1] == json.loads(example.response_body)["code"]
    elif isinstance(json.loads(example.response_body), list) and "webhooks" not in example.path:
        assert trouble_of(call, store) == (Trouble.MALFORMED, None)
    else:
        call(store)


def test_calls_over_https_carry_the_keys_in_a_header_and_never_in_the_address():
    store, guard = store_of(recorded("list"))
    (hook,) = [one for one in store.webhooks() if one.id == 118]
    assert hook == Webhook(
        118, "order.created", "http://inbox.example/hook/rest", "active", ("woocommerce_new_order",)
    )
    ((method, url, asked),) = guard.asked
    assert (method, url) == ("GET", "https://store.example/wp-json/wc/v3/webhooks")
    assert asked["params"] == {"per_page": 100, "page": 1}
    assert (asked["auth"].username, asked["auth"].password) == (KEY, SECRET)
    assert SECRET not in repr(store.__dict__)


def test_a_webhook_is_asked_for_as_the_recorded_one_was():
    example = recorded("create")
    store, guard = store_of(example)
    sent = example.request_json
    made = store.make_webhook(sent["name"], sent["topic"], sent["delivery_url"], sent["secret"])
    assert (made.id, made.topic, made.hooks) == (118, "order.created", ("woocommerce_new_order",))
    assert json.loads(guard.asked[0][2]["data"]) == sent


def test_a_topic_the_store_kept_as_an_empty_one_shows():
    store, _ = store_of(recorded("create, topic in mixed case (201 with an empty topic)"))
    made = store.make_webhook("n", "Order.Created", "https://x/", "s")
    assert (made.topic, made.hooks) == ("", ())


def test_deleting_what_is_gone_is_deleting_it():
    store, guard = store_of(recorded("read after delete"))
    store.delete_webhook(118)
    assert guard.asked[0][2]["params"] == {"force": "true"}


# A shop over HTTP


@pytest.fixture
def guard():
    return Guard(allow_loopback=True, limits=Limits(connect=2, read=1, deadline=3))


@pytest.fixture
def store(shop, guard):
    key = shop.new_key()
    return Store(guard, f"{shop.url}/", key.consumer_key, key.consumer_secret)


def test_a_shop_tells_what_it_is(shop, store):
    shop.setup.name, shop.setup.country, shop.setup.store_id = "Tea & Cake", "US:CA", UUID
    facts = store.facts()
    assert (facts.uuid, facts.name, facts.country, facts.currency) == (UUID, "Tea & Cake", "US", "USD")
    assert (facts.wc_version, facts.wp_version, facts.hpos) == ("10.0.2", "6.8.8", True)
    assert "tiktok-for-business/tiktok-for-woocommerce.php" in dict(facts.plugins)
    assert facts.home_url == shop.url


def test_a_webhook_is_made_pinged_found_changed_and_deleted(shop, store, listener):
    made = store.make_webhook("ours", "action.wc_ad_credit_signal", f"{listener.url}/hook", "secret1")
    assert listener.heard[0].body == f"webhook_id={made.id}".encode()
    assert store.webhooks() == [made]
    store.change_secret(made.id, "secret2")
    assert shop.hook(made.id).secret == "secret2"
    store.delete_webhook(made.id)
    store.delete_webhook(made.id)
    assert store.webhooks() == []


def test_all_pages_of_webhooks_are_read(shop, store, listener):
    for number in range(101):
        store.make_webhook(f"n{number}", "order.created", f"{listener.url}/hook", "s")
    assert len(store.webhooks()) == 101


def test_the_plugin_is_asked_for_its_state_and_given_the_token(shop, store):
    assert store.state()["event"] == "state"
    store.put_token("stt_1")
    assert shop.records.token == "stt_1"
    shop.setup.companion = None
    assert trouble_of(store.state) == (Trouble.NO_COMPANION, "rest_no_route")


def test_over_http_a_call_is_signed_and_shows_no_secret(shop, store):
    store.webhooks()
    assert "oauth_signature=" in shop.asked[-1].path
    assert "consumer_secret" not in shop.asked[-1].path
    query = dict(parse_qsl(urlsplit(shop.asked[-1].path).query))
    assert query["page"] == "1"


@pytest.mark.parametrize(
    ("permissions", "call", "trouble"),
    [
        (
            "read",
            lambda store: store.make_webhook("n", "order.created", "https://x/", "s"),
            Trouble.KEYS_TOO_WEAK,
        ),
        ("write", lambda store: store.webhooks(), Trouble.KEYS_TOO_WEAK),
    ],
)
def test_keys_that_may_not_are_told_from_keys_that_are_wrong(shop, guard, permissions, call, trouble):
    key = shop.new_key(permissions)
    assert trouble_of(call, Store(guard, f"{shop.url}/", key.consumer_key, key.consumer_secret))[0] is trouble


def test_revoked_keys_are_refused(shop, store):
    shop.revoke(shop.records.keys[0])
    assert trouble_of(store.facts)[0] is Trouble.KEYS_REFUSED


FAULTS = {
    ShopFault.SILENT: Trouble.UNREACHABLE,
    ShopFault.RESET: Trouble.UNREACHABLE,
    ShopFault.REDIRECT: Trouble.UNREACHABLE,
    ShopFault.FIREWALL: Trouble.UNREACHABLE,
    ShopFault.HUGE: Trouble.UNREACHABLE,
    ShopFault.SWELLING: Trouble.UNREACHABLE,
    ShopFault.DRIPPING: Trouble.UNREACHABLE,
    ShopFault.MAINTENANCE: Trouble.BUSY,
    ShopFault.CRITICAL_ERROR: Trouble.BUSY,
    ShopFault.NOTICE: Trouble.MALFORMED,
    ShopFault.GARBLED: Trouble.MALFORMED,
    ShopFault.ERROR_OBJECT: Trouble.KEYS_TOO_WEAK,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_shop_is_one_trouble(shop, store, fault):
    shop.faults.on(fault)
    try:
        assert trouble_of(store.webhooks)[0] is FAULTS[fault]
    finally:
        shop.faults.off(fault)


# Probing


def test_a_shop_is_probed_without_keys(shop, guard):
    shop.setup.name = "Tea"
    assert probe(guard, f"{shop.url}/") == (f"{shop.url}/", "Tea")
    assert [one.key for one in shop.asked] == [None]


@pytest.mark.parametrize(
    ("permalinks", "found"),
    [(Permalinks.NO_REWRITING, "index.php/"), (Permalinks.PLAIN, Trouble.NO_PERMALINKS)],
)
def test_permalinks_decide_where_a_shop_is_asked(shop, guard, permalinks, found):
    shop.setup.permalinks = permalinks
    if isinstance(found, Trouble):
        assert trouble_of(probe, guard, f"{shop.url}/")[0] is found
    else:
        assert probe(guard, f"{shop.url}/")[0] == f"{shop.url}/{found}"


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"<html>hello", Trouble.NOT_WORDPRESS),
        (b'{"name": "x"}', Trouble.NOT_WORDPRESS),
        (b'{"namespaces": ["wp/v2"]}', Trouble.NO_WOOCOMMERCE),
        (b'{"namespaces": ["wp/v2", "wc/v2"]}', Trouble.TOO_OLD),
        (b'\xef\xbb\xbf{"namespaces": ["wc/v3"]}', None),
        (b"[" * 100_000, Trouble.NOT_WORDPRESS),
    ],
)
def test_what_is_no_shop_is_told_by_what_it_is(guard, monkeypatch, body, trouble):
    monkeypatch.setattr(guard, "request", lambda *_, **__: Answer(200, {}, body))
    if trouble is None:
        assert probe(guard, "http://127.0.0.1/") == ("http://127.0.0.1/", None)
    else:
        assert trouble_of(probe, guard, "http://127.0.0.1/")[0] is trouble
