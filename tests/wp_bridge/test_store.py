"""A store by its REST API: every recorded answer of a real one, and a shop that is asked over HTTP."""

from __future__ import annotations

import json
import traceback
from itertools import zip_longest
from urllib.parse import parse_qsl, urlsplit

import pytest

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.shop import Permalinks
from tests.captures import rest_examples
from tests.certificates import Authority
from tests.shops import served_shops
from wp_bridge.errors import StoreError, StoreTrouble
from wp_bridge.safe_http import Limits, SafeHttpClient, SafeHttpResponse
from wp_bridge.store import RemoteStore, StoreFacts, Webhook, has_key_page, probe

KEY, SECRET = "ck_" + "a" * 40, "cs_" + "b" * 40
EXAMPLES = {f"{number}: {item.note}": item for number, item in enumerate(rest_examples())}
UUID = "d8d1debe-a4e0-420c-bf38-babeb7617605"


class RecordedGuard:
    """Stands for the guard: answers one recorded call, and keeps the calls that are made."""

    def __init__(self, example):
        self.example, self.calls = example, []

    def request(self, method, url, **options):
        self.calls.append((method, url, options))
        headers = {name.lower(): value for name, value in self.example.response_headers}
        return SafeHttpResponse(self.example.status, headers, self.example.response_body.encode())


def find_example(note):
    return next(example for example in EXAMPLES.values() if example.note == note)


