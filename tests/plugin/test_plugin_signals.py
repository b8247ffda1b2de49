"""What happens to the TikTok integration reaches the service at once, signed, and without a secret."""

import json

import pytest
from sqlalchemy import select

from receiver.storage.tables import Delivery
from tests.capabilities import needs_wordpress
from tests.plugin.site_client import SiteClient
from tests.plugin.tiktok import PAGE as TIKTOK_PAGE
from tests.plugin.tiktok import SECRETS, profile
from tests.signals import ACCOUNT, OTHER_ACCOUNT, SECRET
from wp_bridge.signals import read_signal

TOPIC = "action.wc_ad_credit_signal"

pytestmark = needs_wordpress


@pytest.fixture
def tiktok(site, signal_webhook, tiktok):
    """The integration beside our active plugin, with the service listening and no action queued for today."""
    site.run_queue(86400)
    return tiktok


@pytest.fixture
def new_signals(service):
    """Returns the signals that arrived since it was called last, each as it was sent."""
    last_id = 0

    def since():
        nonlocal last_id
        with service.container.database.reading() as session:
            rows = session.scalars(select(Delivery).where(Delivery.id > last_id).order_by(Delivery.id)).all()
        last_id = max([last_id, *(row.id for row in rows)])
        return [json.loads(row.body)["arg"] for row in rows]

    since()
    return since


def events(signals):
    return [signal["event"] for signal in signals]


def test_the_whole_life_of_a_link_is_told_as_it_happens(site, tiktok, new_signals):
    plugin = tiktok.unpack("tiktok-for-business")
    tiktok.activate(plugin)
    assert events(new_signals()) == ["integration_installed"]
    tiktok.write(**SECRETS)
    assert events(new_signals()) == ["integration_set_up"]
    tiktok.write(tt4b_bc_id="7200000000000000009", tt4b_external_business_id="tt4b_woocommerce_01")
    tiktok.write(tt4b_advertiser_id=ACCOUNT)
    (linked,) = new_signals()
    assert (linked["event"], linked["advertiser_id"], linked["exact"]) == ("account_linked", ACCOUNT, True)
    assert (linked["business_center"], linked["external_business_id"]) == (
        "7200000000000000009",
        "tt4b_woocommerce_01",
    )
    tiktok.write(tt4b_advertiser_id=OTHER_ACCOUNT)
    (switched,) = new_signals()
    assert (switched["event"], switched["advertiser_id"], switched["previous"]) == (
        "account_switched",
        OTHER_ACCOUNT,
        ACCOUNT,
    )
    site.php("delete_option('tt4b_access_token');")
    assert events(new_signals()) == ["link_lost"]
    tiktok.deactivate(plugin)
    assert events(new_signals()) == ["integration_removed"]
    assert site.complaints() == ""


def test_signals_are_what_both_sides_agreed_on_and_count_up(site, tiktok, new_signals, service):
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.link()
    site.run_queue(86400)
    signals = new_signals()
    assert events(signals)[-1] == "state"
    assert [read_signal(signal)["home_url"] for signal in signals] == [f"{site.url}/"] * len(signals)
    numbers = [signal["seq"] for signal in signals]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len({signal["install_id"] for signal in signals}) == 1
    state = signals[-1]
    assert state["integration"] == {"installed": True, "set_up": True, "copies": 1}
    assert (state["account"]["advertiser_id"], state["store_name"]) == (ACCOUNT, "Café 東京 & Söhne")
    assert not [secret for secret in SECRETS.values() if secret in json.dumps(signals)]


@pytest.mark.parametrize("folder", ["tiktok-for-business-2", "some-agency-copy", "TikTok"])
def test_the_integration_is_known_under_any_folder(tiktok, new_signals, folder):
    plugin = tiktok.unpack(folder, "main.php")
    tiktok.activate(plugin)
    assert events(new_signals()) == ["integration_installed"]
    tiktok.deactivate(plugin)
    assert events(new_signals()) == ["integration_removed"]


