"""Awards in the console: listed by date, changed by operators, exported and read back."""

import csv
import io
import re
from datetime import date

import pytest
from sqlalchemy import update

from receiver.errors import StorageUnavailable
from receiver.paging import Page
from receiver.storage.tables import Award, Store
from tests.award_fixtures import NOW, AwardActions
from tests.staff import Console, preview_token

OPERATOR = "operator@staff.example"


@pytest.fixture
def awards(container, clock):
    """Three due awards: the first overdue, the second flagged."""
    clock.at = NOW
    actions = AwardActions(container, 3)
    with container.database.writing() as session:
        session.get(Award, "aw_0").due_by = date(2025, 12, 1)
        session.get(Award, "aw_1").flags = ["spend_restated", "rule_failed:store_market"]
        session.get(Award, "aw_2").currency = "GBP"
        session.get(Store, "st_2").name = "=cmd|'/C calc'!A0"
    return actions


@pytest.fixture
def operator(awards, container):
    return Console(container)


def award_ids_on(console, query=""):
    """Return the ids of the awards on a page of the list, in its order."""
    return re.findall(r'href="/admin/awards/(aw_\d+)"', console.get(f"/admin/awards{query}").text)


def test_what_is_due_stands_by_date_and_the_overdue_says_so(operator):
    page = operator.get("/admin/awards").text
    assert award_ids_on(operator) == ["aw_0", "aw_1", "aw_2"]
    assert page.count(">overdue</span>") == 1
    assert "£500.00" in page
    assert "TikTok restated the spend" in page


@pytest.mark.parametrize(
    ("query", "award_ids"),
    [
        ("?due_before=2025-12-05", ["aw_0"]),
        ("?overdue=any", ["aw_0"]),
        ("?flags=any", ["aw_1"]),
        ("?due_soon=any", ["aw_1", "aw_2"]),
        ("?text=7000002", ["aw_2"]),
        ("?text=calc", ["aw_2"]),
        ("?state=issued", []),
        ("?state=any&programme=another", []),
        ("?state=any&programme=woocommerce-2025&due_before=2025-12-09", ["aw_0", "aw_1", "aw_2"]),
        ("?after=aw_1", ["aw_2"]),
    ],
)
def test_filters_stand_in_the_address(operator, query, award_ids):
    assert award_ids_on(operator, query) == award_ids


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("state=sold", "state: must be one of due"),
        ("due_before=soon", "due_before: must be a date"),
        ("after=aw_9", "after: there is no award aw_9"),
        ("flags=red", "flags: must be any"),
        ("overdue=no", "overdue: must be any"),
        ("due_soon=3", "due_soon: must be any"),
    ],
)
def test_a_filter_that_cannot_be_is_named(operator, query, message):
    answer = operator.get(f"/admin/awards?{query}")
    assert (answer.status_code, message in answer.text) == (400, True)


def record(console, checked, *flagged, path="/admin/awards/file"):
    """Record what a check showed, with the ticks of these flagged awards."""
    encrypted = re.search('name="checked" value="([^"]+)"', checked.text)[1]
    return console.post(
        path, do="record", checked=encrypted, seen=preview_token(checked), although_flagged=list(flagged)
    )


def operator_actions(awards):
    """Return the actions that the operator did on the first award."""
    by_hand = [entry for entry in awards.audit_entries() if entry.actor == OPERATOR]
    return [entry.action for entry in by_hand if entry.subject == "aw_0"]


def test_an_award_goes_through_its_life_and_the_page_tells_it(operator, awards):
    assert (
        operator.post("/admin/awards/aw_0/issue", reference="INV-1", **{"as": "applied"}).status_code == 302
    )
    form = {"reason": "asked by the bank", "cause": "other"}
    assert operator.post("/admin/awards/aw_0/block", **form).status_code == 302
    assert operator.post("/admin/awards/aw_0/lift", reason="the bank agrees").status_code == 302
    assert operator.post("/admin/awards/aw_0/credited", evidence="seen in the ledger").status_code == 302
    assert operator_actions(awards) == ["award issue", "award block", "award lift", "award credit"]
    page = operator.get("/admin/awards/aw_0").text
    assert all(words in page for words in ("asked by the bank", "the bank agrees", "seen in the ledger"))


def test_a_block_says_what_the_merchant_is_told_or_is_none(operator, awards):
    form = {"reason": "a wrong figure", "cause": ""}
    answer = operator.post("/admin/awards/aw_0/block", **form)
    assert (answer.status_code, "cause: must be one of" in answer.text) == (400, True)
    assert 'value="a wrong figure"' in answer.text
    operator.post("/admin/awards/aw_0/block", **{**form, "cause": "spend_restated"})
    assert awards.award().block_cause == "spend_restated"
    page = operator.get("/admin/awards/aw_0").text
    assert "The merchant is told: TikTok corrected the spend that earned it." in page


