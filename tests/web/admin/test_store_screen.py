"""A store in one screen: the open rule first, key dates, what to send, and what the merchant sees."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import event, update

from receiver.app import create_app
from receiver.i18n.languages import LANGUAGES
from receiver.services.awards.block import block
from receiver.services.awards.issue import issue
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.account import choose_zone
from receiver.services.stores.record_fact import record
from receiver.services.stores.rotate_token import rotate_token
from receiver.storage.tables import Award, Link, RecordedFact, Staff, Store
from receiver.web.admin import merchant_view
from tests.db_factories import keep_account, keep_all, keep_day, keep_link, keep_store, rows_of
from tests.factories import OPEN, SETTLED
from tests.staff import BASE, Console, seen
from wp_bridge.plugin_words import plugin_words

PATH = "/admin/stores/st_1"


@pytest.fixture
def operator(container, clock):
    clock.at = SETTLED
    return Console(container)


@pytest.fixture
def provisional(container, operator):
    """A store that pays nobody knows how: an award is earned, and staff have to say whether it was paid."""
    keep_all(container)
    with container.database.writing() as session:
        session.execute(update(RecordedFact).values(value="unknown"))
    decide_store(container.database, SETTLED, "st_1")


@pytest.fixture
def lost(container, clock):
    """A store on its way whose advertiser took the consent back."""
    clock.at = OPEN
    keep_all(container, spent="310.00")
    with container.database.writing() as session:
        session.execute(update(Link).values(consent=False, consent_lost="withdrawn", token_encrypted=None))
    decide_store(container.database, OPEN, "st_1")


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", page)))


# -- The open rule first ---------------------------------------------------------------------------


def test_the_rule_that_stops_an_award_stands_first_with_yes_no_and_not_known(provisional, operator):
    page = operator.get(PATH).text
    first = page.partition('class="open-rule"')[2].partition('class="open-rule"')[0]
    assert "Spend reached" in first
    form = first.partition("</form>")[0]
    assert re.findall(r'type="radio" name="value" value="(\w+)"', form) == ["yes", "no", "unknown"]
    assert 'name="name" value="paid_bills_confirmed"' in form
    assert page.index("Spend reached") < page.index("14 met")


def test_no_control_of_the_page_is_a_free_text_for_a_fact(container, provisional, operator):
    free = [*re.findall(r'<input name="value"[^>]*>', operator.get(PATH).text)]
    assert free == []
    for name in ("payment", "safety_flag", "linked_at", "set_up_at"):
        assert '<input name="value"' not in operator.get(f"{PATH}/fact?name={name}").text
    assert operator.get(f"{PATH}/fact?name=height").status_code == 404
    assert operator.get(f"{PATH}/fact?name=override&rule=spend_reached").status_code == 404


def test_what_is_not_known_is_not_counted_as_not_met(provisional, operator):
    assert "1 of 15 rules not known" in text_of(operator.get(PATH).text)


def test_rules_that_are_open_for_several_reasons_are_counted_by_reason(operator, container):
    keep_store(container, country="DE")
    decide_store(container.database, SETTLED, "st_1")
    page = text_of(operator.get(PATH).text)
    assert re.search(r"15 rules: 1 not met, 1 not known, \d+ not met yet", page) or re.search(
        r"15 rules: 1 not met, \d+ not met yet", page
    )


def test_met_rules_and_all_evidence_are_folded(provisional, operator):
    page = operator.get(PATH).text
    assert re.findall(r'<details class="(?:met|evidence)"[^>]* open', page) == []
    assert "<summary>14 met</summary>" in page


def test_confirmed_is_no_answer_and_yes_is_saved_and_said_once(container, provisional, operator):
    told = {"name": "paid_bills_confirmed", "reason": "seen", "evidence": "bill 7"}
    wrong = operator.post(f"{PATH}/fact", do="preview", value="confirmed", **told)
    assert (wrong.status_code, "Choose one of the answers." in wrong.text) == (400, True)
    shown = operator.post(f"{PATH}/fact", do="preview", value="yes", **told)
    assert 'value="yes" required checked' in shown.text
    assert (
        operator.post(f"{PATH}/fact", do="record", value="yes", seen=seen(shown), **told).headers["Location"]
        == PATH
    )
    assert "Saved: Bills paid: yes." in operator.get(PATH).text
    assert "Saved:" not in operator.get(PATH).text


def test_a_moment_is_taken_in_the_readers_own_zone(container, operator):
    keep_all(container)
    (me,) = rows_of(container, Staff)
    choose_zone(container.database, SETTLED, me.id, "America/New_York")
    told = {"name": "linked_at", "value": "2025-10-31T10:05", "reason": "seen", "evidence": "mail 7"}
    shown = operator.post(f"{PATH}/fact", do="preview", **told)
    operator.post(f"{PATH}/fact", do="record", seen=seen(shown), **told)
    assert rows_of(container, Link)[0].linked_at.isoformat() == "2025-10-31T14:05:00+00:00"
    assert "Saved: Ad account linked: 31 Oct 2025, 10:05." in operator.get(PATH).text


def test_an_override_is_offered_at_the_rule_that_fails_and_taken_back_at_one_that_we_met(container, operator):
    keep_all(container)
    with container.database.writing() as session:
        session.execute(update(Store).values(country="FR"))
    decide_store(container.database, SETTLED, "st_1")
    first = operator.get(PATH).text.partition('class="open-rule"')[2].partition('class="open-rule"')[0]
    options = re.findall(r'name="value" value="([\w=]+)"', first)
    assert options == ["store_market=pass", "store_market=fail", "store_market=none"]
    told = {"name": "override", "value": "store_market=pass", "reason": "papers", "evidence": "mail"}
    record(container.database, SETTLED, store_id="st_1", actor="ann", **told)
    page = operator.get(PATH).text
    assert "15 met, 1 by our own answer" in page
    assert f'href="{PATH}/fact?name=override&amp;rule=store_market">Change our answer' in page


def test_a_viewer_reads_all_of_it_and_gets_no_form(container, provisional):
    page = Console(container, "viewer").get(PATH).text.partition("<main")[2].partition("</main>")[0]
    assert "Spend reached" in page
    assert "<form" not in page
    assert "Less common" not in page


# -- One message, the true one ---------------------------------------------------------------------


def test_a_lost_consent_is_the_only_message_and_nothing_tells_to_go_on_spending(container, lost):
    said = text_of(Console(container).get(PATH).text)
    assert said.count("The authorization to read your ad account was withdrawn.") == 2  # and in the letter
    for contradiction in ("Keep your campaign running", "a day, you reach", "more by December"):
        assert contradiction not in said


def test_ending_our_access_stands_apart_and_shows_first_what_it_does(container, operator):
    keep_all(container)
    decide_store(container.database, SETTLED, "st_1")
    page = operator.get(PATH).text
    assert "Give the consent back" not in page
    assert page.index("End our access to this ad account") > page.index("Less common")
    shown = operator.get(f"{PATH}/end-access")
    assert "rules › account linked" in shown.text
    assert rows_of(container, Link)[0].consent is True
    unseen = operator.post(f"{PATH}/end-access", reason="asked")
    assert (unseen.status_code, "not do what you were shown" in unseen.text) == (409, True)
    blank = operator.post(f"{PATH}/end-access", reason=" ", seen=seen(shown))
    assert (blank.status_code, "Write a reason" in blank.text) == (400, True)
    assert rows_of(container, Link)[0].consent is True


def test_every_store_of_one_consent_is_named_before_it_ends(container, operator):
    keep_all(container)
    keep_store(container, "st_2", name="Second store")
    keep_link(container, "st_2", "7002", token_encrypted=container.cipher.encrypt("token-of-7001"))
    keep_account(container, "7002")
    shown = text_of(operator.get(f"{PATH}/end-access").text)
    assert "One consent serves 2 stores." in shown
    assert "Second store" in shown


def test_without_a_consent_there_is_nothing_to_end(container, lost):
    answer = Console(container).get(f"{PATH}/end-access")
    assert (answer.status_code, "no consent that could be given back" in answer.text) == (409, True)


# -- The award, the dates, the message -------------------------------------------------------------


def test_a_blocked_awards_reason_for_staff_and_the_merchants_sentence_both_stand_there(container, operator):
    keep_all(container)
    decide_store(container.database, SETTLED, "st_1")
    (award,) = rows_of(container, Award)
    told = {"reason": "figures fell", "cause": "spend_restated", "actor": "ann"}
    block(container.database, SETTLED, award.id, **told)
    decide_store(container.database, SETTLED, "st_1")
    said = text_of(operator.get(PATH).text)
    assert "Our team has stopped your ad credit: TikTok corrected the spend that had earned it." in said
    assert "Blocked: figures fell" in said
    assert f'href="/admin/awards/{award.id}">Lift the block' in operator.get(PATH).text


def test_key_dates_are_those_of_the_status_document(container, operator, clock):
    clock.at = OPEN
    keep_all(container, spent="523.10")
    decide_store(container.database, OPEN, "st_1")
    dates = text_of(operator.get(PATH).text.partition('id="dates"')[2].partition("</section>")[0])
    for line in (
        "Ad account linked 31 Oct 2025, 10:05",
        "Spend period began 2 Nov 2025",
        "Spend period ends 1 Dec 2025 11 days left",
        "Last useful day 1 Dec 2025 for the next tier",
        "Credit by 8 Dec 2025 if nothing more is reached",
        "Credit expires 30 Jan 2026",
    ):
        assert line in dates, line


def letter(console, language="en"):
    page = console.get(f"{PATH}?letter={language}").text
    body = unescape(re.search(r"<code>(Hello|Hola|สวัสดี)(.*?)</code>", page, re.DOTALL)[0][6:-7])
    return body, page


def test_a_store_added_by_hand_is_sent_the_link_that_connects_it(container, lost):
    body, page = letter(Console(container))
    assert "The authorization to read your ad account was withdrawn." in body
    assert "Connect TikTok again, so that we can read your spend." in body
    assert f"Connect your store here: {BASE}/connect?shop=https://st-1.example/" in body
    mail = unescape(re.search(r'href="(mailto:[^"]+)"', page)[1])
    assert unquote(mail.partition("body=")[2]).replace("\r\n", "\n") == body
    assert unescape(re.search(r'data-copy="(Hello[^"]+)"', page)[1]) == body


@pytest.mark.parametrize(("language", "greeting"), [("es", "Hola:"), ("th", "สวัสดี"), ("xx", "Hello,")])
def test_the_message_speaks_the_merchants_language(container, lost, language, greeting):
    body, _ = letter(Console(container), language)
    assert body.startswith(greeting)
    assert ("withdrawn" in body) == (language == "xx")


# -- As the merchant sees it -----------------------------------------------------------------------


def sentences(document):
    yield from (document["headline"], document["next_step"], document["programme"]["title"])
    for part in ("rules", "troubles"):
        for one in document[part]:
            yield from (one["text"], one["next_step"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["provisional", "lost"])
def test_the_preview_says_what_the_api_tells_the_plugin_word_for_word(
    container, clock, request, case, language
):
    request.getfixturevalue(case)
    token = rotate_token(container.database, clock(), "st_1", actor="test")
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
    told = create_app(container=container).test_client().get("/api/v1/status", headers=headers).json
    shown = text_of(Console(container, "viewer").get(f"{PATH}/merchant-view?language={language}").text)
    missing = [one for one in sentences(told) if one and " ".join(one.split()) not in shown]
    assert missing == []


def test_the_preview_is_marked_and_writes_nothing(container, provisional):
    viewer, writes = Console(container, "viewer"), []
    viewer.get(PATH)

    def note(*told):
        if not told[2].lstrip().upper().startswith(("SELECT", "WITH", "PRAGMA", "BEGIN")):
            writes.append(told[2])

    event.listen(container.database.engine, "before_cursor_execute", note)
    assert "Preview, to read only." in viewer.get(f"{PATH}/merchant-view").text
    event.remove(container.database.engine, "before_cursor_execute", note)
    assert writes == []


def test_a_redeem_code_stays_masked_in_the_preview(container, operator):
    keep_all(container)
    decide_store(container.database, SETTLED, "st_1")
    (award,) = rows_of(container, Award)
    told = {"reference": "SECRET-CODE-9876", "delivered_as": "code", "actor": "ann"}
    issue(container.database, SETTLED, award.id, cipher=container.cipher, **told)
    page = operator.get(f"{PATH}/merchant-view").text
    assert "SECRET-CODE" not in page
    assert "••••9876" in page


def test_each_label_of_the_preview_is_one_of_the_plugins_and_is_translated():
    template = Path(merchant_view.__file__).parent / "templates" / "merchant_view.html"
    found = re.findall(r"""\bt\((?:'([^']+)'|"([^"]+)")\)""", template.read_text())
    labels = {single or double for single, double in found}
    for words in (merchant_view.OUTCOMES, merchant_view.ACTORS, merchant_view.AWARD_STATES):
        labels |= set(words.values())
    assert len(labels) > 35
    for language in ("es", "th"):
        assert [one for one in labels if plugin_words(one, language) == one] == []


# -- However long a store's life ---------------------------------------------------------------------


def test_the_page_asks_no_more_of_a_long_history(container, operator):
    keep_all(container)
    decide_store(container.database, SETTLED, "st_1")
    few = operator.questions(PATH)
    for n in range(30):
        fact = {"name": "paid_bills_confirmed", "value": ("yes", "no")[n % 2], "reason": "r", "evidence": "e"}
        record(container.database, SETTLED, store_id="st_1", actor="ann", **fact)
    keep_day(container, "650.00")
    assert operator.questions(PATH) == few


def test_a_store_added_by_hand_leads_to_its_secret_before_anything_is_wrong(operator, container):
    keep_all(container)
    path = f"{PATH}/secret"
    assert f'href="{path}"' in operator.get(PATH).text
    assert operator.get(path).status_code == 200
    assert f'href="{path}"' not in Console(container, "viewer").get(PATH).text
    with container.database.writing() as session:
        session.execute(update(Store).values(disconnected_at=SETTLED))
    assert f'href="{path}"' not in operator.get(PATH).text