def test_of_two_copies_one_may_go(site, tiktok, new_signals):
    item, other = tiktok.unpack("tiktok-for-business"), tiktok.unpack("tiktok-copy", "copy.php")
    tiktok.activate(item)
    tiktok.activate(other)
    assert events(new_signals()) == ["integration_installed"]
    assert site.php("return wc_ad_credit()->state_signal->build()['integration']['copies'];") == 2
    tiktok.deactivate(item)
    assert new_signals() == []
    tiktok.deactivate(other)
    assert events(new_signals()) == ["integration_removed"]


def test_another_vendors_plugin_and_an_id_left_behind_are_no_link(site, tiktok, new_signals):
    place = site.content / "plugins" / "tiktok-feed"
    place.mkdir(exist_ok=True)
    (place / "tiktok-feed.php").write_text("<?php\n/* Plugin Name: TikTok feed */\n")
    tiktok.activate("tiktok-feed/tiktok-feed.php")
    tiktok.link()
    assert new_signals() == []
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.write(tt4b_advertiser_id="<b>7</b>")
    site.php("delete_option('tt4b_access_token');")
    assert "account_switched" not in events(new_signals())
    assert site.php("return wc_ad_credit()->state_signal->build()['account'];") is None


def test_what_no_hook_saw_is_told_by_the_daily_look_as_not_exact(site, tiktok, new_signals):
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.write(**SECRETS)
    new_signals()
    site.php(
        "global $wpdb; $wpdb->insert($wpdb->options,"
        f" ['option_name' => 'tt4b_advertiser_id', 'option_value' => '{ACCOUNT}', 'autoload' => 'yes']);"
        "wp_cache_flush();"
    )
    assert new_signals() == []
    site.keep_option("wc_ad_credit_link", {"token_at": 1, "page_read": False})  # long ago
    site.run_queue(86400)
    linked, state = [signal for signal in new_signals() if signal["event"] in ("account_linked", "state")][:2]
    assert (linked["event"], linked["exact"], state["account"]["exact"]) == ("account_linked", False, False)


def test_no_hook_of_ours_is_handed_a_secret(site):
    hooks = site.php(
        "global $wp_filter; $n = [];"
        "foreach ($wp_filter as $name => $hook) { if (strpos($name, '_option_tt4b_') !== false) {"
        " foreach ($hook->callbacks as $all) { foreach ($all as $one) {"
        " $n[] = [$name, $one['accepted_args']]; } } } }"
        "return $n;"
    )
    assert len(hooks) > 12
    assert [name for name, count in hooks if count] == ["pre_update_option_tt4b_advertiser_id"]


def test_a_service_that_is_down_holds_nobody_up_and_is_told_later(site, tiktok, new_signals, service):
    address = f"{service.url}/webhooks/woocommerce/{service.store.id}"
    site.make_webhook(136, TOPIC, "http://127.0.0.1:9/webhooks/woocommerce/x", SECRET)
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    assert "integration_installed" in (site.content / "wc.log").read_text()
    hooks = [action["hook"] for action in site.pending_actions()]
    assert hooks.count("wc_ad_credit_state") == 1
    site.make_webhook(136, TOPIC, address, SECRET)
    site.run_queue(1800)
    assert events(new_signals()) == ["state"]


def test_deliveries_wait_for_no_queue_and_not_long(site, tiktok):
    answers = site.php(
        "$w = wc_get_webhook(136); return ["
        "apply_filters('woocommerce_webhook_deliver_async', true, $w, []),"
        "apply_filters('woocommerce_webhook_http_args', ['timeout' => 60, 'redirection' => 0], [], 136),"
        "apply_filters('woocommerce_webhook_http_args', ['timeout' => 60], [], 137)];"
    )
    assert answers == [False, {"timeout": 5, "redirection": 0}, {"timeout": 60}]


def open_tiktok_page(site):
    """Open TikTok's own page as its merchant does."""
    assert SiteClient(site, "shop").session.get(f"{site.url}{TIKTOK_PAGE}", timeout=60).ok


