"""Unusual ways to connect: two tabs, a closed tab, blocked pages, keys by hand; over HTTP."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import select

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.services.connections.unfinished import drop_unused_keys
from receiver.storage import tables
from receiver.worker.store_work import work_stores
from tests.journeys.connecting import Visitor, allow_over_http
from tests.shops import MerchantBrowser

CONNECTED = "Your store is connected."


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: services/connections is tested on both databases."""
    return "sqlite"


@pytest.fixture
def container(service):
    return service[0]


@pytest.fixture
def visitor(service):
    return Visitor(service[1])


def begin(container, visitor, shop):
    """Begin an attempt; return the address of its page, and that page's answer once the worker looked."""
    page = visitor.at("/connect/go", params={"shop": shop.url}).headers["Location"]
    work_stores(container)
    return page, allow_over_http(visitor).at(page)


def approve(visitor, shop, away):
    """Approve at the shop and follow its redirect back to us; return the address that we redirect to."""
    back = urlsplit(MerchantBrowser(shop).approve(away.headers["Location"]).headers["Location"])
    return allow_over_http(visitor).at(f"{back.path}?{back.query}").headers["Location"]


def finish(container, clock):
    clock.move(seconds=5)
    work_stores(container)


def connected_urls(container):
    with container.database.reading() as session:
        return sorted(session.scalars(select(tables.Store.url)))


def test_two_shops_in_two_tabs_are_both_connected_and_each_tab_shows_its_own(
    container, visitor, shops, clock
):
    first, second = shops.open("first"), shops.open("second")
    page_one, away_one = begin(container, visitor, first)
    page_two, away_two = begin(container, visitor, second)
    assert approve(visitor, first, away_one) == page_one
    assert approve(visitor, second, away_two) == page_two
    finish(container, clock)
    for page, shop in ((page_one, first), (page_two, second)):
        text = visitor.at(page).text
        assert (CONNECTED in text, f"{shop.url}/" in text) == (True, True)
    assert connected_urls(container) == [f"{first.url}/", f"{second.url}/"]


def test_the_page_of_an_attempt_is_no_other_browsers(container, visitor, service, shop):
    page, _ = begin(container, visitor, shop)
    other = Visitor(service[1])
    other.at("/connect/go", params={"shop": shop.url})
    assert allow_over_http(other).at(page).status_code == 404


def test_a_merchant_who_approves_and_closes_the_tab_is_connected(container, visitor, shop, clock):
    _, away = begin(container, visitor, shop)
    approve(visitor, shop, away)
    finish(container, clock)
    assert connected_urls(container) == [f"{shop.url}/"]


def approve_and_close_the_tab(container, visitor, shop):
    """Approve at the shop, which posts its keys, and never come back; return the attempt's page."""
    page, away = begin(container, visitor, shop)
    MerchantBrowser(shop).approve(away.headers["Location"])
    return page


@pytest.mark.parametrize("way", ["the plugin's button", "the page for connecting", "the attempt's own page"])
def test_a_tab_that_was_closed_before_it_came_back_goes_on_without_approving_again(
    container, visitor, shop, clock, way
):
    page = approve_and_close_the_tab(container, visitor, shop)
    clock.move(minutes=40)  # longer than an attempt may take that nobody approved
    work_stores(container)
    assert connected_urls(container) == []
    if way == "the plugin's button":
        answer = allow_over_http(visitor).at("/connect", params={"shop": f"{shop.url}/wp-admin/"})
        assert (answer.status_code, answer.headers["Location"]) == (303, page)
    if way == "the page for connecting":
        assert f'href="{page}"' in allow_over_http(visitor).at("/connect").text
    assert allow_over_http(visitor).at(page).headers["Refresh"] == "2"  # and not to the shop's key page again
    finish(container, clock)
    assert CONNECTED in visitor.at(page).text
    assert (connected_urls(container), len(shop.records.keys)) == ([f"{shop.url}/"], 1)