def test_a_second_submit_changes_nothing(operator, awards):
    for _ in range(2):
        operator.post("/admin/awards/aw_0/issue", reference="INV-1", **{"as": "applied"})
    assert operator_actions(awards) == ["award issue"]


def test_a_refusal_is_shown_and_what_was_written_stays(operator, awards):
    operator.post("/admin/awards/aw_0/issue", reference="INV-1", **{"as": "applied"})
    answer = operator.post("/admin/awards/aw_0/issue", reference="INV-2", **{"as": "applied"})
    assert answer.status_code == 409
    assert "was issued before: applied, reference INV-1" in answer.text
    blank = operator.post("/admin/awards/aw_1/issue", reference=" ", **{"as": "code"})
    assert (blank.status_code, "reference: must be" in blank.text) == (400, True)
    assert awards.award("aw_1").state == "due"


def test_a_viewer_reads_and_moves_nothing(container, awards):
    viewer = Console(container, "viewer")
    page = viewer.get("/admin/awards/aw_0").text
    assert "<button>Record as issued" not in page
    assert 'name="reference' not in viewer.get("/admin/awards").text
    for path in ("aw_0/issue", "aw_0/credited", "aw_0/block", "aw_0/lift", "file", "issue"):
        assert viewer.post(f"/admin/awards/{path}", reference="x", reason="x").status_code == 403
    assert awards.award().state == "due"


def test_an_exported_list_that_was_filled_in_comes_back(operator, awards):
    answer = operator.get("/admin/awards/export.csv?due_before=2025-12-09")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="awards-2025-12-05.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["award"], row["credit"], row["currency"]) for row in rows] == [
        ("aw_0", "500.00", "USD"),
        ("aw_1", "500.00", "USD"),
        ("aw_2", "500.00", "GBP"),
    ]
    assert rows[2]["store_name"] == "'=cmd|'/C calc'!A0"
    text = (
        answer.text.replace("aw_0,,", "aw_0,T-0,")
        .replace("aw_1,,", "aw_1,T-1,")
        .replace("aw_2,,", "aw_2,T-2,")
    )
    checked = operator.post("/admin/awards/file", text=text, do="check")
    assert "2 awards will be recorded as issued: £500.00 and $500.00" in checked.text
    assert "1 flagged award is left out unless ticked" in checked.text
    assert awards.award().state == "due"
    assert "3 awards are recorded" in record(operator, checked, "aw_1").text
    assert [awards.award(item).reference for item in awards.ids] == ["T-0", "T-1", "T-2"]


def test_of_an_uploaded_file_with_a_bad_row_nothing_is_kept(operator, awards):
    upload = (io.BytesIO(b"award;reference\naw_0;T-0\naw_9;T-9\n"), "issued.csv")
    answer = operator.post("/admin/awards/file", file=upload)
    assert "1 of 2 rows cannot be recorded" in answer.text
    assert "there is no award aw_9" in answer.text
    assert awards.award().state == "due"


def test_a_file_that_is_no_csv_is_refused_with_a_sentence(operator):
    upload = (io.BytesIO(b"\xff\xfe\x00"), "issued.csv")
    answer = operator.post("/admin/awards/file", file=upload, do="check")
    assert (answer.status_code, "save it as CSV UTF-8" in answer.text) == (400, True)


def test_an_empty_list_says_what_to_expect(operator, container):
    with container.database.writing() as session:
        session.execute(update(Award).values(state="issued"))
    assert "No credit waits to be issued" in operator.get("/admin/awards").text


def test_a_file_of_very_many_rows_is_shown_in_part_and_its_problems_first(container):
    lines = [*(f"aw_x{number},INV-{number}" for number in range(1_000)), "aw_0,INV-0"]
    page = Console(container).post("/admin/awards/file", text="\n".join(["award,reference", *lines])).text
    assert (page.count('<td data-label="Line">'), "And 501 rows more, some of them" in page) == (500, True)


def list_form(**references):
    """Build the form of the list: every award selected, with these references."""
    fields = {f"reference:{award_id}": text for award_id, text in references.items()}
    return {"award": ["aw_0", "aw_1", "aw_2"], **fields}