def test_an_id_left_by_an_earlier_connection_is_no_link_of_the_next(site, tiktok, new_signals):
    plugin = tiktok.unpack("tiktok-for-business")
    tiktok.activate(plugin)
    tiktok.come_back_from_tiktok("act.FIRST")
    tiktok.set_profile(profile(ACCOUNT))
    open_tiktok_page(site)
    assert events(new_signals()) == ["integration_installed", "integration_set_up", "account_linked"]
    tiktok.deactivate(plugin)
    assert events(new_signals()) == ["link_lost", "integration_removed"]
    assert site.option("tt4b_advertiser_id") == ACCOUNT

    tiktok.activate(plugin)
    tiktok.come_back_from_tiktok("act.SECOND")
    assert events(new_signals()) == ["integration_installed", "integration_set_up"]
    assert site.php("return wc_ad_credit()->state_signal->build()['account'];") is None
    tiktok.set_profile(profile(OTHER_ACCOUNT))
    open_tiktok_page(site)
    (linked,) = new_signals()
    assert (linked["event"], linked["advertiser_id"], linked["exact"]) == (
        "account_linked",
        OTHER_ACCOUNT,
        True,
    )


def test_connecting_the_same_account_again_is_an_exact_link(site, tiktok, new_signals):
    plugin = tiktok.unpack("tiktok-for-business")
    tiktok.activate(plugin)
    tiktok.link()
    tiktok.deactivate(plugin)
    tiktok.activate(plugin)
    new_signals()
    tiktok.come_back_from_tiktok("act.SECOND")
    assert events(new_signals()) == ["integration_set_up"]
    tiktok.set_profile(profile(ACCOUNT))
    open_tiktok_page(site)
    (linked,) = new_signals()
    assert (linked["event"], linked["advertiser_id"], linked["exact"]) == ("account_linked", ACCOUNT, True)


@pytest.mark.parametrize("status", [1, 3])
def test_a_profile_that_tiktoks_page_calls_unconnected_is_no_link_however_long_it_stands(
    site, tiktok, new_signals, status
):
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.write(tt4b_advertiser_id=ACCOUNT)  # left behind
    tiktok.come_back_from_tiktok()
    tiktok.set_profile(profile(ACCOUNT, status))
    open_tiktok_page(site)
    site.keep_option("wc_ad_credit_link", {**site.option("wc_ad_credit_link"), "token_at": 1})
    site.run_queue(86400)
    assert "account_linked" not in events(new_signals())
    tiktok.set_profile(profile(ACCOUNT))
    open_tiktok_page(site)
    assert events(new_signals()) == ["account_linked"]


def test_an_empty_profile_loses_the_link(site, tiktok, new_signals):
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.link()
    new_signals()
    tiktok.set_profile({})
    open_tiktok_page(site)
    assert events(new_signals()) == ["link_lost"]


@pytest.mark.parametrize("advertiser_id", ["0", "", "   ", "00000", "1234", "7" * 31])
def test_an_advertiser_id_that_is_none_is_no_link(site, tiktok, new_signals, advertiser_id):
    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.write(**SECRETS)
    tiktok.write(tt4b_advertiser_id=advertiser_id)
    assert events(new_signals()) == ["integration_installed", "integration_set_up"]
    assert site.php("return wc_ad_credit()->state_signal->build()['account'];") is None


def test_the_stored_address_is_reported_whatever_a_language_plugin_makes_of_it(site, tiktok):
    reported = (
        "add_filter('home_url', fn($url) => $url . 'es/'); return wc_ad_credit()->state_signal->build();"
    )
    assert site.php(reported)["home_url"] == f"{site.url}/"


def test_failures_are_kept_from_the_first_to_the_next_success(site, tiktok, service):
    address = f"{service.url}/webhooks/woocommerce/{service.store.id}"
    site.make_webhook(136, TOPIC, "http://127.0.0.1:9/webhooks/woocommerce/x", SECRET)
    plugin = tiktok.unpack("tiktok-for-business")
    tiktok.activate(plugin)
    first = site.option("wc_ad_credit_delivery_failure")
    tiktok.deactivate(plugin)
    assert site.option("wc_ad_credit_delivery_failure") == first
    site.make_webhook(136, TOPIC, address, SECRET)
    tiktok.activate(plugin)
    assert site.option("wc_ad_credit_delivery_failure") is False