def test_no_other_browser_goes_on_where_a_tab_was_closed(container, service, visitor, shop, clock):
    """Not even a browser that is signed in at the shop: the one that began must come back."""
    page = approve_and_close_the_tab(container, visitor, shop)
    other = Visitor(service[1])
    assert "Continue to your store" in other.at("/connect", params={"shop": shop.url}).text
    assert page not in allow_over_http(other).at("/connect").text
    assert other.at(page).status_code == 404
    finish(container, clock)
    assert connected_urls(container) == []


def test_keys_that_nobody_came_back_for_are_dropped_when_their_time_is_over(container, visitor, shop, clock):
    page = approve_and_close_the_tab(container, visitor, shop)
    clock.move(hours=1)
    assert drop_unused_keys(container.at(clock())) == 1
    assert drop_unused_keys(container.at(clock())) == 0
    assert "took too long" in allow_over_http(visitor).at(page).text
    work_stores(container)
    assert connected_urls(container) == []


def test_a_shop_that_is_busy_just_then_is_connected_when_it_is_not(container, visitor, shop, clock):
    page, away = begin(container, visitor, shop)
    approve(visitor, shop, away)
    shop.faults.on(ShopFault.MAINTENANCE)
    finish(container, clock)
    assert "busy or under maintenance" in visitor.at(page).text
    clock.move(minutes=20)  # longer than an attempt may take that nobody approved
    work_stores(container)
    shop.faults.off(ShopFault.MAINTENANCE)
    clock.move(seconds=31)
    work_stores(container)
    assert connected_urls(container) == [f"{shop.url}/"]


def test_where_a_host_blocks_the_key_page_keys_can_be_typed_in(container, visitor, shop, clock):
    shop.faults.on(ShopFault.NO_KEY_PAGE)
    page, attempt = begin(container, visitor, shop)
    assert (attempt.status_code, "does not seem to let the page through" in attempt.text) == (200, True)
    assert 'name="consumer_key"' in attempt.text
    assert visitor.at(page).status_code == 200  # nobody is sent there
    anyway = visitor.at(f"{page}?again=1")
    assert visitor.at(anyway.headers["Location"]).headers["Location"].startswith(shop.url)
    key = shop.new_key()
    typed = {"shop": shop.url, "consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    answer = visitor.post(f"{visitor.base}/connect/by-hand", data=typed, timeout=60, allow_redirects=False)
    work_stores(container)
    finish(container, clock)
    assert CONNECTED in allow_over_http(visitor).at(answer.headers["Location"]).text


def test_keys_by_hand_are_offered_before_the_shop_is_left(visitor, shop):
    assert 'name="consumer_key"' in visitor.at("/connect", params={"shop": shop.url}).text


@pytest.mark.parametrize(
    "pasted",
    [
        "{shop}/wp-admin/admin.php?page=wc-admin",
        "https://credit.example/connect?shop={quoted}",
        " {upper} ",
        "{shop}//#top",
    ],
)
def test_whatever_names_the_shop_connects_the_shop(container, visitor, shop, clock, pasted):
    scheme, _, rest = shop.url.partition("://")
    text = pasted.format(shop=shop.url, quoted=quote(shop.url), upper=f"{scheme.upper()}://{rest}")
    start = visitor.at("/connect", params={"shop": text})
    assert f"<strong>{shop.url}/</strong>" in start.text
    page = visitor.at("/connect/go", params={"shop": text}).headers["Location"]
    work_stores(container)
    approve(visitor, shop, allow_over_http(visitor).at(page))
    finish(container, clock)
    assert connected_urls(container) == [f"{shop.url}/"]


def test_a_shop_is_connected_where_its_address_leads_for_good(container, visitor, shops, clock):
    old = shops.open("old")
    new = shops.open("old-moved")
    old.faults.on(ShopFault.REDIRECT, old.id)
    page, away = begin(container, visitor, old)
    approve(visitor, new, away)
    finish(container, clock)
    assert f"{new.url}/" in visitor.at(page).text
    assert connected_urls(container) == [f"{new.url}/"]
