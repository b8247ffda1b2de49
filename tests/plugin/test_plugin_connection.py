"""Connecting, disconnecting, deactivating and deleting do all that the plugin says they do."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import requests

from tests.capabilities import needs_wordpress
from tests.plugin.site_client import REST, SiteClient
from wp_bridge.packing import SLUG, pack_plugin
from wp_bridge.signals import read_signal

pytestmark = needs_wordpress

SIGNAL, SAVED = "action.wc_ad_credit_signal", "action.woocommerce_settings_saved"
OURS = "TikTok ad credit - API (2026-11-0{} 10:00:00)"
FIRST, SECOND, BY_HAND = (f"ck_{digit * 40}" for digit in "123")
TOKEN = "stt_" + "a" * 40


@pytest.fixture(scope="module")
def shop(site):
    return SiteClient(site, "shop")


@pytest.fixture
def fresh(site, service):
    """A site with webhooks and a key of the service, one of another application each, and no connection."""
    home = f"{service.url}/webhooks/woocommerce/{service.store.id}"
    site.make_webhook(11, SIGNAL, home)
    site.make_webhook(12, SAVED, f"{home}/hk_2")
    site.make_webhook(13, SAVED, "https://another.example/webhooks/woocommerce/x")
    site.make_key(1, "Another application - API (2026-11-01 10:00:00)", "ck_" + "9" * 40)
    site.make_key(2, OURS.format(1), FIRST)
    site.php("delete_option('wc_ad_credit_connection'); delete_option('wc_ad_credit_keys');")
    yield site
    site.remove_webhooks()
    site.php("$GLOBALS['wpdb']->query('DELETE FROM wp_woocommerce_api_keys');")
    site.php("delete_option('wc_ad_credit_connection'); delete_option('wc_ad_credit_keys');")


def call_with_key(site: Any, key: str, method: str, route: str, body: Any = None) -> requests.Response:
    """Call a route as the service does, with a REST key alone."""
    return requests.request(method, f"{site.url}{REST}{route}", auth=(key, "cs_x"), json=body, timeout=60)


def bring_token(site: Any, key: str) -> requests.Response:
    return call_with_key(site, key, "POST", "token", {"token": TOKEN})


def test_the_state_says_who_answers_and_whether_a_token_is_there(fresh):
    before = call_with_key(fresh, FIRST, "GET", "state").json()
    assert before["has_token"] is False
    assert before["install_id"] == fresh.option("wc_ad_credit_install_id")
    assert bring_token(fresh, FIRST).json() == {"stored": True}
    after = call_with_key(fresh, FIRST, "GET", "state").json()
    assert after["has_token"] is True
    assert read_signal(after)["install_id"] == before["install_id"]
    fresh.keep_option("wc_ad_credit_status", {"failure": {"code": "refused", "until": 0}})
    assert call_with_key(fresh, FIRST, "GET", "state").json()["has_token"] is False


def test_a_new_token_removes_the_services_older_keys_and_no_other(fresh):
    bring_token(fresh, FIRST)
    fresh.make_key(3, OURS.format(2), SECOND)
    fresh.make_key(4, "made by hand", BY_HAND)
    assert bring_token(fresh, SECOND).json() == {"stored": True}
    assert fresh.keys() == [1, 3, 4]
    bring_token(fresh, BY_HAND)
    assert fresh.keys() == [1, 3, 4], "a key that was made by hand says nothing about others"


def test_disconnect_tells_the_service_and_removes_webhooks_keys_and_token(fresh, shop, service):
    bring_token(fresh, FIRST)
    calls = fresh.calls()
    shop.press("disconnect")
    assert f"POST {service.url}/api/v1/disconnect" in fresh.calls()[len(calls) :]
    assert set(fresh.webhooks()) == {13}
    assert fresh.keys() == [1]
    assert fresh.option("wc_ad_credit_connection") == {
        "service": service.url,
        "disconnected": True,
        "last_key": 1,
    }
    page = shop.page()
    assert "nothing is sent any more" in page
    assert "If you gave the service a key by hand" not in page


def test_a_service_that_cannot_be_told_and_a_key_made_by_hand_are_admitted(fresh, shop):
    fresh.make_key(4, "made by hand", BY_HAND)
    bring_token(fresh, BY_HAND)
    fresh.keep_option("wc_ad_credit_connection", {"service": "http://127.0.0.1:9", "token": TOKEN})
    shop.press("disconnect")
    page = shop.page()
    assert "The service could not be notified." in page
    assert "If you gave the service a key by hand" in page


def test_after_disconnect_an_old_key_reads_nothing_and_brings_no_token(fresh, shop, service):
    fresh.make_key(4, "made by hand", BY_HAND)
    bring_token(fresh, BY_HAND)
    shop.press("disconnect")
    for answer in (call_with_key(fresh, BY_HAND, "GET", "state"), bring_token(fresh, BY_HAND)):
        assert (answer.status_code, answer.json()["code"]) == (403, "wc_ad_credit_disconnected")
    fresh.make_key(7, OURS.format(2), SECOND)  # the merchant approved anew
    assert call_with_key(fresh, SECOND, "GET", "state").json()["has_token"] is False
    fresh.make_webhook(14, SIGNAL, f"{service.url}/webhooks/woocommerce/{service.store.id}")
    assert bring_token(fresh, SECOND).json() == {"stored": True}


def test_after_disconnect_no_webhook_fires_even_if_the_service_makes_it_again(fresh, shop, service):
    bring_token(fresh, FIRST)
    shop.press("disconnect")
    fresh.make_webhook(11, SIGNAL, f"{service.url}/webhooks/woocommerce/{service.store.id}")
    fresh.make_webhook(12, SAVED, f"{service.url}/webhooks/woocommerce/{service.store.id}/hk_2")
    calls, queued = fresh.calls(), int(fresh.option("stand_in_async") or 0)
    fresh.php("do_action('woocommerce_settings_saved'); wc_ad_credit()->lifecycle->report_daily();")
    assert fresh.calls() == calls
    assert int(fresh.option("stand_in_async")) == queued + 1  # that of the other application


def test_a_deactivated_plugin_pauses_its_webhooks_and_goes_on_when_activated(fresh):
    bring_token(fresh, FIRST)
    fresh.php(f"deactivate_plugins('{SLUG}/{SLUG}.php');")
    assert fresh.webhooks() == {11: "paused", 12: "paused", 13: "active"}
    assert not [action for action in fresh.pending_actions() if action["hook"].startswith("wc_ad_credit")]
    fresh.php(f"activate_plugin('{SLUG}/{SLUG}.php');")
    fresh.php("return 1;")
    assert fresh.webhooks() == {11: "active", 12: "active", 13: "active"}
    assert "wc_ad_credit_state" in [action["hook"] for action in fresh.pending_actions()]


@pytest.mark.parametrize(
    ("service_address", "token", "sentence"),
    [
        ("credit.example", TOKEN, "it begins with https://"),
        ("{service}", "short", "That is not a status token."),
        ("{service}", "stt_unknown_token", "The service does not know this token."),
        ("http://127.0.0.1:9", TOKEN, "Nothing answers at this address."),
    ],
)
def test_what_was_typed_wrongly_is_kept_in_the_form_and_nothing_is_connected(
    fresh, shop, service, service_address, token, sentence
):
    address = service_address.format(service=service.url)
    shop.press("connect", {"wc_ad_credit_service": address, "wc_ad_credit_token": token})
    page = shop.page()
    assert sentence in page
    assert f'value="{address}"' in page
    assert f'value="{token}"' in page
    assert fresh.option("wc_ad_credit_connection") is False
    assert f'value="{token}"' not in shop.page(), "it is offered once"


def test_deleted_without_woocommerce_it_leaves_nothing_either(empty_site, fresh, service):
    bring_token(fresh, FIRST)
    fresh.php(
        "$note = new Automattic\\WooCommerce\\Admin\\Notes\\Note();"
        "$note->set_name('wc-ad-credit-news'); $note->save();"
    )
    calls = fresh.calls()
    fresh.php(f"deactivate_plugins(['{SLUG}/{SLUG}.php', 'woocommerce/woocommerce.php'], true);")
    try:
        fresh.php(f"delete_plugins(['{SLUG}/{SLUG}.php']);")
        leftovers = fresh.php(LEFTOVERS)
        assert leftovers == {"options": [], "keys": ["1"], "webhooks": ["13"], "notes": [], "queue": []}
        assert f"POST {service.url}/api/v1/disconnect" in fresh.calls()[len(calls) :]
        assert fresh.complaints() == ""
    finally:
        fresh.php("activate_plugin('woocommerce/woocommerce.php');")
        zipfile.ZipFile(io.BytesIO(pack_plugin())).extractall(empty_site.content / "plugins")
        fresh.php(f"activate_plugin('{SLUG}/{SLUG}.php');")
        fresh.php("return 1;")
    # Installed again it says that nothing is sent, and nothing is.
    assert "Nothing is sent to anybody until you connect it." in SiteClient(fresh, "shop").page()
    calls = fresh.calls()
    fresh.php("do_action('woocommerce_settings_saved'); wc_ad_credit()->lifecycle->report_daily();")
    assert fresh.calls() == calls


LEFTOVERS = r"""
global $wpdb;
wp_cache_flush();
return [
    'options' => $wpdb->get_col(
        "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%wc\_ad\_credit%'"
    ),
    'keys' => $wpdb->get_col("SELECT key_id FROM wp_woocommerce_api_keys"),
    'webhooks' => $wpdb->get_col("SELECT webhook_id FROM wp_wc_webhooks"),
    'notes' => $wpdb->get_col("SELECT name FROM wp_wc_admin_notes"),
    'queue' => $wpdb->get_col(
        "SELECT hook FROM wp_actionscheduler_actions WHERE hook LIKE 'wc\_ad\_credit%'"
    ),
];
"""
