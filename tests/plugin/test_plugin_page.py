"""The merchant's page in a real WordPress: every state it is designed for, at desktop and phone width."""

from __future__ import annotations

import re

import pytest
from babel import Locale
from playwright.sync_api import expect

from tests.browser.conftest import axe_violations, new_context, overflows_window
from tests.capabilities import needs_axe, needs_chromium, needs_wordpress
from tests.plugin import stages
from tests.plugin.site_client import PAGE, sign_in
from tests.plugin.stages import ANSWERED, DECISIONS, OPEN_REVIEW, cached_answer, document

pytestmark = [needs_wordpress, needs_chromium]

SIGNAL = "action.wc_ad_credit_signal"
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser(chromium, site):
    """A browser signed in as the shop manager; the store is connected."""
    site.keep_option(
        "wc_ad_credit_connection", {"service": "https://credit.example", "token": "stt_" + "a" * 40}
    )
    site.make_webhook(7, SIGNAL, "https://credit.example/webhooks/woocommerce/st_1/hk_1")
    context = new_context(chromium, viewport={"width": 1280, "height": 900}, base_url=site.url)
    sign_in(context, "shop")
    yield context
    context.close()
    site.remove_webhooks()


@pytest.fixture(scope="module")
def tab(browser):
    """A tab shared by all tests here: a process for each costs more than the pages shown in it."""
    tab = browser.new_page()
    tab.on(
        "console",
        lambda message: message.type in ("error", "warning") and tab.complaints.append(message.text),
    )
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab


@pytest.fixture
def page(tab):
    """An empty page of desktop width; `complaints` are the browser's."""
    tab.complaints = []
    tab.set_viewport_size({"width": 1280, "height": 900})
    yield tab
    tab.unroute_all()
    tab.goto("about:blank")


def show(site, page, answer, **changes):
    site.keep_option("wc_ad_credit_status", cached_answer(answer, **changes))
    page.goto(PAGE)
    return page.locator("#wc-ad-credit")


def steps(panel, state):
    return panel.locator(f".wc-ad-credit-steps .is-{state} .wc-ad-credit-step").all_inner_texts()


def tells_spend(status):
    """Return whether the page shows the spend: where a window opened, or nothing else decides."""
    return status["window"] or status["stage"] not in ("ineligible", "programme_over", "blocked", "expired")


def count_buttons(status):
    """Return the number of buttons at the top: one where there is something to do or to dispute."""
    return 0 if (status["next_step"] or "Check back").startswith(("Nothing", "Wait", "Check back")) else 1


@pytest.mark.parametrize("name", DECISIONS)
def test_a_state_is_told_whole_at_every_width_without_asking_anybody(site, page, name):
    calls = site.calls()
    status = document(name)
    panel = show(site, page, status)
    expect(panel.locator(".wc-ad-credit-headline h3")).to_have_text(status["headline"])
    steps = [trouble["next_step"] for trouble in status["warnings"] if trouble["id"] == "consent_withdrawn"]
    if step := (steps or [status["next_step"]])[0]:
        expect(panel.locator(".wc-ad-credit-headline")).to_contain_text(step)
    for rule in status["rules"]:
        item = panel.locator(f".wc-ad-credit-rules > .is-{rule['outcome']}").filter(has_text=rule["text"])
        expect(item).to_have_count(1)
    for trouble in status["troubles"]:
        item = panel.locator(f".wc-ad-credit-troubles > .is-for-{trouble['who']}")
        expect(item.filter(has_text=trouble["text"])).to_have_count(
            int(trouble["text"] not in status["headline"])
        )
    is_known = status["spend"] is not None and status["spend"]["qualifying"] is not None
    expect(panel.locator("progress")).to_have_count(
        len(status["tiers"]) if is_known and tells_spend(status) else 0
    )
    expect(panel.locator("svg")).to_have_count(1 if is_known and status["window"] else 0)
    expect(panel.locator(".wc-ad-credit-headline .button-primary")).to_have_count(count_buttons(status))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not overflows_window(page), width
    assert (page.complaints, site.complaints(), site.calls()) == ([], "", calls)


