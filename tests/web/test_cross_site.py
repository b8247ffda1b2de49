"""Cross-site requests are refused, and change no cookie."""

from __future__ import annotations

import re

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.services.connections.connect import begin
from receiver.services.inbox.rate_limit import TokenBucket
from receiver.web.connect import shop as pages
from tests.conftest import make_settings
from tests.fake_stores import URL
from tests.staff import BASE
from tests.web.connect.test_shop_pages import kept_keys

OURS = "https://credit.example"
SECRET = "b" * 43
COOKIE = "__Host-connect"
FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another host of our domain is another site's all the same
    {"Sec-Fetch-Site": "anything"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://credit.example"},
    {"Origin": "https://credit.example.evil.example"},
    {"Origin": "https://credit.example:8443"},
    {"Origin": "null"},
    {"Origin": "https://[broken"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
    {"Referer": "https://evil.example/?https://credit.example"},
    {"Sec-Fetch-Site": "same-origin", "Referer": "https://evil.example/"},
]
FROM_US = [
    {"Sec-Fetch-Site": "same-origin", "Origin": OURS},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # as our pages are left: with no-referrer
    {"Sec-Fetch-Site": "none"},
    {"Origin": OURS},
    {"Referer": f"{OURS}/connect?shop=x"},
    {},  # no browser
]


@pytest.fixture
def database_kind():
    """SQLite alone: headers decide before a database is asked."""
    return "sqlite"


@pytest.fixture(autouse=True)
def fresh_allowances(monkeypatch):
    for bucket in ("visitors", "visited"):
        monkeypatch.setattr(pages, bucket, TokenBucket(1000, 1))


@pytest.fixture
def app(container):
    return create_app(container=container)


@pytest.fixture
def client(app):
    """A browser with our cookie, in which a flow began."""
    browser = app.test_client()
    browser.set_cookie(COOKIE, SECRET, domain="credit.example", secure=True)
    return browser


def changing_routes(app):
    """Yield each route and method that changes something, but for what has a guard of its own."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/admin", "/api/")):
            path = re.sub("<.*?>", "cf_x", rule.rule)
            yield from ((path, method) for method in rule.methods - {"GET", "HEAD", "OPTIONS"})


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_nothing_is_changed_for_another_sites_page_and_no_cookie_given(headers):
    app = create_app(container=build_container(make_settings()))  # no database is asked
    routes = list(changing_routes(app))
    assert {path for path, _ in routes} == {
        *("/connect/by-hand", "/connect/keys", "/connect/tiktok/cf_x"),
        *("/connect/notices/confirm", "/connect/notices/stop"),
    }
    for path, method in routes:
        answer = app.test_client().open(path, method=method, base_url=BASE, headers=headers)
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (403, None), (path, method)


@pytest.mark.parametrize("headers", FROM_US)
def test_our_own_forms_are_taken_and_find_the_browser_they_left(client, headers):
    form = {"shop": URL, "consumer_key": "ck_1", "consumer_secret": "cs_1"}
    answer = client.post("/connect/by-hand", data=form, base_url=BASE, headers=headers)
    assert (answer.status_code, "These are not the keys" in answer.text) == (400, True)
    assert client.get_cookie(COOKIE, "credit.example", "/").value == SECRET


@pytest.mark.parametrize("headers", [*FROM_ELSEWHERE, *FROM_US[:-1]])
def test_keys_are_taken_from_a_server_and_from_no_page(container, app, monkeypatch, headers):
    monkeypatch.setattr("receiver.services.connections.connect.secrets.token_urlsafe", lambda _: "u" * 43)
    begin(container, shop=URL, browser=SECRET, return_url=None)
    keys = {"consumer_key": "ck_x", "consumer_secret": "cs_x", "key_permissions": "read_write"}
    request = {"json": {"user_id": "u" * 43, **keys}, "base_url": BASE}
    refusal = app.test_client().post("/connect/keys", headers=headers, **request)
    assert (refusal.status_code, refusal.mimetype) == (403, "application/json")
    assert kept_keys(container, "u" * 43) is None
    assert app.test_client().post("/connect/keys", **request).status_code == 200


def test_a_browser_keeps_its_cookie_whatever_leads_it_here(client):
    for path in ("/connect", f"/connect?shop={URL}", f"/connect/go?shop={URL}", "/connect/tiktok?ticket=x"):
        for headers in ({}, *FROM_ELSEWHERE):
            client.get(path, base_url=BASE, headers=headers)
            assert client.get_cookie(COOKIE, "credit.example", "/").value == SECRET, (path, headers)


def test_a_part_of_another_sites_page_is_no_visit(app):
    for kind in ("iframe", "image", "empty", "script"):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": kind}
        answer = app.test_client().get("/connect", query_string={"shop": URL}, base_url=BASE, headers=headers)
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (403, None)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}])
def test_whoever_is_led_to_the_way_out_from_elsewhere_sees_our_page_first(app, headers):
    to = {"query_string": {"shop": URL, "page": "0" * 64}, "base_url": BASE, "headers": headers}
    page = app.test_client().get("/connect/go", **to)
    assert (page.status_code, "Location" in page.headers) == (200, False)
    assert "Go on only if this is your own store." in page.text


def test_a_browser_that_cannot_say_where_it_is_may_follow_the_link_of_the_page_it_was_shown(app):
    client, address = app.test_client(), "127.0.0.1:9"  # where nothing answers
    page = client.get("/connect", query_string={"shop": address}, base_url=BASE)
    link = re.search(r'href="(/connect/go[^"]*)"', page.text)[1].replace("&amp;", "&")
    followed = client.get(link, base_url=BASE)
    assert (followed.status_code, followed.headers["Location"][:15]) == (303, "/connect/store/")
    for other in (link.replace("127.0.0.1", "127.0.0.2"), f"{link}&return_url=https://x.example/"):
        assert client.get(other, base_url=BASE).status_code == 200  # that page showed something else
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.get(link, base_url=BASE, headers=elsewhere).status_code == 200
    assert app.test_client().get(link, base_url=BASE).status_code == 200  # another browser's page
