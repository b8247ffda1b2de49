"""The consent pages over HTTP, with the real client and a stand-in for TikTok behind them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from receiver.app import create_app
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.services.stores.links import page_of_links
from receiver.storage.cipher import token_hash
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.fakes import UnreachableDatabase
from tests.serving import served

APP = App("7400000000000000001", "app-secret")
STATUS_TOKEN, TOKEN = "stt_" + "a" * 40, "token-of-the-merchant"
BACK = "https://st-1.example/wp-admin/admin.php?page=wc-settings"
CREATED = datetime(2025, 11, 1, tzinfo=UTC)
ACCOUNTS = {
    item: SandboxAccount(item, name, TOKEN, created_at=CREATED)
    for item, name in (("700001", "Tea & Co <b>"), ("700002", "Second account"))
}


class Browser:
    """A browser that follows our own redirects, and stops where one leads to TikTok."""

    def __init__(self, app):
        self.client = app.test_client()

    def get(self, address, **more):
        answer = self.client.get(address, base_url="https://credit.example", **more)
        inside = answer.headers.get("Location", "").startswith("/connect/")
        return self.get(answer.headers["Location"], **more) if inside else answer

    def post(self, address, **form):
        answer = self.client.post(address, data=form, base_url="https://credit.example")
        return self.get(answer.headers["Location"]) if answer.status_code == 303 else answer

    def to_tiktok(self, page):
        """Return TikTok's address, to which the page's button leads."""
        match = re.search(r'href="(/connect/tiktok/cf_[0-9a-f]{32}/go)"', page.text)
        return self.get(match[1]).headers["Location"]


@pytest.fixture
def app(container):
    keep_store(container, status_token_hash=token_hash(STATUS_TOKEN))
    fake = create_tiktok(ACCOUNTS, container.now)
    with served(fake) as address:
        app = create_app(
            container=replace(container, tiktok=TikTokClient(f"{address}/open_api/v1.3", app=APP))
        )
        app.grant = lambda: fake.extensions["tiktok_consents"].grant(TOKEN, container.now())
        yield app


@pytest.fixture
def browser(app):
    return Browser(app)


def ticket(app, **body):
    headers = {"Authorization": f"Bearer {STATUS_TOKEN}"}
    return app.test_client().post("/api/v1/connect-tickets", headers=headers, json=body).json["url"]


def state_of(address):
    return parse_qs(urlsplit(address).query)["state"][0]


def come_back(browser, state, code=None, **more):
    code = f"&auth_code={code}" if code else ""
    return browser.get(f"/connect/tiktok/return?state={state}{code}", **more)


def links(container):
    return [
        (link.advertiser_id, link.consent) for link in page_of_links(container.database, "st_1", limit=0).rows
    ]


def test_from_the_ticket_to_a_linked_account_and_back_to_the_store(app, browser, container):
    start = browser.get(ticket(app, return_url=BACK))
    assert "Example store" in start.text
    assert "https://st-1.example/" in start.text
    tiktok_address = browser.to_tiktok(start)
    query = parse_qs(urlsplit(tiktok_address).query)
    assert (urlsplit(tiktok_address).path, query["app_id"]) == ("/portal/auth", [APP.id])
    assert query["redirect_uri"] == ["https://credit.example/connect/tiktok/return"]
    page = come_back(browser, state_of(tiktok_address), app.grant())
    assert "several ad accounts" in page.text
    assert "Tea &amp; Co &lt;b&gt; (700001)" in page.text
    last_page = browser.post(page.request.path, advertiser="700001")
    assert "We can read your ad account Tea &amp; Co &lt;b&gt; (700001) now." in last_page.text
    assert f'href="{BACK.replace("&", "&amp;")}"' in last_page.text
    assert links(container) == [("700001", True)]


def test_no_address_a_merchant_stays_at_holds_ticket_state_or_code(app, browser):
    address = ticket(app)
    start = browser.get(address)
    tiktok_address, code = browser.to_tiktok(start), app.grant()
    last_page = come_back(browser, state_of(tiktok_address), code)
    visible = f"{start.request.url} {start.text} {last_page.request.url} {last_page.text}"
    assert not [
        secret for secret in (address[-43:], state_of(tiktok_address), code, TOKEN) if secret in visible
    ]


def test_every_answer_forbids_scripts_frames_caches_and_telling_the_address(app, browser):
    start = browser.get(ticket(app))
    for answer in (start, browser.get("/connect/tiktok"), come_back(browser, "unknown")):
        policy = answer.headers["Content-Security-Policy"]
        assert ("default-src 'none'" in policy, "frame-ancestors 'none'" in policy) == (True, True)
        assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
            "no-store",
            "no-referrer",
        )
        assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("public_url", "cookie"),
    [
        ("https://credit.example", "__Host-connect=SECRET; Secure; HttpOnly; Path=/; SameSite=Lax"),
        ("http://127.0.0.1:8000", "connect=SECRET; HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_the_cookie_is_for_this_host_alone_and_no_script(container, public_url, cookie):
    keep_store(container, status_token_hash=token_hash(STATUS_TOKEN))
    settings = replace(container.settings, public_url=public_url)
    app = create_app(container=replace(container, settings=settings))
    header = app.test_client().get(ticket(app)).headers["Set-Cookie"]
    parts = [part for part in header.split("; ") if not part.startswith(("Expires", "Max-Age"))]
    assert re.sub(r"(connect)=[\w-]{43}", r"\1=SECRET", "; ".join(parts)) == cookie


def test_a_victim_who_follows_an_attackers_address_of_tiktoks_links_nothing(app, browser, container):
    state = state_of(browser.to_tiktok(browser.get(ticket(app))))
    victim = Browser(app)
    page = come_back(victim, state, app.grant())
    assert (page.status_code, links(container)) == (400, [])
    assert "begun in another browser" in page.text
    assert "used already" in come_back(browser, state, app.grant()).text
    assert links(container) == []


@pytest.mark.parametrize("planted", ["", "short", "x" * 43, "x" * 44])
def test_a_cookie_that_was_not_given_with_this_ticket_is_no_browser_of_its_own(app, browser, planted):
    state = state_of(browser.to_tiktok(browser.get(ticket(app))))
    other = Browser(app)
    other.client.set_cookie("__Host-connect", planted, domain="credit.example", secure=True)
    assert come_back(other, state, app.grant()).status_code == 400


def test_only_somebody_who_comes_takes_the_ticket(app, browser):
    address = ticket(app)
    assert app.test_client().head(address).status_code == 400
    early = app.test_client().get(address, headers={"Sec-Purpose": "prefetch;prerender"})
    assert (early.status_code, early.headers.get("Set-Cookie")) == (400, None)
    assert browser.get(address).status_code == 200


def test_a_choice_from_elsewhere_chooses_nothing(app, browser, container):
    page = come_back(browser, state_of(browser.to_tiktok(browser.get(ticket(app)))), app.grant())
    assert Browser(app).post(page.request.path, advertiser="700001").status_code == 400
    assert links(container) == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/connect/tiktok", "not one of ours"),
        ("/connect/tiktok?ticket=", "not one of ours"),
        ("/connect/tiktok/cf_unknown", "another browser"),
        ("/connect/tiktok/cf_unknown/go", "another browser"),
        ("/connect/tiktok/return", "used already"),
        ("/connect/tiktok/return?state=unknown&auth_code=1", "used already"),
    ],
)
def test_who_comes_by_a_wrong_address_is_told_so_and_what_to_do(app, browser, address, words):
    browser.get(ticket(app))
    page = browser.get(address)
    assert (page.status_code, words in page.text) == (400, True)
    assert "your store&#39;s page" in page.text


def test_who_cancels_reads_so_and_can_go_again(app, browser, container):
    page = come_back(browser, state_of(browser.to_tiktok(browser.get(ticket(app)))))
    assert "You cancelled" in page.text
    come_back(browser, state_of(browser.to_tiktok(page)), app.grant())


def test_a_code_tiktok_does_not_know_is_told_and_named_nowhere(app, browser, container):
    page = come_back(browser, state_of(browser.to_tiktok(browser.get(ticket(app)))), "made-up-code")
    assert "too old or was used already" in page.text
    assert ("made-up-code" in page.text, links(container)) == (False, [])


def test_a_merchant_reads_it_in_their_language(app, browser):
    page = browser.get(ticket(app), headers={"Accept-Language": "es-MX"})
    assert ('<html lang="es-MX">' in page.text, "Continuar a TikTok" in page.text) == (True, True)


def test_without_an_app_of_ours_the_merchant_is_told_whose_turn_it_is(app, container):
    without = create_app(container=replace(container, tiktok=TikTokClient("http://127.0.0.1:9/", app=None)))
    browser = Browser(without)
    start = browser.get(ticket(app))
    page = browser.get(f"{start.request.path}/go")
    assert (page.status_code, "not set up on our side" in page.text) == (503, True)


def test_without_a_database_the_merchant_is_asked_to_come_again(container):
    app = create_app(container=replace(container, database=UnreachableDatabase()))
    page = app.test_client().get("/connect/tiktok?ticket=x")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert ("hunter2" in page.text, "cannot do this right now" in page.text) == (False, True)


def test_the_style_sheet_is_there():
    app = create_app(make_settings())
    assert app.test_client().get("/connect/static/connect.css").mimetype == "text/css"