def test_spend_is_shown_beside_the_tiers_in_the_accounts_currency(site, page):
    panel = show(site, page, document("accumulating"))
    expect(panel.locator(".wc-ad-credit-figure").first).to_have_text("$622.50")
    values = [float(bar.get_attribute("value")) for bar in panel.locator("progress").all()]
    assert values == [100.0, 41.5, pytest.approx(12.45, abs=0.06)]
    tiers = panel.locator(".wc-ad-credit-tiers > li")
    expect(tiers.nth(0)).to_contain_text(
        "Reached on November 14, 2025. Credit by December 8, 2025, if nothing more"
    )
    expect(tiers.nth(1)).to_contain_text(
        "$877.50 more by December 1, 2025 earns $1,500.00 of credit in all: $79.78 a day."
    )
    expect(panel).to_contain_text(
        "At the rate of the last final days (7), $35.57 a day, you reach no further tier in time."
    )
    expect(panel.get_by_role("img")).to_have_accessible_name(
        "$622.50 in total up to November 17, 2025; at most $41.50 on one date."
    )
    expect(panel).to_contain_text("November 2, 2025")
    expect(panel).to_contain_text("11 days left after today")
    expect(panel).to_contain_text("America/New_York")


def test_what_was_left_out_is_named(site, page):
    panel = show(site, page, document("settling"))
    expect(panel.get_by_role("listitem").filter(has_text="Paid by ad credit")).to_contain_text("$20.00")
    expect(panel).to_contain_text("Over")
    expect(panel).to_contain_text("later dates can still change")
    panel = show(site, page, document("due"))
    panel.get_by_text("Your spend and its period").click()
    expect(panel.get_by_text("These figures are final.")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "now", "stopped"),
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
def test_the_stepper_shows_where_the_store_stands(site, page, name, now, stopped):
    panel = show(site, page, document(name))
    assert (steps(panel, "current"), steps(panel, "stopped")) == (now, stopped)


def test_an_overdue_credit_is_called_overdue_and_a_code_can_be_read(site, page):
    panel = show(site, page, document("overdue"))
    expect(panel).to_contain_text("Overdue")
    expect(panel).to_contain_text("Your ad credit was due by December 8, 2025, and that date has passed.")
    expect(panel).not_to_contain_text("Can be used until")  # that is over, too
    panel = show(site, page, document("issued"))
    expect(panel.get_by_role("listitem").filter(has_text="Code")).to_contain_text("TT-2025-ABCD")
    expect(panel).to_contain_text("You pay manually: the ad credit is used before your account's balance.")


def test_old_figures_and_an_old_answer_are_told_apart(site, page):
    failure = {"code": "unreachable", "until": 0}
    answer = document("accumulating", stale=True)
    answer["spend"]["read_at"] = "2025-11-18T10:00:00Z"
    answer["troubles"] = []
    panel = show(site, page, answer, failure=failure, read_at=stages.now() - 7200)
    expect(panel).to_contain_text("TikTok's figures were last read on November 18, 2025, 10:00\u202fAM")
    expect(panel).to_contain_text("This is the last answer, from 2 hours ago.")
    expect(panel).to_contain_text("$622.50")


def test_figures_that_were_never_read_are_not_called_old(site, page):
    answer = document("accumulating", stale=True)
    answer["spend"]["read_at"] = None
    answer["troubles"] = []
    panel = show(site, page, answer)
    expect(panel).to_contain_text("TikTok's figures have not been read yet.")
    expect(panel).not_to_contain_text("were last read")
    panel = show(site, page, {**answer, "spend": None})
    expect(panel.locator(".notice-warning")).to_have_count(0)