def store_of(example):
    guard = RecordedGuard(example)
    return RemoteStore(guard, "https://store.example/", KEY, SECRET), guard


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
    "no credentials": (StoreTrouble.KEYS_REFUSED, "woocommerce_rest_cannot_view"),
    "wrong consumer secret": (StoreTrouble.KEYS_REFUSED, "woocommerce_rest_authentication_error"),
    "create, bad topic": (StoreTrouble.MALFORMED, "woocommerce_rest_shop_webhook_invalid_topic"),
    "create, bad delivery_url": (
        StoreTrouble.MALFORMED,
        "woocommerce_rest_shop_webhook_invalid_delivery_url",
    ),
    "delete without force": (StoreTrouble.MALFORMED, "woocommerce_rest_trash_not_supported"),
    "update after delete": (StoreTrouble.MALFORMED, "woocommerce_rest_shop_webhook_invalid_id"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_recorded_answer_is_read_or_refused_with_the_stores_own_code(name):
    """A call we do not make is read by the one that is likest."""
    example = EXAMPLES[name]
    store, _ = store_of(example)
    call = CALLS.get(f"{example.method} {example.path}")
    if call is None:
        body = json.loads(example.response_body)
        call = CALLS[
            "GET /wp-json/wc/v3/webhooks" if isinstance(body, list) else "PUT /wp-json/wc/v3/webhooks/118"
        ]
    if example.note in REFUSED:
        assert trouble_of(call, store) == REFUSED[example.note]
    elif example.status >= 400:
        assert trouble_of(call, store)[1] == json.loads(example.response_body)["code"]
    elif isinstance(json.loads(example.response_body), list) and "webhooks" not in example.path:
        assert trouble_of(call, store) == (StoreTrouble.MALFORMED, None)
    else:
        call(store)


def test_calls_over_https_carry_the_keys_in_a_header_and_never_in_the_address():
    store, guard = store_of(find_example("list"))
    (hook,) = [webhook for webhook in store.webhooks() if webhook.id == 118]
    assert hook == Webhook(
        118, "order.created", "http://inbox.example/hook/rest", "active", ("woocommerce_new_order",)
    )
    ((method, url, options),) = guard.calls
    assert (method, url) == ("GET", "https://store.example/wp-json/wc/v3/webhooks")
    assert options["params"] == {"per_page": 100, "page": 1}
    assert (options["auth"].username, options["auth"].password) == (KEY, SECRET)
    assert SECRET not in repr(store.__dict__)


def test_a_webhook_is_asked_for_as_the_recorded_one_was():
    example = find_example("create")
    store, guard = store_of(example)
    body = example.request_json
    webhook = store.make_webhook(body["name"], body["topic"], body["delivery_url"], body["secret"])
    assert (webhook.id, webhook.topic, webhook.hooks) == (118, "order.created", ("woocommerce_new_order",))
    assert json.loads(guard.calls[0][2]["data"]) == body


def test_a_topic_the_store_kept_as_an_empty_one_shows():
    store, _ = store_of(find_example("create, topic in mixed case (201 with an empty topic)"))
    webhook = store.make_webhook("n", "Order.Created", "https://x/", "s")
    assert (webhook.topic, webhook.hooks) == ("", ())


def test_deleting_what_is_gone_is_deleting_it():
    store, guard = store_of(find_example("read after delete"))
    store.delete_webhook(118)
    assert guard.calls[0][2]["params"] == {"force": "true"}


# A shop over HTTP


@pytest.fixture
def guard():
    return SafeHttpClient(allow_loopback=True, limits=Limits(connect=2, read=1, deadline=3))


def with_keys(guard, shop, permissions="read_write"):
    key = shop.new_key(permissions)
    return RemoteStore(guard, f"{shop.url}/", key.consumer_key, key.consumer_secret)


@pytest.fixture
def store(shop, guard):
    return with_keys(guard, shop)


def test_a_shop_tells_what_it_is(shop, store):
    shop.setup.name, shop.setup.country, shop.setup.store_id = "Tea & Cake", "US:CA", UUID
    facts = store.facts()
    assert (facts.uuid, facts.name, facts.country, facts.currency) == (UUID, "Tea & Cake", "US", "USD")
    assert (facts.wc_version, facts.wp_version, facts.hpos) == ("10.0.2", "6.8.8", True)
    assert "tiktok-for-business/tiktok-for-woocommerce.php" in dict(facts.plugins)
    assert facts.home_url == shop.url


def test_a_webhook_is_made_pinged_found_changed_and_deleted(shop, store, listener):
    webhook = store.make_webhook("ours", "action.wc_ad_credit_signal", f"{listener.url}/hook", "secret1")
    assert listener.requests[0].body == f"webhook_id={webhook.id}".encode()
    assert store.webhooks() == [webhook]
    store.change_secret(webhook.id, "secret2")
    assert shop.find_webhook(webhook.id).secret == "secret2"
    store.delete_webhook(webhook.id)
    store.delete_webhook(webhook.id)
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
    assert trouble_of(store.state) == (StoreTrouble.NO_COMPANION, "rest_no_route")


def test_over_http_a_call_is_signed_and_shows_no_secret(shop, store):
    store.webhooks()
    assert "oauth_signature=" in shop.received_requests[-1].path
    assert "consumer_secret" not in shop.received_requests[-1].path
    query = dict(parse_qsl(urlsplit(shop.received_requests[-1].path).query))
    assert query["page"] == "1"


@pytest.mark.parametrize(
    ("permissions", "call", "trouble"),
    [
        (
            "read",
            lambda store: store.make_webhook("n", "order.created", "https://x/", "s"),
            StoreTrouble.KEYS_TOO_WEAK,
        ),
        ("write", lambda store: store.webhooks(), StoreTrouble.KEYS_TOO_WEAK),
    ],
)
def test_keys_that_may_not_are_told_from_keys_that_are_wrong(shop, guard, permissions, call, trouble):
    assert trouble_of(call, with_keys(guard, shop, permissions))[0] is trouble


def test_revoked_keys_are_refused(shop, store):
    shop.revoke(shop.records.keys[0])
    assert trouble_of(store.facts)[0] is StoreTrouble.KEYS_REFUSED


FAULTS = {
    ShopFault.SILENT: StoreTrouble.UNREACHABLE,
    ShopFault.RESET: StoreTrouble.UNREACHABLE,
    ShopFault.REDIRECT: StoreTrouble.UNREACHABLE,
    ShopFault.FIREWALL: StoreTrouble.UNREACHABLE,
    ShopFault.HUGE: StoreTrouble.UNREACHABLE,
    ShopFault.SWELLING: StoreTrouble.UNREACHABLE,
    ShopFault.DRIPPING: StoreTrouble.UNREACHABLE,
    ShopFault.MAINTENANCE: StoreTrouble.BUSY,
    ShopFault.CRITICAL_ERROR: StoreTrouble.BUSY,
    ShopFault.NOTICE: StoreTrouble.MALFORMED,
    ShopFault.GARBLED: StoreTrouble.MALFORMED,
    ShopFault.ERROR_OBJECT: StoreTrouble.KEYS_TOO_WEAK,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_shop_is_one_trouble(shop, guard, fault):
    has_no_end = fault in (ShopFault.SILENT, ShopFault.DRIPPING)
    store = with_keys(guard.within(Limits(deadline=0.5)) if has_no_end else guard, shop)
    shop.faults.on(fault)
    try:
        assert trouble_of(store.webhooks)[0] is FAULTS[fault]
    finally:
        shop.faults.off(fault)


# Probing


def test_a_shop_is_probed_without_keys(shop, guard):
    shop.setup.name = "Tea"
    assert probe(guard, f"{shop.url}/") == (f"{shop.url}/", "Tea")
    assert [item.key for item in shop.received_requests] == [None]


@pytest.mark.parametrize(
    ("permalinks", "result"),
    [(Permalinks.NO_REWRITING, "index.php/"), (Permalinks.PLAIN, StoreTrouble.NO_PERMALINKS)],
)
def test_permalinks_decide_where_a_shop_is_asked(shop, guard, permalinks, result):
    shop.setup.permalinks = permalinks
    if isinstance(result, StoreTrouble):
        assert trouble_of(probe, guard, f"{shop.url}/")[0] is result
    else:
        assert probe(guard, f"{shop.url}/")[0] == f"{shop.url}/{result}"


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"<html>hello", StoreTrouble.NOT_WORDPRESS),
        (b'{"name": "x"}', StoreTrouble.NOT_WORDPRESS),
        (b'{"namespaces": ["wp/v2"]}', StoreTrouble.NO_WOOCOMMERCE),
        (b'{"namespaces": ["wp/v2", "wc/v2"]}', StoreTrouble.TOO_OLD),
        (b'\xef\xbb\xbf{"namespaces": ["wc/v3"]}', None),
        (b"[" * 100_000, StoreTrouble.NOT_WORDPRESS),
    ],
)
def test_what_is_no_shop_is_told_by_what_it_is(guard, monkeypatch, body, trouble):
    monkeypatch.setattr(SafeHttpClient, "request", lambda *_, **__: SafeHttpResponse(200, {}, body))
    if trouble is None:
        assert probe(guard, "http://127.0.0.1/") == ("http://127.0.0.1/", None)
    else:
        assert trouble_of(probe, guard, "http://127.0.0.1/")[0] is trouble


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (ShopFault.NOTICE, StoreTrouble.MALFORMED),
        (ShopFault.GARBLED, StoreTrouble.MALFORMED),
        (ShopFault.MAINTENANCE, StoreTrouble.BUSY),
        (ShopFault.CRITICAL_ERROR, StoreTrouble.BUSY),
        (ShopFault.FIREWALL, StoreTrouble.NOT_WORDPRESS),
        (ShopFault.REDIRECT, StoreTrouble.UNREACHABLE),
    ],
)
def test_a_fault_at_the_probe_has_its_own_advice(shop, guard, fault, trouble):
    shop.faults.on(fault)
    assert trouble_of(probe, guard, f"{shop.url}/")[0] is trouble


