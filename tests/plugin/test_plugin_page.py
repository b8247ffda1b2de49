"""The merchant's page in a real WordPress: every state it is designed for, at desktop and phone width."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel import Locale
from playwright.sync_api import expect

from tests.browser.conftest import runs_over
from tests.capabilities import AXE, needs_axe, needs_chromium, needs_wordpress
from tests.plugin import stages
from tests.plugin.stages import ANSWERED, DECISIONS, OPEN_REVIEW, document, kept
from tests.plugin.visitors import PAGE

pytestmark = [needs_wordpress, needs_chromium]

SIGNAL = "action.wc_ad_credit_signal"
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser(chromium, site):
    """Signed in as the shop manager; the store is connected."""
    site.keep_option(
        "wc_ad_credit_connection", {"service": "https://credit.example", "token": "stt_" + "a" * 40}
    )
    site.make_webhook(7, SIGNAL, "https://credit.example/webhooks/woocommerce/st_1/hk_1")
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=site.url)
    page = context.new_page()
    page.goto("/wp-login.php")
    page.locator("#user_login").fill("shop")
    page.locator("#user_pass").fill("shop-password")
    page.locator("#wp-submit").click()
    page.wait_for_url("**/wp-admin/**")
    yield context
    context.close()
    site.remove_webhooks()


@pytest.fixture
def page(browser):
    """`complaints` are the browser's."""
    page = browser.new_page()
    page.complaints = []
    page.on("console", lambda told: told.type in ("error", "warning") and page.complaints.append(told.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    page.close()


def show(site, page, answer, **changes):
    site.keep_option("wc_ad_credit_status", kept(answer, **changes))
    page.goto(PAGE)
    return page.locator("#wc-ad-credit")


def steps(shown, state):
    return shown.locator(f".wc-ad-credit-steps .is-{state} .wc-ad-credit-step").all_inner_texts()


@pytest.mark.parametrize("name", DECISIONS)
def test_a_state_is_told_whole_at_every_width_without_asking_anybody(site, page, name):
    calls = site.calls()
    said = document(name)
    shown = show(site, page, said)
    expect(shown.locator(".wc-ad-credit-headline h3")).to_have_text(said["headline"])
    if said["next_step"]:
        expect(shown.locator(".wc-ad-credit-headline")).to_contain_text(said["next_step"])
    for rule in said["rules"]:
        item = shown.locator(f".wc-ad-credit-rules > .is-{rule['outcome']}").filter(has_text=rule["text"])
        expect(item).to_have_count(1)
    for warning in said["warnings"]:
        expect(shown).to_contain_text(warning["text"])
    amounts = said["spend"] is not None and said["spend"]["currency"] is not None
    expect(shown.locator("progress")).to_have_count(len(said["tiers"]) if amounts else 0)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not runs_over(page), width
    assert (page.complaints, site.complaints(), site.calls()) == ([], "", calls)


def test_spend_is_shown_beside_the_tiers_in_the_accounts_currency(site, page):
    shown = show(site, page, document("accumulating"))
    expect(shown.locator(".wc-ad-credit-figure").first).to_have_text("622.50\u00a0USD")
    values = [float(bar.get_attribute("value")) for bar in shown.locator("progress").all()]
    assert values == [100.0, 41.5, pytest.approx(12.45, abs=0.06)]
    expect(shown).to_contain_text(
        "877.50\u00a0USD more for 1,500.00\u00a0USD of credit: 79.78\u00a0USD a day."
    )
    expect(shown).to_contain_text("November 2, 2025")
    expect(shown).to_contain_text("11 days left after today")
    expect(shown).to_contain_text("America/New_York")


def test_what_was_left_out_is_named(site, page):
    shown = show(site, page, document("settling"))
    expect(shown.get_by_role("listitem").filter(has_text="Paid by ad credit")).to_contain_text(
        "20.00\u00a0USD"
    )
    expect(shown).to_contain_text("Over")
    expect(shown).to_contain_text("later dates can still move")
    expect(show(site, page, document("due"))).to_contain_text("These figures are final.")


@pytest.mark.parametrize(
    ("name", "now", "ended"),
    [
        ("awaiting_setup", ["Set up"], []),
        ("awaiting_link", ["Link"], []),
        ("accumulating", ["Spend"], []),
        ("settling", ["Settle"], []),
        ("due", ["Credit due"], []),
        ("issued", ["Credit issued"], []),
        ("credited", [], []),
        ("ended", [], ["Settle"]),
        ("programme_over", [], ["Spend"]),
    ],
)
def test_the_stepper_shows_where_the_store_stands(site, page, name, now, ended):
    shown = show(site, page, document(name))
    assert (steps(shown, "current"), steps(shown, "stopped")) == (now, ended)


def test_an_overdue_credit_is_called_overdue_and_a_code_can_be_read(site, page):
    shown = show(site, page, document("overdue"))
    expect(shown).to_contain_text("Overdue")
    expect(shown).to_contain_text("The date it was due by has passed.")
    shown = show(site, page, document("issued"))
    expect(shown.get_by_role("listitem").filter(has_text="Code")).to_contain_text("TT-2025-ABCD")
    expect(shown).to_contain_text("You pay manually: the ad credit is used before your account's balance.")


def test_old_figures_and_an_old_answer_are_told_apart(site, page):
    failure = {"code": "unreachable", "until": 0}
    answer = document("accumulating", stale=True)
    answer["spend"]["read_at"] = "2025-11-18T10:00:00Z"
    shown = show(site, page, answer, failure=failure, read_at=stages.now() - 7200)
    expect(shown).to_contain_text("TikTok's figures were last read at November 18, 2025 10:00 am")
    expect(shown).to_contain_text("You see the last answer, of 2 hours ago.")
    expect(shown).to_contain_text("622.50\u00a0USD")


def test_figures_that_were_never_read_are_not_called_old(site, page):
    answer = document("accumulating", stale=True)
    answer["spend"]["read_at"] = None
    shown = show(site, page, answer)
    expect(shown).to_contain_text("TikTok's figures have not been read lately.")
    expect(shown).not_to_contain_text("were last read")
    shown = show(site, page, {**answer, "spend": None})
    expect(shown).not_to_contain_text("TikTok's figures")


def test_before_the_first_answer_there_is_a_sentence(site, page):
    site.php("delete_option('wc_ad_credit_status');")
    page.route("**/wp-json/**", lambda route: route.abort())  # a script would ask at once
    page.goto(PAGE)
    expect(page.locator("#wc-ad-credit")).to_contain_text("The first answer is on its way.")
    site.keep_option("wc_ad_credit_status", {"failure": {"code": "refused", "until": 0}})
    page.goto(PAGE)
    shown = page.locator("#wc-ad-credit")
    expect(shown).to_contain_text("The service no longer accepts this store's token.")
    expect(shown.get_by_role("button", name="Connect again")).to_be_visible()


def test_a_review_is_shown_with_its_answer_and_one_at_a_time(site, page):
    shown = show(site, page, document("ineligible", review=OPEN_REVIEW))
    expect(shown).to_contain_text("You asked for a review on")
    expect(shown.get_by_role("button", name="Ask for a review")).to_have_count(0)
    shown = show(site, page, document("ineligible", review=ANSWERED))
    expect(shown).to_contain_text("The shop is in France.")
    expect(shown.get_by_role("button", name="Ask for a review")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "language", "word"), [("es_MX", "es-MX", "Gasto que cuenta"), ("th", "th", "ยอดใช้จ่ายที่นับได้")]
)
def test_the_page_speaks_the_users_language(site, page, locale, language, word):
    said = document("accumulating", Locale.parse(locale))
    site.php(f"update_user_meta(get_user_by('login', 'shop')->ID, 'locale', '{locale}');")
    try:
        shown = show(site, page, said, language=language)
        expect(shown.get_by_role("heading", name=word)).to_be_visible()
        expect(shown.locator(".wc-ad-credit-headline h3")).to_have_text(said["headline"])
    finally:
        site.php("delete_user_meta(get_user_by('login', 'shop')->ID, 'locale');")


def test_right_to_left_the_page_is_mirrored_and_does_not_run_over(site, page):
    show(site, page, document("accumulating"))
    page.evaluate("document.documentElement.dir = 'rtl'; document.body.classList.add('rtl')")
    boxes = [step.bounding_box()["x"] for step in page.locator(".wc-ad-credit-steps li").all()]
    assert boxes == sorted(boxes, reverse=True)
    shown = page.locator("#wc-ad-credit")
    assert shown.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_hostile_texts_of_a_document_stay_texts(site, page):
    shown = show(site, page, poisoned(document("issued", review=ANSWERED)))
    expect(shown).to_contain_text(HOSTILE)
    assert page.locator("#wc-ad-credit img, #wc-ad-credit script").count() == 0
    assert (page.complaints, site.complaints()) == ([], "")


HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'{}%s"


def poisoned(value, key=""):
    if isinstance(value, dict):
        return {name: poisoned(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, key) for one in value]
    return HOSTILE if isinstance(value, str) else value


def test_a_document_of_no_known_shape_is_no_fatal_error(site, page):
    for answer in (
        {"stage": "x", "headline": "Still here", "as_of": "", "rules": [None, "a", {"id": 7}]},
        {
            "stage": "due",
            "headline": "Still here",
            "as_of": "",
            "rules": [],
            "spend": 7,
            "award": {"state": []},
        },
        {"stage": "due", "headline": "Still here", "as_of": "", "rules": [], "tiers": "x", "window": {}},
    ):
        expect(show(site, page, answer)).to_contain_text("Still here")
    assert site.complaints() == ""


def test_without_javascript_the_page_says_the_same(site, chromium, browser):
    context = chromium.new_context(
        java_script_enabled=False, base_url=site.url, storage_state=browser.storage_state()
    )
    shown = show(site, context.new_page(), document("accumulating"))
    expect(shown).to_contain_text("Your spend is adding up")
    expect(shown.get_by_role("button", name="Refresh")).to_be_visible()
    context.close()


def test_marketing_and_the_plugins_list_lead_to_the_page(site, page):
    page.goto("/wp-admin/")
    link = page.locator("#adminmenu a", has_text="Ad credit")
    assert link.get_attribute("href") == "admin.php?page=wc-ad-credit"
    page.goto("/wp-admin/admin.php?page=wc-settings&tab=ad-credit")
    page.get_by_role("link", name="Open Ad credit under Marketing").click()
    expect(page.locator("#wc-ad-credit")).to_be_visible()


def test_a_reader_of_another_language_waits_for_it_and_reads_no_mixture(site, page, browser):
    site.php("update_user_meta(get_user_by('login', 'shop')->ID, 'locale', 'es_MX');")
    try:
        page.route("**/wp-json/**", lambda route: route.abort())  # what a reader without scripts sees
        shown = show(site, page, document("accumulating"))
        expect(shown).to_contain_text("La respuesta en su idioma está en camino.")
        expect(shown).not_to_contain_text("Your spend is adding up")
        soon = [action for action in site.waiting() if action["hook"] == "wc_ad_credit_refresh"]
        assert 0 in [action["args"][0] for action in soon if action["args"]]
        failure = {"code": "unreachable", "until": stages.now() + 60}
        shown = show(site, page, document("accumulating"), failure=failure)
        expect(shown).to_contain_text("Your spend is adding up")
    finally:
        site.php("delete_user_meta(get_user_by('login', 'shop')->ID, 'locale');")


def test_a_webhook_that_does_not_deliver_is_told_with_what_to_do(site, page):
    status = "$GLOBALS['wpdb']->query(\"UPDATE wp_wc_webhooks SET status = '{}' WHERE webhook_id = 7\");"
    try:
        for name, text in [("disabled", "WooCommerce switched off"), ("paused", "is paused")]:
            site.php(status.format(name))
            expect(show(site, page, document("due")).locator(".wc-ad-credit-delivery")).to_contain_text(text)
    finally:
        site.php(status.format("active"))
    site.keep_option("wc_ad_credit_delivery_failure", {"since": stages.now() - 60, "status": 503})
    shown = show(site, page, document("due"))
    expect(shown.locator(".wc-ad-credit-delivery")).to_contain_text(
        "Reports to the service have failed since"
    )
    site.php("delete_option('wc_ad_credit_delivery_failure');")
    expect(show(site, page, document("due")).locator(".wc-ad-credit-delivery")).to_have_count(0)


def test_evidence_is_written_in_the_clock_of_the_page(site, page):
    site.php("update_option('timezone_string', 'Asia/Bangkok');")
    try:
        shown = show(site, page, document("accumulating"))
        expect(shown).to_contain_text("joined: October 30, 2025 3:00 pm")
        expect(shown).to_contain_text("Times are your site's, Asia/Bangkok.")
        expect(shown).not_to_contain_text("2025-10-30T")
    finally:
        site.php("update_option('timezone_string', '');")


def test_the_next_step_is_a_button_in_the_box_at_the_top(site, page):
    box = show(site, page, document("awaiting_setup")).locator(".wc-ad-credit-headline")
    link = box.get_by_role("link", name="Install the TikTok integration")
    assert "plugin-install.php" in link.get_attribute("href")
    warning = {"id": "store_keys_refused", "text": "Refused.", "next_step": "Connect it again."}
    box = show(site, page, {**document("due"), "warnings": [warning]}).locator(".wc-ad-credit-headline")
    page.route("https://credit.example/**", lambda route: route.fulfill(body="the service"))
    box.get_by_role("button", name="Connect again").click()
    page.wait_for_url("https://credit.example/connect?shop=**&return_url=**")


def test_plain_permalinks_are_told_before_connecting(site, page):
    connection = site.option("wc_ad_credit_connection")
    site.php("delete_option('wc_ad_credit_connection'); update_option('permalink_structure', '');")
    try:
        page.goto(f"{site.url}{PAGE}")
        expect(page.locator("#wc-ad-credit")).to_contain_text("Your site uses plain permalinks")
    finally:
        site.php("update_option('permalink_structure', '/%postname%/');")
        site.keep_option("wc_ad_credit_connection", connection)


@needs_axe
@pytest.mark.parametrize("name", ["accumulating", "unknown", "overdue", "ineligible"])
def test_axe_finds_no_serious_violation(site, page, name):
    show(site, page, document(name))
    page.evaluate((Path(AXE.origin).parent / "axe.min.js").read_text())
    found = page.evaluate("axe.run('#wc-ad-credit')")["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