def test_what_is_typed_beside_due_awards_is_shown_and_recorded_once_confirmed(operator, awards):
    checked = operator.post("/admin/awards/issue", **list_form(aw_0="T-0", aw_1="T-1", aw_2=" "))
    for words in ("$500.00", "7000000", "T-0", "TikTok restated the spend", "1 selected award without"):
        assert words in checked.text, words
    assert "T-2" not in checked.text
    assert operator_actions(awards) == []
    answer = record(operator, checked, path="/admin/awards/issue")
    assert "1 award is recorded as issued: $500.00" in answer.text
    assert "1 row was skipped" in answer.text
    assert [awards.award(item).reference for item in awards.ids] == ["T-0", None, None]
    record(operator, checked, "aw_1", path="/admin/awards/issue")
    assert awards.award("aw_1").reference is None  # what was shown was another thing


def test_a_flagged_award_is_recorded_with_a_tick_of_its_own(operator, awards):
    checked = operator.post("/admin/awards/issue", **list_form(aw_1="T-1"))
    assert "No award will be recorded" in checked.text
    record(operator, checked, "aw_1", path="/admin/awards/issue")
    assert awards.award("aw_1").state == "issued"
    alone = operator.post("/admin/awards/aw_1/correct", reference="T-9", reason="typo", **{"as": "applied"})
    assert (alone.status_code, awards.award("aw_1").reference) == (302, "T-9")


def test_on_its_own_page_a_flagged_award_asks_for_the_tick_too(operator, awards):
    form = {"reference": "T-1", "as": "applied"}
    refused = operator.post("/admin/awards/aw_1/issue", **form)
    assert (refused.status_code, "is flagged: confirm" in refused.text) == (409, True)
    assert operator.post("/admin/awards/aw_1/issue", although_flagged="yes", **form).status_code == 302
    assert awards.award("aw_1").state == "issued"


def test_what_changed_since_it_was_checked_is_shown_again_and_not_recorded(operator, awards, container):
    checked = operator.post("/admin/awards/issue", **list_form(aw_0="T-0"))
    with container.database.writing() as session:
        session.get(Award, "aw_0").flags = ["link_lost"]
    again = record(operator, checked, path="/admin/awards/issue")
    assert (again.status_code, "links no ad account" in again.text) == (409, True)
    assert awards.award().state == "due"
    forged = operator.post("/admin/awards/issue", do="record", checked="x", seen="x")
    assert (forged.status_code, "check it again" in forged.text) == (400, True)


def test_of_a_list_with_a_wrong_reference_nothing_is_recorded_and_the_rest_stays_typed(operator, awards):
    answer = operator.post("/admin/awards/issue", **list_form(aw_0="T-0", aw_2="7.4E+18"))
    assert answer.status_code == 400
    assert "a number that a spreadsheet shortened" in answer.text
    assert 'value="T-0"' in answer.text
    assert awards.award().state == "due"


def test_a_code_typed_into_the_list_comes_back_to_no_page(operator, awards):
    form = {**list_form(aw_0="TTAD-7Q4M-2210", aw_2="7.4E+18"), "as:aw_0": "code"}
    assert "TTAD-7Q4M" not in operator.post("/admin/awards/issue", **form).text
    checked = operator.post("/admin/awards/issue", **{**form, "reference:aw_2": ""})
    assert ("TTAD-7Q4M" in checked.text, "••••2210" in checked.text) == (False, True)
    encrypted = re.search('name="checked" value="([^"]+)"', checked.text)[1]
    assert "TTAD-7Q4M" not in operator.post("/admin/awards/issue", do="change", checked=encrypted).text


def test_unticked_awards_and_empty_forms_record_nothing(operator, awards):
    only = operator.post("/admin/awards/issue", **{**list_form(aw_0="T-0", aw_2="T-2"), "award": ["aw_2"]})
    assert ("T-2" in only.text, "T-0" in only.text) == (True, False)
    assert "Type the reference of at least one" in operator.post("/admin/awards/issue", **list_form()).text
    assert operator.get("/admin/awards/issue?state=due").headers["Location"] == "/admin/awards?state=due"


def test_a_blank_reference_in_a_file_skips_its_row_and_is_told(operator, awards):
    checked = operator.post("/admin/awards/file", text="award,reference\naw_0,T-0\naw_2,\n")
    assert "1 row without a reference will be skipped" in checked.text
    assert "it has no reference" in checked.text
    record(operator, checked)
    assert [awards.award(item).state for item in ("aw_0", "aw_2")] == ["issued", "due"]


def test_an_export_that_cannot_be_made_whole_is_no_file(operator, monkeypatch):
    assert operator.get(f"/admin/awards/export.csv?programme={'x' * 300}").status_code == 400

    def broken(*_args, after, **_kwargs):
        if after is not None:
            raise StorageUnavailable("gone")
        return Page([], next="1")

    monkeypatch.setattr("receiver.services.awards.export.page_of_awards", broken)
    assert operator.get("/admin/awards/export.csv").status_code == 503
