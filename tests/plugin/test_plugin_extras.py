"""The inbox note, the terminal, the system status, and what the plugin declares to WooCommerce."""

import json

import pytest

from tests.capabilities import needs_wordpress
from tests.plugin.stages import cached_answer, document

pytestmark = needs_wordpress

CONNECTION = {"service": "https://credit.example", "token": "stt_" + "a" * 40}
CLI = (
    "class WP_CLI { static $said = []; static function line($l) { self::$said[] = $l; }"
    ' static function warning($l) { self::$said[] = "Warning: $l"; }'
    " static function error($l) { throw new Exception($l); } }"
)


@pytest.fixture(scope="module")
def connected_site(site):
    site.keep_option("wc_ad_credit_connection", CONNECTION)
    return site


INBOX = "return array_column(Automattic\\WooCommerce\\Admin\\Notes\\Notes::get_visible_notes(), 'values');"
DELETE = (
    "$notes = 'Automattic\\WooCommerce\\Admin\\Notes\\Notes';"
    "foreach ($notes::get_visible_notes() as $note) { $notes::delete_note($note); }"
)


def inbox(site, as_whom=None):
    """Return the notes that the inbox shows this user."""
    return site.php(INBOX, as_whom)


def inbox_after(site, answer):
    """Store this answer; return the notes then in the inbox."""
    site.keep_option("wc_ad_credit_status", cached_answer(answer))
    site.php("wc_ad_credit()->notice->update();")
    return inbox(site)


def older_document(stage):
    """Return a document as a service without notices of its own answers."""
    return {name: value for name, value in document(stage).items() if name != "notices"}


def test_one_note_tells_what_matters_and_goes_once_it_is_untrue(connected_site):
    assert inbox_after(connected_site, older_document("awaiting_link")) == []
    (note,) = inbox_after(connected_site, older_document("due"))
    assert note["content"].startswith("You earned $500.00 of ad credit; you receive it by December 8, 2025.")
    assert note["actions"][0][2] == "admin.php?page=wc-ad-credit"
    assert inbox_after(connected_site, older_document("due")) == [note]
    (issued,) = inbox_after(connected_site, older_document("issued"))
    assert "issued" in issued["content"]
    assert inbox_after(connected_site, older_document("settling")) == []


def test_a_note_that_one_user_deleted_does_not_come_back_and_stays_for_the_others(connected_site):
    assert len(inbox_after(connected_site, older_document("due"))) == 1
    connected_site.php(DELETE, "shop")
    inbox_after(connected_site, older_document("due"))
    assert (len(inbox(connected_site, "shop")), len(inbox(connected_site, "boss"))) == (0, 1)
    inbox_after(connected_site, older_document("issued"))
    assert (len(inbox(connected_site, "shop")), len(inbox(connected_site, "boss"))) == (1, 1)


def test_what_a_user_marked_as_seen_on_the_page_is_out_of_their_inbox_too(connected_site):
    inbox_after(connected_site, document("credited"))
    connected_site.php("wc_ad_credit()->notice->dismiss(get_option('wc_ad_credit_notified'));", "shop")
    assert (len(inbox(connected_site, "shop")), len(inbox(connected_site, "boss"))) == (0, 1)


def test_a_note_holds_no_markup_of_the_document(connected_site):
    (note,) = inbox_after(connected_site, {**document("ended"), "headline": "<script>alert(1)</script>"})
    assert "<script" not in note["content"]


def test_the_terminal_tells_the_last_answer(connected_site):
    connected_site.keep_option("wc_ad_credit_status", cached_answer(document("due")))
    run = CLI + "(new WcAdCredit\\Command(wc_ad_credit()))->status([], %s); return WP_CLI::$said;"
    (line,) = connected_site.php(run % "['format' => 'json']")
    answer = document("due")
    answer["award"]["cleared_flags"] = []  # to PHP an empty object is an empty list
    assert json.loads(line) == answer
    text = connected_site.php(run % "[]")
    assert text[0] == document("due")["headline"]
    connected_site.php("delete_option('wc_ad_credit_status');")
    refused = (
        "try { (new WcAdCredit\\Command(wc_ad_credit()))->status([], []); }"
        " catch (Exception $e) { return $e->getMessage(); }"
    )
    assert connected_site.php(CLI + refused) == "The first answer is on its way."


def test_support_reads_facts_and_no_token_in_the_system_status(connected_site):
    connected_site.keep_option("wc_ad_credit_status", cached_answer(document("due")))
    calls = connected_site.calls()
    facts = connected_site.php("return (new WcAdCredit\\SystemStatus(wc_ad_credit()))->get_facts();")
    assert (facts["Connected"], facts["Stage"], facts["TikTok integration"]) == ("yes", "due", "not active")
    assert CONNECTION["token"] not in json.dumps(facts)
    assert connected_site.calls() == calls


def test_woocommerce_is_told_that_orders_and_blocks_are_left_alone(site):
    for feature in ("custom_order_tables", "cart_checkout_blocks"):
        assert (
            site.option(f"stand_in_declared_{feature}")
            == "ad-credit-status-for-woocommerce/ad-credit-status-for-woocommerce.php yes"
        )


def test_the_privacy_policy_has_our_text(site):
    texts = site.php(
        "set_current_screen('privacy'); do_action('admin_init');"
        "$all = WP_Privacy_Policy_Content::get_suggested_policy_text();"
        "return array_column($all, 'policy_text', 'plugin_name');"
    )
    assert "Nothing about our customers" in texts["Ad Credit Status for WooCommerce"]


def test_the_background_asks_hourly_and_nothing_is_asked_twice_after_a_failure(connected_site):
    connected_site.keep_option("wc_ad_credit_connection", {**CONNECTION, "service": "http://127.0.0.1:9"})
    connected_site.keep_option("wc_ad_credit_status", cached_answer(document("due")))
    before = connected_site.calls()
    connected_site.php("wc_ad_credit()->refresher->run(); wc_ad_credit()->refresher->run();")
    assert connected_site.calls()[len(before) :] == ["GET http://127.0.0.1:9/api/v1/status"]
    answers = connected_site.option("wc_ad_credit_status")
    assert answers["failure"]["code"] == "unreachable"
    assert answers["documents"]["en-US"]["stage"] == "due"
    every = {item["hook"]: item["every"] for item in connected_site.pending_actions() if item["every"]}
    assert every == {"wc_ad_credit_refresh": 3600, "wc_ad_credit_daily": 86400}
