"""A merchant connects TikTok in a real browser, on a phone: from the plugin's ticket to a linked account."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.services.authorization.tickets import issue_ticket
from receiver.services.decisions.status import status_for_token
from receiver.services.polling.poll import poll_due
from receiver.storage.cipher import token_hash
from receiver.storage.migrate import migrate
from tests.browser.conftest import new_context, overflows_window
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = needs_chromium

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
TOKEN = "stt_" + "a" * 40
BACK = "https://st-1.example/wp-admin/admin.php?page=wc-settings"
ACCOUNTS = {
    item: SandboxAccount(item, f"Kites {item}", "a-users", created_at=NOW) for item in ("700001", "700002")
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The container of a service with one store; TikTok is another site, as SameSite cookies see it."""
    database = f"sqlite:///{tmp_path_factory.mktemp('consent')}/receiver.db"
    apps = []
    with served(create_tiktok(ACCOUNTS, lambda: NOW)) as tiktok, served(lambda *call: apps[0](*call)) as ours:
        api = f"{tiktok.replace('127.0.0.1', 'localhost')}/open_api/v1.3"
        settings = make_settings(database_url=database, public_url=ours, tiktok_api_url=api)
        container = build_container(settings, now=FrozenClock(NOW))
        migrate(container.database)
        keep_store(container, status_token_hash=token_hash(TOKEN))
        apps.append(create_app(container=container))
        yield container
        container.database.close()


@pytest.fixture
def merchant(chromium, shop):
    """A merchant's tab on a phone; `complaints` are the addresses and texts of console messages."""
    context = new_context(chromium, viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append((message.location["url"], message.text)))
    yield page
    context.close()


def start(shop, page):
    ticket = issue_ticket(shop.at(NOW), TOKEN, BACK).text
    page.goto(f"{shop.settings.public_url}/connect/tiktok?ticket={ticket}")


def at_tiktok(page):
    page.get_by_role("link", name=re.compile("Continue to TikTok|Try again")).click()
    page.get_by_role("heading", name="TikTok for Business").wait_for()


def account_of(shop):
    return status_for_token(shop.at(NOW), TOKEN).decision.account


def test_a_merchant_cancels_goes_again_lets_too_little_chooses_and_is_linked(shop, merchant):
    from playwright.sync_api import expect

    start(shop, merchant)
    expect(merchant.get_by_text("Example store")).to_be_visible()
    assert not overflows_window(merchant)
    at_tiktok(merchant)
    merchant.get_by_role("button", name="Cancel").click()
    expect(merchant.get_by_text("You cancelled on TikTok's page.")).to_be_visible()
    at_tiktok(merchant)
    merchant.get_by_label("Kites 700001").check()
    merchant.get_by_label("Reporting").uncheck()
    merchant.get_by_role("button", name="Allow").click()
    expect(merchant.get_by_text("Reporting (what your ad account spent)")).to_be_visible()
    assert account_of(shop) is None
    at_tiktok(merchant)
    for name in ACCOUNTS:
        merchant.get_by_label(f"Kites {name}").check()
    merchant.get_by_role("button", name="Allow").click()
    merchant.get_by_label("Ad account").select_option("700002")
    merchant.get_by_role("button", name="Link this ad account").click()
    expect(merchant.get_by_text("We can read your ad account Kites 700002 (700002) now.")).to_be_visible()
    expect(merchant.get_by_role("link", name="Back to your store")).to_have_attribute("href", BACK)
    assert not overflows_window(merchant)
    assert not [text for url, text in merchant.complaints if url.startswith(shop.settings.public_url)]
    poll_due(shop.at(NOW))
    assert (account_of(shop).advertiser_id, account_of(shop).consent) == ("700002", True)


def test_an_address_of_tiktoks_that_somebody_sent_links_nothing(shop, merchant, chromium):
    from playwright.sync_api import expect

    start(shop, merchant)
    at_tiktok(merchant)
    victim = new_context(chromium).new_page()
    victim.goto(merchant.url)
    before = account_of(shop)
    victim.get_by_label("Kites 700001").check()
    victim.get_by_role("button", name="Allow").click()
    expect(victim.get_by_text("This was begun in another browser")).to_be_visible()
    assert account_of(shop) == before
    victim.context.close()
