"""A merchant's whole way with the plugin, in a browser, against the real service: zip to uninstalling."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from receiver.services.reviews.listing import page_of_reviews
from receiver.worker.loop import work_inbox
from tests.browser.conftest import new_context
from tests.capabilities import needs_chromium, needs_wordpress
from tests.plugin.site_client import PAGE, sign_in
from wp_bridge.packing import SLUG, SOURCE, pack_plugin

pytestmark = [needs_wordpress, needs_chromium]

LEFTOVERS = r"""
global $wpdb;
wp_cache_flush();
return [
    $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%wc\_ad\_credit%'"),
    $wpdb->get_col("SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%wc\_ad\_credit%'"),
    array_column(ActionScheduler_Store::instance()->all(), 'hook'),
    $wpdb->get_col("SELECT name FROM {$wpdb->prefix}wc_admin_notes"),
    WC_Data_Store::load('webhook')->get_webhooks_ids(),
];
"""

STRAY = """
stand_in_add_webhook(136, 'action.wc_ad_credit_signal', 'https://credit.example/webhooks/woocommerce/x');
"""
NOTE = (
    STRAY
    + """
$note = new Automattic\\WooCommerce\\Admin\\Notes\\Note();
$note->set_name('wc-ad-credit-news');
$note->save();
$note = new Automattic\\WooCommerce\\Admin\\Notes\\Note();
$note->set_name('wc-ad-credit-notice-near_tier');
$note->save();
"""
)


@pytest.fixture
def boss(chromium, empty_site):
    context = new_context(chromium, viewport={"width": 1280, "height": 900}, base_url=empty_site.url)
    sign_in(context, "boss")
    yield context.new_page()
    context.close()


def test_from_the_zip_to_nothing_left(boss, served_site, tiktok, tmp_path):
    site, service = served_site
    page, panel = boss, boss.locator("#wc-ad-credit")

    archive = tmp_path / f"{SLUG}.zip"
    archive.write_bytes(pack_plugin())
    page.goto("/wp-admin/plugin-install.php?tab=upload")
    page.locator("#pluginzip").set_input_files(archive)
    page.locator("#install-plugin-submit").click()
    page.get_by_role("link", name="Activate Plugin").click()
    page.goto(PAGE)
    expect(panel).to_contain_text("the service has not sent its token to this page yet")
    assert [call for call in site.calls() if service.url in call] == []

    page.get_by_label("Address of the service").fill(service.url)
    page.get_by_label("Status token").fill("stt_wrong_token")
    page.get_by_role("button", name="Connect with this token").click()
    expect(panel).to_contain_text("The service does not know this token.")
    expect(page.get_by_label("Address of the service")).to_have_value(service.url)
    expect(page.get_by_label("Status token")).to_have_value("stt_wrong_token")

    page.get_by_label("Status token").fill(service.store.status_token)
    page.get_by_role("button", name="Connect with this token").click()
    expect(panel).to_contain_text("Set up the official TikTok integration to begin.")
    site.run_queue(0)

    tiktok.activate(tiktok.unpack("tiktok-for-business"))
    tiktok.write(tt4b_access_token="act.SECRET")
    work_inbox(service.container)
    page.get_by_role("button", name="Refresh").click()
    expect(panel.locator(".wc-ad-credit-flash")).to_contain_text("New figures")
    expect(panel).to_contain_text("Link your TikTok ad account to go on.")

    page.get_by_role("button", name="Ask for a review").click()
    expect(panel).to_contain_text("Write what you would like us to look at")
    page.get_by_label("If you believe that something").fill("The shop is <b>fine</b>,\nplease look: ร้าน 東京")
    page.get_by_role("button", name="Ask for a review").click()
    expect(panel).to_contain_text("You have asked for a review.")
    expect(panel).to_contain_text("You asked for a review, the ticket of the terms, on")
    (review,) = page_of_reviews(service.container.database, None, limit=0).rows
    assert review["store"] == service.store.id

    page.get_by_role("link", name="Disconnect").click()
    expect(panel).to_contain_text("Disconnect this store?")
    page.get_by_role("link", name="Stay connected").click()
    page.get_by_role("link", name="Disconnect").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(panel).to_contain_text("nothing is sent any more")
    assert site.webhooks() == {}
    expect(panel).to_contain_text("Nothing is sent to anybody until you connect it.")
    calls = site.calls()
    tiktok.deactivate("tiktok-for-business/tiktok-for-woocommerce.php")
    site.run_queue(90_000)
    assert site.calls() == calls  # a disconnected plugin sends nothing

    site.php(f"deactivate_plugins('{SLUG}/{SLUG}.php');")
    assert "wc_ad_credit_refresh" not in [action["hook"] for action in site.pending_actions()]
    site.php("update_user_meta(1, 'wc_ad_credit_dismissed', ['due..']);" + NOTE)
    assert [len(kind) > 0 for kind in site.php(LEFTOVERS)] == [True, True, True, True, True]
    site.php(f"delete_plugins(['{SLUG}/{SLUG}.php']);")
    assert not (site.content / "plugins" / SLUG).exists()
    assert site.php(LEFTOVERS) == [[], [], [], [], []]
    assert site.complaints() == ""


def test_without_woocommerce_it_says_so_and_breaks_nothing(boss, empty_site):
    zipfile.ZipFile(io.BytesIO(pack_plugin())).extractall(empty_site.content / "plugins")
    try:
        empty_site.php(
            f"deactivate_plugins('woocommerce/woocommerce.php'); activate_plugin('{SLUG}/{SLUG}.php');"
        )
        boss.goto("/wp-admin/plugins.php")
        expect(boss.locator(".notice", has_text="needs WooCommerce")).to_be_visible()
        boss.goto("/wp-admin/")
        expect(boss.locator(".notice", has_text="needs WooCommerce")).to_have_count(0)
        assert boss.goto("/").ok
    finally:
        empty_site.php(
            f"deactivate_plugins('{SLUG}/{SLUG}.php'); delete_plugins(['{SLUG}/{SLUG}.php']);"
            "activate_plugin('woocommerce/woocommerce.php');"
        )
    assert empty_site.complaints() == ""


def test_an_old_php_reads_a_sentence_and_no_more(empty_site):
    old, new = empty_site.php(
        f"require_once '{SOURCE / 'requirements.php'}';"
        "return [wc_ad_credit_is_php_too_old('7.3.33'), wc_ad_credit_is_php_too_old('7.4.0')];"
    )
    assert (old, new) == (True, False)