def test_a_shop_that_shows_its_rest_api_only_to_keys_can_be_connected_and_read(shop, guard, store):
    shop.faults.on(ShopFault.MEMBERS_ONLY)
    assert probe(guard, f"{shop.url}/") == (f"{shop.url}/", None)
    assert (store.facts().currency, store.facts().name) == ("USD", None)


@pytest.mark.parametrize("fault", [None, ShopFault.NO_KEY_PAGE, ShopFault.MAINTENANCE, ShopFault.REDIRECT])
def test_a_key_page_that_the_host_blocks_is_seen_without_keys_and_no_other_fault_is_taken_for_it(
    shop, guard, fault
):
    if fault:
        shop.faults.on(fault)
    assert has_key_page(guard, f"{shop.url}/") is (fault is not ShopFault.NO_KEY_PAGE)


def test_wordpress_with_plain_permalinks_leads_round_in_circles(shop, guard):
    shop.setup.permalinks = Permalinks.PLAIN
    assert trouble_of(probe, guard, f"{shop.url}/")[0] is StoreTrouble.NO_PERMALINKS
    requests = [(item.path.partition("?")[0], item.status) for item in shop.received_requests]
    assert requests == [("/wp-json/", 404), ("/index.php/wp-json/", 301), ("/", 200)]


