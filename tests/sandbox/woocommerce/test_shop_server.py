"""Each merchant of the sandbox has a shop to connect, where a person can do what merchants do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from receiver.sandbox.paths import find_paths
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.shop_server import CHECKS_EVERY, build_setup, open_shops, run_turns
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.records import StoredWebhook
from receiver.sandbox.woocommerce.shop import SandboxShop
from tests.shops import Listener
from wp_bridge.signals import read_signal

TOPIC = "action.wc_ad_credit_signal"


def make_webhook(shop: SandboxShop, listener: Listener, topic: str = TOPIC) -> StoredWebhook:
    """Create a webhook by REST, as our service does."""
    shop.setup.https = True
    key = shop.new_key()
    requests.post(
        f"{shop.url}/wp-json/wc/v3/webhooks",
        auth=(key.consumer_key, key.consumer_secret),
        json={"topic": topic, "delivery_url": listener.url},
        timeout=60,
    )
    return shop.records.hooks[-1]


def press(shop: SandboxShop, action: str, hook: StoredWebhook | None = None) -> str:
    """Press a button and return the page it leads to."""
    fields = {"do": action, "hook": str(hook.id) if hook else ""}
    answer = requests.post(f"{shop.url}/wp-admin/", data=fields, timeout=60)
    assert answer.ok
    return answer.text


def test_every_merchant_has_a_shop_that_says_what_its_story_says(tmp_path: Path) -> None:
    shops = open_shops(find_paths({"SANDBOX_FOLDER": str(tmp_path), "PORT": "8123"}))
    assert [shop.id for shop in shops.all()] == [merchant.key for merchant in MERCHANTS]
    for merchant, shop in zip(MERCHANTS, shops.all(), strict=True):
        assert shop.url == f"http://127.0.0.1:8125/shops/{merchant.key}"
        assert (shop.setup.name, shop.setup.country[:2]) == (merchant.name, merchant.country)
        assert shop.setup.currency == merchant.currency
        account = shop.state()["account"]
        assert (account and account["advertiser_id"]) == (merchant.account and merchant.account.advertiser_id)
        if merchant.trouble is None:
            assert read_signal(shop.state())["home_url"] == f"{shop.url}/"


def test_a_merchants_shop_is_the_same_one_after_a_restart() -> None:
    first, again, other = (
        build_setup(item, "").store_id for item in (MERCHANTS[0], MERCHANTS[0], MERCHANTS[1])
    )
    assert first == again != other


def test_what_waits_is_sent_and_connected_shops_have_their_daily_check(shops, shop, listener) -> None:
    shops.open("other")
    make_webhook(shop, listener)
    turns = run_turns(shops)
    next(turns)
    assert json.loads(listener.requests[-1].body)["arg"]["event"] == "state"
    shop.signal("link_lost")
    next(turns)
    assert json.loads(listener.requests[-1].body)["arg"]["event"] == "link_lost"
    for _ in range(CHECKS_EVERY - 2):
        next(turns)
    assert len(listener.requests) == 3
    next(turns)
    assert len(listener.requests) == 4


def test_the_list_leads_to_every_shop(shops, shop) -> None:
    shops.open("other").setup.name = "Tea & Co"
    for path in ("/", "/shops/"):
        page = requests.get(shop.url.replace("/shops/one", path), timeout=60).text
        assert f'href="{shop.url}/wp-admin/"' in page
        assert "Tea &amp; Co" in page


@pytest.mark.parametrize(
    ("action", "topic", "event"),
    [
        ("Run the plugin's daily check", TOPIC, "state"),
        ("Lose the link to TikTok", TOPIC, "link_lost"),
    ],
)
def test_a_button_makes_it_happen(shop, listener, action, topic, event) -> None:
    make_webhook(shop, listener, topic)
    press(shop, action)
    run_queue(shop)
    assert json.loads(listener.requests[-1].body)["arg"]["event"] == event


def test_settings_saved_on_the_page_fire_the_action_and_show_in_rest(shop, listener) -> None:
    make_webhook(shop, listener, "action.woocommerce_settings_saved")
    key = shop.records.keys[0]
    fields = {"country": "GB", "currency": "GBP"}
    assert 'value="GBP"' in requests.post(f"{shop.url}/wp-admin/", data=fields, timeout=60).text
    run_queue(shop)
    assert json.loads(listener.requests[-1].body) == {"action": "woocommerce_settings_saved", "arg": ""}
    requests.post(f"{shop.url}/wp-admin/", data={"country": "Atlantis", "currency": "XXX"}, timeout=60)
    auth, address = (key.consumer_key, key.consumer_secret), f"{shop.url}/wp-json/wc/v3/settings/general"
    settings = {item["id"]: item["value"] for item in requests.get(address, auth=auth, timeout=60).json()}
    assert (settings["woocommerce_default_country"], settings["woocommerce_currency"]) == ("GB", "GBP")


@pytest.mark.parametrize(
    ("action", "status"),
    [("Pause", "paused"), ("Disable", "disabled"), ("Activate", "active"), ("?", "active")],
)
def test_a_merchant_changes_a_webhook(shop, listener, action, status) -> None:
    hook = make_webhook(shop, listener)
    assert listener.url in press(shop, action, hook)
    assert hook.status == status


def test_a_merchant_deletes_webhooks_and_revokes_keys(shop, listener) -> None:
    hook = make_webhook(shop, listener)
    assert listener.url not in press(shop, "Delete", hook)
    press(shop, "Revoke all keys")
    press(shop, "Something else")
    assert (shop.records.hooks, shop.records.keys) == ([], [])


def test_a_fault_is_switched_on_and_off_where_it_is_shown(shops, shop) -> None:
    other = shops.open("other")
    address = f"{shop.url}/wp-admin/"
    requests.post(address, data={"on": "maintenance"}, timeout=60)
    assert requests.get(f"{shop.url}/wp-json/", timeout=60).status_code == 503
    assert requests.get(f"{other.url}/wp-json/", timeout=60).status_code == 200
    page = requests.get(address, timeout=60)
    assert page.text.count("Switch off") == 1
    requests.post(address, data={"off": "maintenance", "on": "earthquake"}, timeout=60)
    assert requests.get(f"{shop.url}/wp-json/", timeout=60).status_code == 200


def test_the_page_leads_to_connecting_and_shows_no_token(shop) -> None:
    shop.setup.service = "http://127.0.0.1:8000"
    shop.records.token = "tk_secret"
    page = press(shop, "")
    assert "http://127.0.0.1:8000/connect?shop=http%3A%2F%2F127.0.0.1" in page
    assert "keeps a status token" in page
    assert "tk_secret" not in page
