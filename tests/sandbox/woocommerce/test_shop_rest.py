"""Who may ask a shop what, and what it answers; what real stores answered is in test_shop_captures.py."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from woocommerce import API
from woocommerce.oauth import OAuth

from receiver.sandbox.woocommerce.shop import Permalinks, SandboxShop
from tests.certificates import Authority
from tests.shops import served_shops

REFUSED = "woocommerce_rest_authentication_error"
DENIED = "woocommerce_rest_cannot_view"


@pytest.fixture
def shop(shop: SandboxShop) -> SandboxShop:
    """A shop that believes in https, as behind a proxy that tells it so."""
    shop.setup.https = True
    return shop


def get(shop: SandboxShop, path: str, *, auth: Any = None, **params: Any) -> requests.Response:
    return requests.get(f"{shop.url}{path}", auth=auth, params=params, timeout=60)


def basic(shop: SandboxShop, permissions: str = "read_write") -> tuple[str, str]:
    key = shop.new_key(permissions)
    return key.consumer_key, key.consumer_secret


def status_and_code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


# -- keys ------------------------------------------------------------------------------------------


def test_keys_count_by_basic_and_in_the_query_where_the_shop_believes_in_https(shop):
    key, secret = basic(shop)
    assert get(shop, "/wp-json/wc/v3/webhooks", auth=(key, secret)).json() == []
    in_query = {"consumer_key": key, "consumer_secret": secret}
    assert get(shop, "/wp-json/wc/v3/webhooks", **in_query).json() == []


def test_on_http_only_oauth_counts(shop):
    shop.setup.https = None
    key, secret = basic(shop)
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", auth=(key, secret))) == (401, DENIED)
    in_query = {"consumer_key": key, "consumer_secret": secret}
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", **in_query)) == (401, DENIED)
    answer = API(shop.url, key, secret, timeout=60).get("webhooks", params={"per_page": 100})
    assert answer.json() == []


def test_the_wrong_key_and_the_wrong_secret_are_told_apart(shop):
    key, secret = basic(shop)
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", auth=("ck_0", secret))) == (401, DENIED)
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", auth=(key, "cs_0"))) == (401, REFUSED)


def oauth(shop: SandboxShop, key: str, secret: str, **more: Any) -> tuple[int, str]:
    answer = API(shop.url, key, secret, timeout=60).get("system_status", **more)
    return status_and_code(answer)


def test_oauth_is_really_checked(shop):
    shop.setup.https = None
    key, secret = basic(shop)
    fields = {"params": {"_fields": "environment.version,settings.HPOS_enabled"}}
    assert oauth(shop, key, secret, **fields) == (200, "")
    assert oauth(shop, key, "cs_0", **fields) == (401, REFUSED)
    assert oauth(shop, "ck_0", secret, **fields) == (401, REFUSED)
    # The client signs without a parameter that has no value, and sends it all the same.
    assert oauth(shop, key, secret, params={"_fields": ""}) == (401, REFUSED)


def signed_url(shop: SandboxShop, at: int) -> str:
    """Return the address of a call that is signed at a time."""
    key, secret = basic(shop)
    url = f"{shop.url}/wp-json/wc/v3/webhooks"
    return OAuth(url, key, secret, version="wc/v3", method="GET", oauth_timestamp=at).get_oauth_url()


def test_a_signed_call_counts_once_and_for_a_quarter_of_an_hour(shop):
    shop.setup.https = None
    now = int(time.time())
    url = signed_url(shop, now)
    answers = [requests.get(url, timeout=60) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert "nonce" in answers[1].json()["message"]
    late = requests.get(signed_url(shop, now - 15 * 60 - 5), timeout=60)
    assert (late.status_code, late.json()["message"]) == (401, "Invalid timestamp.")


def test_oauth_is_over_the_shops_own_address(shop):
    shop.setup.https, shop.setup.home = None, "http://shop.example"
    key, secret = basic(shop)
    assert oauth(shop, key, secret) == (401, REFUSED)


@pytest.mark.parametrize(
    ("permissions", "method", "allowed"),
    [("read", "GET", True), ("read", "POST", False), ("write", "GET", False), ("write", "POST", True)],
)
def test_a_key_does_what_it_was_made_for(shop, permissions, method, allowed):
    webhook = {"topic": "order.created", "delivery_url": "https://nobody.example/"}
    address = f"{shop.url}/wp-json/wc/v3/webhooks"
    answer = requests.request(method, address, auth=basic(shop, permissions), json=webhook, timeout=60)
    assert answer.ok is allowed
    assert allowed or status_and_code(answer) == (401, REFUSED)


def test_a_key_is_worth_no_more_than_its_user(shop):
    auth = basic(shop)
    shop.setup.managers.clear()
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", auth=auth)) == (403, DENIED)
    assert status_and_code(get(shop, "/wp-json/wc-ad-credit/v1/state", auth=auth)) == (403, "rest_forbidden")


def test_a_revoked_key_is_unknown(shop):
    key = shop.new_key()
    shop.revoke(key)
    auth = (key.consumer_key, key.consumer_secret)
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", auth=auth)) == (401, DENIED)


# -- addresses -------------------------------------------------------------------------------------


def test_the_index_tells_anybody_what_the_shop_has(shop):
    index = get(shop, "/wp-json/").json()
    assert {"wc/v3", "wc-ad-credit/v1"} <= set(index["namespaces"])
    assert (index["url"], index["name"]) == (shop.url, "Store")
    assert list(index["authentication"]) == ["application-passwords"]
    shop.setup.https, shop.setup.companion = False, None
    index = get(shop, "/wp-json/", _fields="authentication,namespaces").json()
    assert (set(index), index["authentication"]) == ({"namespaces", "authentication"}, [])
    assert "wc-ad-credit/v1" not in index["namespaces"]


@pytest.mark.parametrize(
    ("permalinks", "answers"),
    [
        (Permalinks.PRETTY, {"/wp-json/": 200, "/index.php/wp-json/": 200, "/?rest_route=/": 200}),
        (Permalinks.NO_REWRITING, {"/wp-json/": 404, "/index.php/wp-json/": 200, "/?rest_route=/": 200}),
        (Permalinks.PLAIN, {"/wp-json/": 404, "/index.php/wp-json/": 404, "/?rest_route=/": 200}),
    ],
)
def test_permalinks_decide_where_the_index_is(shop, permalinks, answers):
    shop.setup.permalinks = permalinks
    assert {path: get(shop, path).status_code for path in answers} == answers


def test_keys_are_not_looked_at_in_the_plain_form(shop):
    auth = basic(shop)
    assert get(shop, "/index.php/wp-json/wc/v3/webhooks", auth=auth).status_code == 200
    assert status_and_code(get(shop, "/", auth=auth, rest_route="/wc/v3/webhooks")) == (401, DENIED)


def test_a_route_that_is_not_there_is_a_404(shop):
    assert status_and_code(get(shop, "/wp-json/wc/v3/nothing")) == (404, "rest_no_route")
    assert get(shop, "/no-such-page").headers["Content-Type"].startswith("text/html")
    assert requests.get(shop.url.replace("/one", "/two"), timeout=60).status_code == 404


def test_the_index_tells_a_title_as_html(shop):
    shop.setup.name = 'Fox & "Thimble"'
    assert get(shop, "/wp-json/").json()["name"] == "Fox &amp; &quot;Thimble&quot;"


def test_the_index_of_a_shop_with_plugins_is_long(shop):
    shop.setup.other_routes = 400
    assert len(get(shop, "/wp-json/").content) > 900_000
    assert len(get(shop, "/wp-json/", _fields="namespaces,url").content) < 1000


# -- webhooks by REST ------------------------------------------------------------------------------


def make(shop: SandboxShop, auth: tuple[str, str], **fields: Any) -> requests.Response:
    webhook = {"topic": "order.created", "delivery_url": "https://nobody.example/", **fields}
    webhook = {name: value for name, value in webhook.items() if value is not None}
    return requests.post(f"{shop.url}/wp-json/wc/v3/webhooks", auth=auth, json=webhook, timeout=60)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"topic": None}, "rest_missing_callback_param"),
        ({"delivery_url": None}, "rest_missing_callback_param"),
        ({"status": "broken"}, "rest_invalid_param"),
        ({"secret": 12345}, "rest_invalid_param"),
        ({"topic": "order.nope"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": "action.something"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"delivery_url": "https://a b.example/"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
        ({"delivery_url": "https://café.example/"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_told(shop, fields, code):
    assert status_and_code(make(shop, basic(shop), **fields)) == (400, code)
    assert shop.records.hooks == []


def test_a_webhook_is_made_active_whatever_was_asked(shop):
    assert make(shop, basic(shop), status="paused").json()["status"] == "active"


@pytest.mark.parametrize("secret", ["", "0", None])
def test_a_shop_without_a_secret_makes_one_of_its_own(shop, secret):
    answer = make(shop, basic(shop), secret=secret)
    assert len(shop.records.hooks[0].secret) == 50
    assert shop.records.hooks[0].secret not in answer.text


def test_webhooks_come_in_pages_and_one_a_page_is_miscounted(shop):
    auth = basic(shop)
    for _ in range(3):
        make(shop, auth)
    pages = get(shop, "/wp-json/wc/v3/webhooks", auth=auth, per_page=2)
    assert (pages.headers["X-WP-Total"], pages.headers["X-WP-TotalPages"]) == ("3", "2")
    assert len(get(shop, "/wp-json/wc/v3/webhooks", auth=auth, per_page=2, page=2).json()) == 1
    assert 'rel="next"' in pages.headers["Link"]
    item = get(shop, "/wp-json/wc/v3/webhooks", auth=auth, per_page=1)
    assert (item.headers["X-WP-Total"], item.headers["X-WP-TotalPages"]) == ("3", "1")
    assert status_and_code(get(shop, "/wp-json/wc/v3/webhooks", auth=auth, per_page=101)) == (
        400,
        "rest_invalid_param",
    )
    shop.records.hooks[0].status = "paused"
    assert len(get(shop, "/wp-json/wc/v3/webhooks", auth=auth, status="active").json()) == 2


def call(shop: SandboxShop, method: str, path: str, auth: tuple[str, str], **more: Any) -> requests.Response:
    return requests.request(method, f"{shop.url}/wp-json/wc/v3/{path}", auth=auth, timeout=60, **more)


def test_deleting_needs_force_before_it_needs_a_webhook(shop):
    auth = basic(shop)
    not_supported = (501, "woocommerce_rest_trash_not_supported")
    assert status_and_code(call(shop, "DELETE", "webhooks/77", auth)) == not_supported
    unknown = (404, "woocommerce_rest_shop_webhook_invalid_id")
    assert status_and_code(call(shop, "DELETE", "webhooks/77", auth, params={"force": "true"})) == unknown


def test_what_is_left_empty_in_a_change_stays_as_it_was(shop):
    auth = basic(shop)
    webhook = make(shop, auth, secret="abc").json()
    empty = dict.fromkeys(("topic", "delivery_url", "name", "secret"), "")
    changed = call(shop, "PUT", f"webhooks/{webhook['id']}", auth, json=empty).json()
    assert {name: changed[name] for name in ("topic", "delivery_url", "name")} == {
        name: webhook[name] for name in ("topic", "delivery_url", "name")
    }
    assert shop.records.hooks[0].secret == "abc"


def test_a_batch_takes_a_hundred_items_at_most(shop):
    address = f"{shop.url}/wp-json/wc/v3/webhooks/batch"
    answer = requests.post(address, auth=basic(shop), json={"delete": list(range(101))}, timeout=60)
    assert status_and_code(answer) == (413, "woocommerce_rest_request_entity_too_large")


def test_broken_json_is_told(shop):
    headers, address = {"Content-Type": "application/json"}, f"{shop.url}/wp-json/wc/v3/webhooks"
    answer = requests.post(address, auth=basic(shop), data="{", headers=headers, timeout=60)
    assert status_and_code(answer) == (400, "rest_invalid_json")


# -- facts -----------------------------------------------------------------------------------------


def test_a_shop_tells_what_it_was_set_up_as(shop):
    auth = basic(shop)
    setup = shop.setup
    setup.wc_version, setup.wp_version, setup.hpos, setup.integration = "10.5.0", "6.9.7", False, "tt/tt.php"
    status = get(shop, "/wp-json/wc/v3/system_status", auth=auth).json()
    environment = status["environment"]
    assert (environment["version"], environment["wp_version"], environment["store_id"]) == (
        "10.5.0",
        "6.9.7",
        setup.store_id,
    )
    assert status["settings"]["HPOS_enabled"] is False
    plugins = {item["plugin"]: item["version"] for item in status["active_plugins"]}
    assert {"tt/tt.php", "ad-credit-status-for-woocommerce/ad-credit-status-for-woocommerce.php"} <= set(
        plugins
    )
    setup.integration = setup.companion = None
    only = get(shop, "/wp-json/wc/v3/system_status", auth=auth, _fields="active_plugins").json()
    assert [item["plugin"] for item in only["active_plugins"]] == ["woocommerce/woocommerce.php"]


def test_settings_are_read_and_written(shop):
    auth, address = basic(shop), "/wp-json/wc/v3/settings/general/woocommerce_default_country"
    assert get(shop, address, auth=auth).json()["value"] == "US:CA"
    for value, status in (("GB", 200), ("XX", 400)):
        answer = requests.put(f"{shop.url}{address}", auth=auth, json={"value": value}, timeout=60)
        assert answer.status_code == status
    assert get(shop, address, auth=auth).json()["value"] == "GB"
    whole = get(shop, "/wp-json/wc/v3/settings/general", auth=auth)
    assert len(whole.content) > 100_000
    assert status_and_code(get(shop, "/wp-json/wc/v3/settings/integration", auth=auth))[0] == 404


def test_the_currency_is_one_everywhere(shop):
    auth, base = basic(shop), "/wp-json/wc/v3"
    shop.setup.currency = "GBP"
    assert get(shop, f"{base}/data/currencies/current", auth=auth).json()["symbol"] == "&pound;"
    assert get(shop, f"{base}/system_status", auth=auth).json()["settings"]["currency"] == "GBP"
    assert get(shop, f"{base}/settings/general/woocommerce_currency", auth=auth).json()["value"] == "GBP"


# -- our plugin's stand-in -------------------------------------------------------------------------


def test_the_plugin_tells_its_state_and_keeps_the_token(shop):
    auth = basic(shop)
    first, second = (get(shop, "/wp-json/wc-ad-credit/v1/state", auth=auth).json() for _ in range(2))
    assert (first["event"], first["v"], first["home_url"]) == ("state", 1, f"{shop.url}/")
    assert second["seq"] == first["seq"] + 1
    address = f"{shop.url}/wp-json/wc-ad-credit/v1/token"
    assert status_and_code(requests.post(address, json={"token": "x"}, timeout=60)) == (401, "rest_forbidden")
    assert shop.records.token is None
    assert requests.post(address, auth=auth, json={"token": "tk_1"}, timeout=60).ok
    assert shop.records.token == "tk_1"


def test_a_plugin_that_is_missing_or_outdated_shows(shop):
    auth = basic(shop)
    shop.setup.outdated = True
    assert get(shop, "/wp-json/wc-ad-credit/v1/state", auth=auth).json()["v"] == 0
    shop.setup.companion = None
    assert status_and_code(get(shop, "/wp-json/wc-ad-credit/v1/state", auth=auth)) == (404, "rest_no_route")


def test_a_lost_link_is_told_and_stays_lost(shop):
    shop.setup.state = {"account": {"advertiser_id": "7001"}}
    shop.lose_link()
    assert shop.state()["account"] is None


# -- https -----------------------------------------------------------------------------------------


def test_over_true_https_keys_count_as_they_are(tmp_path, clock):
    authority = Authority(tmp_path)
    with served_shops(tmp_path / "shops", clock, authority.server_context("127.0.0.1")) as shops:
        shop = shops.open("one")
        assert shop.url.startswith("https://127.0.0.1:")
        address = f"{shop.url}/wp-json/wc/v3/webhooks"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(address, timeout=60)
        assert requests.get(address, auth=basic(shop), timeout=60, verify=str(authority.file)).json() == []
