"""A merchant hands an app keys as at a true shop: the post before the browser, and only for an exact 200."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from receiver.sandbox.woocommerce.authorize import sanitize_text
from receiver.sandbox.woocommerce.shop import Permalinks, SandboxShop
from receiver.sandbox.woocommerce.shops import SandboxShops
from tests.shops import Listener, MerchantBrowser

BACK = "https://credit.example/back?x=1"


@pytest.fixture
def service(shops: SandboxShops, listener: Listener) -> Listener:
    """The app's address, which callbacks reach."""
    shops.outgoing.reaches["https://credit.example"] = listener.url
    return listener


def address(shop: SandboxShop, **changes: Any) -> str:
    params = {
        "app_name": "Ad credit",
        "scope": "read_write",
        "user_id": "nonce-77",
        "return_url": BACK,
        "callback_url": "https://credit.example/keys",
        **changes,
    }
    query = urlencode({name: value for name, value in params.items() if value is not None})
    return f"{shop.url}/wc-auth/v1/authorize?{query}"


def test_an_approval_posts_keys_that_work_before_the_browser_goes_on(shop, service):
    keys_then = []
    service.during = lambda: keys_then.append(len(shop.records.keys))
    answer = MerchantBrowser(shop).approve(address(shop))
    assert (answer.status_code, keys_then) == (302, [1])
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {
        "x": ["1"],
        "success": ["1"],
        "user_id": ["nonce-77"],
    }
    fields = json.loads(service.requests[0].body)
    (key,) = shop.records.keys
    assert fields == {
        "key_id": key.id,
        "user_id": "nonce-77",
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "key_permissions": "read_write",
    }
    assert key.description == "Ad credit - API (2025-11-20 12:00:00)"
    shop.setup.https = True
    auth = (fields["consumer_key"], fields["consumer_secret"])
    assert requests.get(f"{shop.url}/wp-json/wc/v3/webhooks", auth=auth, timeout=60).json() == []


@pytest.mark.parametrize("status", [201, 204, 400, 401, 500])
def test_anything_but_a_200_deletes_the_key_and_keeps_the_merchant_at_the_shop(shop, service, status):
    service.status = status
    answer = MerchantBrowser(shop).approve(address(shop))
    assert (answer.status_code, "Location" in answer.headers, shop.records.keys) == (401, False, [])


def test_nobody_at_the_callback_deletes_the_key(shop):
    assert MerchantBrowser(shop).approve(address(shop)).status_code == 401
    assert shop.records.keys == []


@pytest.mark.parametrize(("status", "then"), [(301, "POST"), (302, "GET"), (307, "POST")])
def test_a_redirect_of_the_callback_is_followed_secrets_and_all(shop, service, status, then):
    service.status = status
    assert MerchantBrowser(shop).approve(address(shop)).status_code == 302
    first, second = service.requests
    assert (second.method, second.path, second.body) == (then, f"/redirected/{status}", first.body)


def test_denying_is_a_link_that_posts_nothing(shop, service):
    query = parse_qs(urlsplit(MerchantBrowser(shop).deny(address(shop))).query)
    assert (query["success"], query["user_id"]) == (["0"], ["nonce-77"])
    assert (service.requests, shop.records.keys) == ([], [])


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("app_name", "scope", "user_id", "return_url", "callback_url")),
        {"scope": "everything"},
        {"callback_url": "http://credit.example/keys"},
        {"return_url": "https://"},
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_a_401_page(shop, changes):
    assert requests.get(address(shop, **changes), timeout=60).status_code == 401


def test_who_is_not_logged_in_is_led_to_a_form_and_back(shop):
    first = requests.get(address(shop), allow_redirects=False, timeout=60)
    assert first.status_code == 302
    assert "/wc-auth/v1/login?" in first.headers["Location"]
    wrong = {"username": "owner", "password": "guess"}
    assert "wrong password" in requests.post(first.headers["Location"], data=wrong, timeout=60).text
    page = MerchantBrowser(shop).open_approval(address(shop))
    assert page.url.startswith(f"{shop.url}/wc-auth/v1/authorize?")
    for word in ("Ad credit", "Read/Write", "credit.example", "owner"):
        assert word in page.text


def test_a_user_without_the_right_is_refused(shop):
    assert MerchantBrowser(shop, "clerk").open_approval(address(shop)).status_code == 401


def test_an_approval_needs_the_page_that_asked(shop, service):
    merchant = MerchantBrowser(shop)
    merchant.open_approval(address(shop))
    forged = address(shop).replace("/authorize?", "/access_granted?")
    for page in (merchant.get(forged, timeout=60), requests.get(forged, timeout=60)):
        assert page.status_code == 401
    assert service.requests == []


def test_a_percent_escape_in_the_callback_is_decoded_once_too_often(shop, service):
    MerchantBrowser(shop).approve(address(shop, callback_url="https://credit.example/keys%2Fmine"))
    assert service.requests[0].path == "/keys/mine"


def test_a_callback_without_a_scheme_is_https(shop, service):
    MerchantBrowser(shop).approve(address(shop, callback_url="credit.example/keys"))
    assert len(service.requests) == 1


def test_what_an_app_says_of_itself_is_shown_as_text(shop):
    page = MerchantBrowser(shop).open_approval(address(shop, app_name='"Tea" & <script>alert(1)</script> Co'))
    assert "<script>" not in page.text
    assert sanitize_text("u ser/1<é>\n x%41") == "u ser/1 x"


def test_without_rewriting_the_pages_are_behind_index_php(shop, service):
    shop.setup.permalinks = Permalinks.NO_REWRITING
    assert requests.get(address(shop), timeout=60).status_code == 404
    answer = MerchantBrowser(shop).approve(address(shop).replace("/wc-auth/", "/index.php/wc-auth/"))
    assert answer.status_code == 302
    assert len(service.requests) == 1
