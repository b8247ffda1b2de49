"""A merchant connects a shop in a browser, on a phone: task 12, and what goes wrong on the way."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.storage import tables
from receiver.storage.migrate import migrate
from receiver.web.connect import shop as pages
from receiver.worker.store_work import work_stores
from tests.browser.conftest import axe_violations, new_context, overflows_window
from tests.capabilities import needs_axe, needs_chromium
from tests.conftest import make_settings
from tests.db_factories import rows_of
from tests.fakes import FrozenClock
from tests.serving import served
from tests.shops import served_shops

pytestmark = needs_chromium

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
ACCOUNTS = {"7400000000000000101": SandboxAccount("7400000000000000101", "Kites", "a-users", created_at=NOW)}
SCREENS_BEFORE = 9  # the same task took in the version before


@pytest.fixture
def service(tmp_path):
    """The service, shops and TikTok, each on a socket; TikTok is another site, as cookies see it."""
    clock, apps = FrozenClock(NOW), []
    with (
        served_shops(tmp_path / "shops", clock) as shops,
        served(create_tiktok(ACCOUNTS, clock)) as tiktok,
        served(lambda *call: apps[0](*call)) as ours,
    ):
        container = build_container(
            make_settings(
                database_url=f"sqlite:///{tmp_path}/receiver.db",
                public_url=ours,
                tiktok_api_url=f"{tiktok.replace('127.0.0.1', 'localhost')}/open_api/v1.3",
                operator_name="Example Partners",
                privacy_url="https://example.com/privacy",
                support_contact="help@credit.example",
            ),
            now=clock,
        )
        migrate(container.database)
        for bucket in (pages.visitors, pages.visited):
            bucket._buckets.clear()
        apps.append(create_app(container=container))
        shop = shops.open("kites")
        shop.setup.http_callbacks = True  # on this machine alone
        yield container, shop
        container.database.close()


@pytest.fixture
def container(service):
    return service[0]


@pytest.fixture
def shop(service):
    return service[1]


class Phone:
    """A merchant's phone, which counts the screens seen on it, those of the shop and of TikTok too."""

    def __init__(self, page, container):
        self.page, self._container, self.screens, self.complaints = page, container, [], []
        ours = container.settings.public_url
        page.on("console", lambda message: self._complain(message, ours))

    def _complain(self, message, ours):
        if message.location["url"].startswith(ours):
            self.complaints.append(message.text)

    def sees(self, text):
        """Wait for a screen with this text, and count it."""
        self.page.get_by_text(text).first.wait_for()
        self.screens.append(text)
        assert not overflows_window(self.page), text

    def presses(self, name, role="button"):
        self.page.get_by_role(role, name=name).click()

    def opens(self, path):
        self.page.goto(f"{self._container.settings.public_url}{path}")

    def waits(self, seconds=0):
        """Move the clock and let the worker do what is due."""
        self._container.now.move(seconds=seconds)
        work_stores(self._container)

    def signs_in_at_the_shop(self):
        self.sees("you need to log in to")
        self.page.get_by_label("Username").fill("owner")
        self.page.get_by_label("Password").fill("password")
        self.presses("Login")
        self.sees("Read/Write")


@pytest.fixture
def strict(chromium, container):
    """A phone that enforces the content security policy; axe needs one that does not."""
    with phone_of(chromium, container) as phone:
        yield phone


@pytest.fixture
def lenient(chromium, container):
    with phone_of(chromium, container, bypass_csp=True) as phone:
        yield phone


@contextmanager
def phone_of(chromium, container, **options):
    context = new_context(chromium, viewport={"width": 390, "height": 844}, locale="en-GB", **options)
    yield Phone(context.new_page(), container)
    context.close()