def test_the_probe_asks_for_little_of_an_index_that_may_be_long(shop, guard):
    shop.setup.other_routes = 400
    probe(guard.within(Limits(most_bytes=1000)), f"{shop.url}/")


def test_a_shop_is_probed_with_less_patience_than_it_is_called(monkeypatch):
    limits_used = []
    monkeypatch.setattr(
        SafeHttpClient,
        "request",
        lambda self, *_, **__: limits_used.append(self._limits) or SafeHttpResponse(404, {}, b""),
    )
    assert (
        trouble_of(probe, SafeHttpClient(allow_loopback=True), "http://127.0.0.1/")[0]
        is StoreTrouble.NOT_WORDPRESS
    )
    assert {limits.deadline for limits in limits_used} == {15}


# Over https: how keys get through


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def safe_shop(tmp_path, clock, authority):
    with served_shops(tmp_path / "safe", clock, authority.server_context("127.0.0.1")) as shops:
        yield shops.open("safe")


@pytest.fixture
def safe_guard(authority):
    return SafeHttpClient(allow_loopback=True, authorities=str(authority.file))


def signature_flags(shop):
    return ["oauth_signature" in item.path for item in shop.received_requests]


def test_over_https_keys_go_in_a_header(safe_shop, safe_guard):
    store = with_keys(safe_guard, safe_shop)
    assert store.webhooks() == []
    assert signature_flags(safe_shop) == [False]


def test_where_the_web_server_drops_that_header_calls_are_signed_from_then_on(safe_shop, safe_guard):
    safe_shop.faults.on(ShopFault.NO_AUTHORIZATION)
    store = with_keys(safe_guard, safe_shop)
    assert store.webhooks() == []
    store.put_token("stt_1")
    assert signature_flags(safe_shop) == [False, True, True]
    assert not any("cs_" in item.path for item in safe_shop.received_requests)


def test_a_shop_behind_a_proxy_that_takes_itself_for_http_gets_what_it_would_sign(safe_shop, safe_guard):
    safe_shop.setup.https = False
    store = with_keys(safe_guard, safe_shop)
    assert store.webhooks() == []
    assert store.facts().currency == "USD"
    assert signature_flags(safe_shop)[:3] == [False, True, True]
    assert [item.status for item in safe_shop.received_requests][:3] == [401, 401, 200]


def test_a_secret_that_is_wrong_is_not_tried_in_other_ways(safe_shop, safe_guard):
    key = safe_shop.new_key()
    store = RemoteStore(safe_guard, f"{safe_shop.url}/", key.consumer_key, "cs_" + "0" * 40)
    assert trouble_of(store.webhooks)[0] is StoreTrouble.KEYS_REFUSED
    assert len(safe_shop.received_requests) == 1


def test_keys_nobody_knows_are_refused_in_all_ways_and_each_time_anew(safe_shop, safe_guard):
    store = RemoteStore(safe_guard, f"{safe_shop.url}/", KEY, SECRET)
    for _ in range(2):
        assert trouble_of(store.webhooks)[0] is StoreTrouble.KEYS_REFUSED
    assert signature_flags(safe_shop) == [False, True, True] * 2


def test_keys_revoked_after_they_were_taken_are_refused_once(safe_shop, safe_guard):
    store = with_keys(safe_guard, safe_shop)
    store.webhooks()
    safe_shop.revoke(safe_shop.records.keys[0])
    assert trouble_of(store.webhooks)[0] is StoreTrouble.KEYS_REFUSED
    assert signature_flags(safe_shop) == [False, False]


