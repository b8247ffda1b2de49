"""The open rules on a store's page: the one that stops an award first, each with its control."""

import re

from sqlalchemy import update

from receiver.services.decisions.decide import decide_store
from receiver.services.staff.account import choose_zone
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage.tables import Link, Staff, Store
from tests.db_factories import keep_all, keep_store, rows_of
from tests.factories import SETTLED
from tests.staff import Console, preview_token, text_of

PATH = "/admin/stores/st_1"


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
    decide_store(container.at(SETTLED), "st_1")
    page = text_of(operator.get(PATH).text)
    assert re.search(r"15 rules: 1 not met, 1 not known, \d+ not met yet", page) or re.search(
        r"15 rules: 1 not met, \d+ not met yet", page
    )


def test_met_rules_and_all_evidence_are_folded(provisional, operator):
    page = operator.get(PATH).text
    assert re.findall(r'<details class="(?:met|evidence)"[^>]* open', page) == []
    assert "<summary>14 met</summary>" in page


def test_confirmed_is_no_answer_and_yes_is_saved_and_said_once(container, provisional, operator):
    form = {"name": "paid_bills_confirmed", "reason": "seen", "evidence": "bill 7"}
    wrong = operator.post(f"{PATH}/fact", do="preview", value="confirmed", **form)
    assert (wrong.status_code, "Choose one of the answers." in wrong.text) == (400, True)
    preview = operator.post(f"{PATH}/fact", do="preview", value="yes", **form)
    assert 'value="yes" required checked' in preview.text
    answer = operator.post(f"{PATH}/fact", do="record", value="yes", seen=preview_token(preview), **form)
    assert answer.headers["Location"] == PATH
    assert "Saved: Bills paid: yes." in operator.get(PATH).text
    assert "Saved:" not in operator.get(PATH).text


def test_a_moment_is_taken_in_the_readers_own_zone(container, operator):
    keep_all(container)
    (me,) = rows_of(container, Staff)
    choose_zone(container.at(SETTLED), me.id, "America/New_York")
    form = {"name": "linked_at", "value": "2025-10-31T10:05", "reason": "seen", "evidence": "mail 7"}
    preview = operator.post(f"{PATH}/fact", do="preview", **form)
    operator.post(f"{PATH}/fact", do="record", seen=preview_token(preview), **form)
    assert rows_of(container, Link)[0].linked_at.isoformat() == "2025-10-31T14:05:00+00:00"
    assert "Saved: Ad account linked: 31 Oct 2025, 10:05." in operator.get(PATH).text


def test_an_override_is_offered_at_the_rule_that_fails_and_taken_back_at_one_that_we_met(container, operator):
    keep_all(container)
    with container.database.writing() as session:
        session.execute(update(Store).values(country="FR"))
    decide_store(container.at(SETTLED), "st_1")
    first = operator.get(PATH).text.partition('class="open-rule"')[2].partition('class="open-rule"')[0]
    options = re.findall(r'name="value" value="([\w=]+)"', first)
    assert options == ["store_market=pass", "store_market=fail", "store_market=none"]
    override = {"name": "override", "value": "store_market=pass", "reason": "papers", "evidence": "mail"}
    record_staff_fact(container.at(SETTLED), store_id="st_1", actor="ann", **override)
    page = operator.get(PATH).text
    assert "15 met, 1 by our own answer" in page
    assert f'href="{PATH}/fact?name=override&amp;rule=store_market">Change our answer' in page


def test_a_viewer_reads_all_of_it_and_gets_no_form(container, provisional):
    page = Console(container, "viewer").get(PATH).text.partition("<main")[2].partition("</main>")[0]
    assert "Spend reached" in page
    assert "<form" not in page
    assert "Less common" not in page


def test_a_lost_consent_is_the_only_message_and_nothing_tells_to_go_on_spending(container, consent_withdrawn):
    text = text_of(Console(container).get(PATH).text)
    assert text.count("The authorization to read your ad account was withdrawn.") == 2  # and in the letter
    for contradiction in ("Keep your campaign running", "a day, you reach", "more by December"):
        assert contradiction not in text