def test_before_the_first_answer_there_is_a_sentence(site, page):
    site.php("delete_option('wc_ad_credit_status');")
    page.route("**/wp-json/**", lambda route: route.abort())  # a script would ask at once
    page.goto(PAGE)
    expect(page.locator("#wc-ad-credit")).to_contain_text("The first answer is on its way.")
    site.keep_option("wc_ad_credit_status", {"failure": {"code": "refused", "until": 0}})
    page.goto(PAGE)
    panel = page.locator("#wc-ad-credit")
    expect(panel).to_contain_text("The service no longer accepts this store's token.")
    expect(panel.get_by_role("button", name="Connect again")).to_be_visible()


def test_a_review_is_shown_with_its_answer_and_one_at_a_time(site, page):
    panel = show(site, page, document("ineligible", review=OPEN_REVIEW))
    expect(panel).to_contain_text("You asked for a review, the ticket of the terms, on")
    expect(panel).to_contain_text("A review is the ticket of the terms")
    expect(panel.get_by_role("button", name="Ask for a review")).to_have_count(0)
    panel = show(site, page, document("ineligible", review=ANSWERED))
    expect(panel).to_contain_text("The shop is in France.")
    expect(panel.get_by_role("button", name="Ask for a review")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "language", "word"), [("es_MX", "es-MX", "Gasto que cuenta"), ("th", "th", "ยอดใช้จ่ายที่นับได้")]
)
def test_the_page_speaks_the_users_language(site, page, locale, language, word):
    status = document("accumulating", Locale.parse(locale))
    site.php(f"update_user_meta(get_user_by('login', 'shop')->ID, 'locale', '{locale}');")
    try:
        panel = show(site, page, status, language=language)
        expect(panel.get_by_role("heading", name=word)).to_be_visible()
        expect(panel.locator(".wc-ad-credit-headline h3")).to_have_text(status["headline"])
    finally:
        site.php("delete_user_meta(get_user_by('login', 'shop')->ID, 'locale');")


def test_right_to_left_the_page_is_mirrored_and_does_not_run_over(site, page):
    show(site, page, document("accumulating"))
    page.evaluate("document.documentElement.dir = 'rtl'; document.body.classList.add('rtl')")
    boxes = [step.bounding_box()["x"] for step in page.locator(".wc-ad-credit-steps li").all()]
    assert boxes == sorted(boxes, reverse=True)
    panel = page.locator("#wc-ad-credit")
    assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_hostile_texts_of_a_document_stay_texts(site, page):
    panel = show(site, page, poison(document("issued", review=ANSWERED)))
    expect(panel).to_contain_text(HOSTILE)
    assert page.locator("#wc-ad-credit img, #wc-ad-credit script").count() == 0
    assert (page.complaints, site.complaints()) == ([], "")


HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'{}%s"


