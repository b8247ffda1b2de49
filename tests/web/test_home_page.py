"""The first page: the ways in for merchants and staff, without a look into the database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from receiver.app import create_app
from tests.signals import add_shop
from tests.staff import BASE


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: the page reads no row."""
    return "sqlite"


def page_of(container, path="/", **more):
    return create_app(container=container).test_client().get(path, base_url=BASE, **more)


def test_merchants_connect_there_and_staff_sign_in(container):
    page = page_of(container)
    assert page.status_code == 200
    assert all(part in page.text for part in ('action="/connect"', 'name="shop"', 'href="/admin/"'))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Your store"), ("es-MX", "Su tienda"), ("th", "ร้านค้าของคุณ"), ("xx", "Your store")],
)
def test_it_is_read_in_the_readers_language(container, language, words):
    assert words in page_of(container, headers={"Accept-Language": language}).text


def test_it_says_who_runs_it_and_links_terms_privacy_and_help(container):
    operator = {
        "operator_name": "Example Partners",
        "privacy_url": "https://example.com/privacy",
        "support_contact": "help@credit.example",
    }
    set_up = replace(container, settings=replace(container.settings, **operator))
    for path in ("/", "/connect", "/connect/tiktok", "/nowhere"):
        page = page_of(set_up, path, headers={"Accept": "text/html"}).text
        assert "Run by Example Partners." in page, path
        for link in (
            "https://ads.tiktok.com/help/article/woocommerce-coupon-program",
            "https://example.com/privacy",
            "mailto:help@credit.example",
        ):
            assert f'href="{link}"' in page, (path, link)


def test_what_the_operator_has_not_set_is_left_out(container):
    page = page_of(container).text
    assert "Run by" not in page
    assert "mailto:" not in page


def test_it_tells_nobody_which_stores_there_are_and_asks_the_database_nothing(container):
    add_shop(container)
    client, statements = create_app(container=container).test_client(), []
    client.get("/", base_url=BASE)
    event.listen(
        container.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    page = client.get("/", base_url=BASE)
    assert (statements, "shop.example/" in page.text, "Set-Cookie" in page.headers) == ([], False, False)