@pytest.mark.parametrize("fault", [None, ShopFault.NO_AUTHORIZATION])
def test_keys_that_only_read_are_told_so_in_every_way(safe_shop, safe_guard, fault):
    if fault:
        safe_shop.faults.on(fault)
    store = with_keys(safe_guard, safe_shop, "read")
    refusal = trouble_of(store.make_webhook, "n", "order.created", "https://x.example/", "s")
    assert refusal == (StoreTrouble.KEYS_TOO_WEAK, "woocommerce_rest_authentication_error")


def test_a_token_never_goes_over_http(shop, guard):
    public = SafeHttpClient(resolve=lambda host, port: pytest.fail("nothing is looked up"))
    store = RemoteStore(public, "http://shop.example/", KEY, SECRET)
    assert trouble_of(store.put_token, "stt_1") == (StoreTrouble.NOT_HTTPS, None)


# Answers of an untrusted store


def error(status, code, message="", http=None):
    body = {"code": code, "message": message, "data": {"status": status}}
    return SafeHttpResponse(http or status, {}, json.dumps(body).encode())


SEEN, UNSEEN = "woocommerce_rest_authentication_error", "woocommerce_rest_cannot_view"
NO_RIGHT = "The API key provided does not have write permissions."
REFUSALS = [
    (error(401, UNSEEN), StoreTrouble.KEYS_REFUSED),
    (error(401, SEEN, "Consumer secret is invalid."), StoreTrouble.KEYS_REFUSED),
    (error(401, SEEN, "Invalid signature - provided signature does not match."), StoreTrouble.KEYS_REFUSED),
    (error(401, "woocommerce_rest_authentication_missing_parameter"), StoreTrouble.KEYS_REFUSED),
    (error(401, "rest_not_logged_in"), StoreTrouble.KEYS_REFUSED),
    (error(401, UNSEEN, http=200), StoreTrouble.KEYS_REFUSED),
    (error(401, SEEN, NO_RIGHT), StoreTrouble.KEYS_TOO_WEAK),
    (error(403, UNSEEN), StoreTrouble.KEYS_TOO_WEAK),
    (error(403, "rest_forbidden", http=200), StoreTrouble.KEYS_TOO_WEAK),
    (error(404, "rest_no_route"), StoreTrouble.NO_WOOCOMMERCE),
    (error(400, "rest_invalid_param"), StoreTrouble.MALFORMED),
    (error(429, "too_many"), StoreTrouble.BUSY),
    (error(500, "internal_server_error", http=200), StoreTrouble.BUSY),
    (error("403", "rest_forbidden", http=200), StoreTrouble.MALFORMED),
    (error("403", "rest_forbidden", http=401), StoreTrouble.KEYS_REFUSED),
    (SafeHttpResponse(401, {}, b"<html>password, please"), StoreTrouble.UNREACHABLE),
    (SafeHttpResponse(403, {}, b"<html>blocked"), StoreTrouble.UNREACHABLE),
    (SafeHttpResponse(404, {}, b"<html>not here"), StoreTrouble.UNREACHABLE),
    (SafeHttpResponse(429, {}, b""), StoreTrouble.BUSY),
    (SafeHttpResponse(503, {}, b"<html>soon"), StoreTrouble.BUSY),
    (SafeHttpResponse(522, {}, b"origin is down"), StoreTrouble.BUSY),
    (SafeHttpResponse(200, {}, b"<br /><b>Notice</b>[]"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"[1"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b""), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"null"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"7"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"{}"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"[7]"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b'[{"id": 0}]'), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"\xff\xfe"), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"[" * 200_000), StoreTrouble.MALFORMED),
    (SafeHttpResponse(200, {}, b"9" * 5_000), StoreTrouble.MALFORMED),
]