def test_task_12_a_shop_is_connected_on_a_phone_in_fewer_screens_than_before(strict, container, shop):
    phone = strict
    phone.opens("/connect")
    phone.sees("WooCommerce asks whether TikTok ad credit may have Read/Write access")
    phone.page.get_by_label("Your store's address").fill(shop.url)
    phone.presses("Continue")
    phone.sees("We check whether a WooCommerce store answers")
    phone.waits()
    phone.signs_in_at_the_shop()
    phone.presses("Approve", "link")
    phone.sees("Your store said yes.")
    phone.waits(seconds=5)
    phone.sees("One step is left")
    phone.presses("Continue to TikTok", "link")
    phone.sees("TikTok for Business")
    phone.page.get_by_label("Kites").check()
    phone.presses("Allow")
    phone.sees("We can read your ad account Kites")
    back = phone.page.get_by_role("link", name="Back to your store")
    assert back.get_attribute("href") == f"{shop.url}/wp-admin/"
    assert len(phone.screens) < SCREENS_BEFORE, phone.screens
    assert phone.complaints == []
    assert [store.url for store in rows_of(container, tables.Store)] == [f"{shop.url}/"]


def test_a_merchant_who_closes_the_tab_goes_on_with_one_press_of_the_plugins_button(strict, container, shop):
    phone = strict
    phone.opens(f"/connect?shop={quote(shop.url)}")
    phone.presses("Continue to your store", "link")
    phone.sees("We check whether")
    phone.waits()
    phone.signs_in_at_the_shop()
    # The tab is closed while the shop posts the keys: the way back is never followed.
    approve = phone.page.get_by_role("link", name="Approve").get_attribute("href")
    phone.page.context.request.get(approve, max_redirects=0)
    phone.waits(seconds=60)
    assert rows_of(container, tables.Store) == []
    phone.opens(f"/connect?shop={quote(shop.url)}")
    phone.sees("Your store said yes.")
    phone.waits(seconds=5)
    phone.sees("Your store is connected.")
    assert len(shop.records.keys) == 1


def test_a_merchant_who_denies_reads_that_nothing_was_changed(strict, shop):
    phone = strict
    phone.opens(f"/connect?shop={quote(shop.url)}")
    phone.presses("Continue to your store", "link")
    phone.sees("We check whether")
    phone.waits()
    phone.signs_in_at_the_shop()
    phone.presses("Deny", "link")
    phone.sees("You chose not to connect. Nothing was changed.")


def test_what_was_typed_stays_and_a_wrong_address_is_told_apart_from_a_shop_that_does_not_exist(strict):
    phone = strict
    phone.opens("/connect")
    field = phone.page.get_by_label("Your store's address")
    field.fill("not a url")
    phone.presses("Continue")
    phone.sees("This is not the address of a store.")
    assert field.input_value() == "not a url"
    field.fill("nosuchshop.example")
    phone.presses("Continue")
    phone.sees("We check whether")
    phone.waits()
    phone.sees("We cannot reach a WooCommerce store at this address.")
    assert "nosuchshop.example" in field.input_value()
    assert "firewall" not in phone.page.inner_text("main")


@needs_axe
def test_axe_finds_nothing_on_the_pages_for_merchants_and_nothing_runs_over(lenient):
    """In light and in dark: each page is loaded once and drawn in both."""
    phone = lenient
    for path in ("/", "/connect", "/connect?shop=shop.example", "/connect/go?shop=not+a+url", "/nowhere"):
        phone.opens(path)
        phone.page.get_by_role("heading", level=1).wait_for()
        for scheme in ("light", "dark"):
            phone.page.emulate_media(color_scheme=scheme)
            assert not overflows_window(phone.page), (path, scheme)
            assert axe_violations(phone.page) == [], (path, scheme)


def test_the_first_page_leads_merchants_and_staff_on(strict, shop):
    phone = strict
    phone.opens("/")
    phone.page.get_by_label("Your store's address").fill(shop.url)
    phone.presses("Continue")
    phone.sees("Continue to your store")
    phone.presses("To the start page", "link")
    phone.presses("Sign in to the console", "link")
    phone.page.wait_for_url(re.compile("/admin/sign-in"))