def poison(value, key=""):
    if isinstance(value, dict):
        return {name: poison(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poison(item, key) for item in value]
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
    context = new_context(
        chromium, java_script_enabled=False, base_url=site.url, storage_state=browser.storage_state()
    )
    panel = show(site, context.new_page(), document("accumulating"))
    expect(panel).to_contain_text("You have reached $500.00 of ad credit.")
    expect(panel.get_by_role("button", name="Refresh")).to_be_visible()
    expect(panel.get_by_role("button", name="Copy")).to_have_count(0)
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
        panel = show(site, page, document("accumulating"))
        expect(panel).to_contain_text("La respuesta en su idioma está en camino.")
        expect(panel).not_to_contain_text("You have reached")
        soon = [action for action in site.pending_actions() if action["hook"] == "wc_ad_credit_refresh"]
        assert 0 in [action["args"][0] for action in soon if action["args"]]
        failure = {"code": "unreachable", "until": stages.now() + 60}
        panel = show(site, page, document("accumulating"), failure=failure)
        expect(panel).to_contain_text("You have reached")
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
    panel = show(site, page, document("due"))
    expect(panel.locator(".wc-ad-credit-delivery")).to_contain_text(
        "Reports to the service have failed since"
    )
    site.php("delete_option('wc_ad_credit_delivery_failure');")
    expect(show(site, page, document("due")).locator(".wc-ad-credit-delivery")).to_have_count(0)


def test_evidence_is_written_in_the_clock_of_the_page(site, page):
    site.php("update_option('timezone_string', 'Asia/Bangkok');")
    try:
        panel = show(site, page, document("accumulating"))
        expect(panel).to_contain_text("joined: October 30, 2025, 3:00\u202fPM")
        expect(panel).to_contain_text("Times are your site's, Asia/Bangkok.")
        expect(panel.locator(".wc-ad-credit-rules").first).not_to_contain_text("2025-10-30T")
    finally:
        site.php("update_option('timezone_string', '');")


def test_the_next_step_is_a_button_in_the_box_at_the_top(site, page):
    box = show(site, page, document("awaiting_setup")).locator(".wc-ad-credit-headline")
    link = box.get_by_role("link", name="Install the TikTok integration")
    assert "plugin-install.php" in link.get_attribute("href")
    warning = {"id": "store_keys_refused", "text": "Refused.", "next_step": "Connect it again."}
    box = show(site, page, {**document("due"), "warnings": [warning]}).locator(".wc-ad-credit-headline")
    with page.expect_request("https://credit.example/connect?shop=**&return_url=**"):
        box.get_by_role("button", name="Connect again").click()
    # Nothing answers there: a browser shows its error at that address, a headless shell at one of its own.
    page.wait_for_url(re.compile("^(https://credit.example/connect|chrome-error:)"))


def test_plain_permalinks_are_told_before_connecting(site, page):
    connection = site.option("wc_ad_credit_connection")
    site.php("delete_option('wc_ad_credit_connection'); update_option('permalink_structure', '');")
    try:
        page.goto(f"{site.url}{PAGE}")
        expect(page.locator("#wc-ad-credit")).to_contain_text("Your site uses plain permalinks")
    finally:
        site.php("update_option('permalink_structure', '/%postname%/');")
        site.keep_option("wc_ad_credit_connection", connection)


def test_one_page_has_one_format_of_money_and_dates_as_its_reader_writes_them(site, page):
    formats = {
        "en_GB": ("US$622.50", "1 December 2025"),
        "es_ES": ("622,50\u00a0US$", "1 de diciembre de 2025"),
        "th": ("US$622.50", "1 \u0e18\u0e31\u0e19\u0e27\u0e32\u0e04\u0e21 \u0e04.\u0e28. 2025"),
    }
    for locale, (amount, day) in formats.items():
        site.php(f"update_user_meta(get_user_by('login', 'shop')->ID, 'locale', '{locale}');")
        language = locale.replace("_", "-")
        try:
            panel = show(site, page, document("accumulating", Locale.parse(locale)), language=language)
            expect(panel.locator(".wc-ad-credit-figure").first).to_have_text(amount)
            expect(panel).not_to_contain_text("622.50\u00a0USD")
            expect(panel.locator(".wc-ad-credit-pairs li", has_text=day)).to_have_count(1)
        finally:
            site.php("delete_user_meta(get_user_by('login', 'shop')->ID, 'locale');")


def test_before_anything_is_linked_the_offer_of_the_own_market_is_told(site, page):
    panel = show(site, page, document("awaiting_link_gb"))
    expect(panel.locator(".wc-ad-credit-key-figure")).to_have_text(
        "\u00a33,954.00 of ad credit is the most this offer gives"
    )
    offer = panel.locator("section", has_text="What the offer gives")
    for amount in ("395", "1,186", "3,954"):
        expect(offer).to_contain_text(f"Spend \u00a3{amount}.00")
    expect(offer).not_to_contain_text("$")


def test_what_is_unknown_says_why_and_draws_nothing(site, page):
    for name, why in (
        ("zone_unknown", "What counts is not known yet, because the time zone of your ad account is not."),
        ("split_unknown", "how much of that counts is not known yet"),
    ):
        panel = show(site, page, document(name))
        spend = panel.locator("section").filter(has=page.get_by_role("heading", name="Spend that counts"))
        expect(spend.locator(".wc-ad-credit-figure")).to_have_text("Not known yet")
        expect(spend).to_contain_text(why)
        expect(panel.locator("progress, svg")).to_have_count(0)
        expect(panel).not_to_contain_text("$0.00")


def test_who_has_to_act_is_told_with_each_trouble_and_since_when(site, page):
    answer = document("accumulating")
    answer["troubles"] = [
        {
            "id": "store_busy",
            "who": "merchant",
            "text": "Busy.",
            "next_step": "Wait.",
            "since": "2025-11-19T10:00:00Z",
        },
        {"id": "figures_apart", "who": "staff", "text": "Apart.", "next_step": None, "since": None},
        {"id": "reading_refused", "who": "service", "text": "Refused.", "next_step": None, "since": None},
        {"id": "later", "who": "nobody", "text": "Known.", "next_step": None, "since": None},
    ]
    texts = show(site, page, answer).locator(".wc-ad-credit-troubles > li").all_inner_texts()
    who = ["For you", "For our team", "For the service", "Good to know"]
    assert [text.split("\n")[0] for text in texts] == who
    assert "Since November 19, 2025, 10:00" in texts[0]
    assert "Since" not in texts[1]


def test_rules_that_are_met_and_those_that_wait_for_the_same_are_one_line_each(site, page):
    panel = show(site, page, document("awaiting_link"))
    rules = panel.locator("section", has_text="The rules of the offer")
    expect(rules.locator(".wc-ad-credit-rules > li:visible")).to_have_count(1)
    expect(rules.locator("summary:visible")).to_have_text(
        ["Evidence", "7 more rules wait for the same", "7 rules are met"]
    )


def test_where_the_access_is_lost_no_pace_and_no_plan_is_told_of_what_nobody_sees(site, page):
    panel = show(site, page, document("unknown"))
    expect(panel.get_by_role("button", name="Connect TikTok")).to_be_visible()
    expect(panel).not_to_contain_text("At the rate of")
    expect(panel.get_by_label("Daily spend")).to_have_count(0)


def test_days_left_are_not_counted_by_an_answer_of_another_day(site, page):
    panel = show(site, page, document("accumulating"), read_at=stages.now() - 2 * 86400)
    expect(panel).to_contain_text("Open until December 1, 2025")
    expect(panel).not_to_contain_text("days left")


def test_enter_in_a_field_presses_the_button_of_its_own_card(site, page):
    panel = show(site, page, document("accumulating"))
    page.route("**/admin-post.php**", lambda route: route.fulfill(body=route.request.post_data))
    panel.get_by_label("Daily spend from tomorrow on, in USD").fill("45,50")
    panel.get_by_label("Daily spend from tomorrow on, in USD").press("Enter")
    page.wait_for_url("**/admin-post.php**")
    assert "wc_ad_credit_action=what_if" in page.content()


def test_the_text_for_support_can_be_copied_and_holds_no_code_and_no_token(site, page):
    page.context.grant_permissions(["clipboard-write"])  # a headless shell cannot ask the user
    panel = show(site, page, document("issued"))
    panel.get_by_text("Details for support").click()
    text = panel.locator("#wc-ad-credit-support-text").input_value()
    for fact in (
        "Store: st_1, US",
        "Stage: issued, qualified",
        "Ad account: 7001",
        "Rule store_market, pass",
        "Installation: ",
    ):
        assert fact in text
    assert "2025-ABCD" not in text
    assert "stt_" not in text
    panel.get_by_role("button", name="Copy").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()


def test_on_a_phone_every_button_is_large_enough_for_a_thumb(site, page):
    page.set_viewport_size({"width": 390, "height": 844})
    panel = show(site, page, document("accumulating"))
    boxes = [button.bounding_box() for button in panel.locator(".button:visible").all()]
    assert boxes
    assert all(box["height"] >= 44 for box in boxes), boxes


@needs_axe
@pytest.mark.parametrize("name", ["accumulating", "awaiting_link", "unknown", "overdue", "ineligible"])
def test_axe_finds_no_violation(site, page, name):
    show(site, page, document(name))
    assert axe_violations(page, "#wc-ad-credit") == []