class ScriptedGuard:
    """Stands for the guard: gives one answer after the other, and the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def request(self, *_, **__):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def store_answering(*answers):
    return RemoteStore(ScriptedGuard(*answers), "http://store.example/", KEY, SECRET)


@pytest.mark.parametrize(("answer", "trouble"), REFUSALS)
def test_what_cannot_be_used_is_one_trouble_each(answer, trouble):
    assert trouble_of(store_answering(answer).webhooks)[0] is trouble


def test_a_byte_order_mark_is_no_trouble():
    assert store_answering(SafeHttpResponse(200, {}, b"\xef\xbb\xbf[]")).webhooks() == []


def test_a_store_that_speaks_another_language_still_tells_weak_keys_from_wrong_ones():
    refusal = error(401, SEEN, "La clave no tiene permiso de escritura.")
    assert trouble_of(store_answering(refusal).webhooks)[0] is StoreTrouble.KEYS_REFUSED
    store = store_answering(SafeHttpResponse(200, {}, b"[]"), refusal)
    store.webhooks()
    assert trouble_of(store.change_secret, 1, "s")[0] is StoreTrouble.KEYS_TOO_WEAK


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": "999999999"}, 86400),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 10:05:00 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 300),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:00 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0),
        ({"retry-after": "Mon, 23 Nov 2026 10:05:00 GMT"}, None),
    ],
)
def test_a_busy_store_is_left_alone_for_as_long_as_it_says(headers, seconds):
    with pytest.raises(StoreError) as caught:
        store_answering(SafeHttpResponse(503, headers, b"")).webhooks()
    assert (caught.value.trouble, caught.value.retry_after) == (StoreTrouble.BUSY, seconds)


def test_a_code_that_is_none_is_not_repeated():
    assert trouble_of(store_answering(error(400, "\x1b[31m" + KEY)).webhooks) == (
        StoreTrouble.MALFORMED,
        "unnamed",
    )


def test_what_a_store_says_of_itself_is_known_only_where_it_has_the_right_form():
    environment = {
        "home_url": "javascript:x",
        "store_id": "1; drop",
        "version": 7,
        "wp_version": "6\u202e.8\x1b",
    }
    status = {
        "environment": environment,
        "settings": {"currency": "dollars", "HPOS_enabled": "yes"},
        "active_plugins": [7, {"plugin": "a/b.php"}, {"version": "1"}],
    }
    answers = [
        SafeHttpResponse(200, {}, json.dumps(item).encode()) for item in (status, {"value": "somewhere"})
    ]
    facts = store_answering(*answers, SafeHttpResponse(404, {}, b"")).facts()
    assert facts == StoreFacts(None, None, None, None, None, None, "6.8", None, (("a/b.php", None),))


def test_what_a_store_does_not_say_stays_unknown():
    assert set(vars(store_answering(SafeHttpResponse(200, {}, b"{}")).facts()).values()) == {None}


@pytest.mark.parametrize(
    ("counts", "rows", "calls"),
    [
        ([], [100, 100, 3], 3),  # a store that does not count its pages
        (["2", "2"], [60, 40], 2),  # one that shows fewer rows a page than it was asked for
        (["1"], [100, 1], 2),  # one that counts them wrongly
        (["nonsense"], [3], 1),
        (["9"], [3, 0], 2),
    ],
)
def test_all_pages_are_read_however_the_store_counts_them(counts, rows, calls):
    pages = [[{"id": 1000 * page + row + 1} for row in range(count)] for page, count in enumerate(rows)]
    guard = ScriptedGuard(
        *(
            SafeHttpResponse(200, {"x-wp-totalpages": count} if count else {}, json.dumps(page).encode())
            for count, page in zip_longest(counts, pages)
        ),
        SafeHttpResponse(500, {}, b""),
    )
    assert len(RemoteStore(guard, "http://store.example/", KEY, SECRET).webhooks()) == sum(rows)
    assert len(guard.answers) == 1 + len(rows) - calls


def test_pages_without_end_come_to_one():
    many = SafeHttpResponse(200, {}, json.dumps([{"id": 1}] * 100).encode())
    assert trouble_of(store_answering(many).webhooks) == (StoreTrouble.MALFORMED, "webhooks without end")


def test_no_error_carries_a_key(shop, guard):
    """Neither itself, nor through what led to it."""
    shop.faults.on(ShopFault.RESET)
    with pytest.raises(StoreError) as caught:
        with_keys(guard, shop).webhooks()
    text = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "ck_" not in text
    assert "cs_" not in text
    assert caught.value.__context__ is None
