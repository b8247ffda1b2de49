"""A CSV of issued credits is checked as a whole, and kept as a whole or not at all."""

from itertools import pairwise

import pytest
from sqlalchemy import event

from receiver.domain.awards import AwardFilters
from receiver.errors import InputError
from receiver.services.awards import issue_file as files
from receiver.services.awards import issue_rows as rows
from receiver.services.awards.issue_file import issue_file, preview
from receiver.services.awards.listing import page_of_awards
from receiver.storage import tables
from tests.award_fixtures import NOW, AwardActions


@pytest.fixture
def database_kind():
    """What is sent to the database here, other tests send to both."""
    return "sqlite"


@pytest.mark.parametrize(
    "text",
    [
        "award,reference\naw_0,INV-0\naw_1,INV-1\n",
        "award,reference,as\naw_0,INV-0,applied\naw_1,INV-1,",
        "\ufeffaward;reference;as\r\naw_0;INV-0;applied\r\naw_1;INV-1;applied\r\n",
        "reference\taward\nINV-0\taw_0\n\nINV-1\taw_1\n",
        '"award","reference"\n"aw_0","INV-0"\n aw_1 , INV-1 \n',
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(container, text):
    awards = AwardActions(container, 2)
    assert awards.issue_from_file(text) == ["issued", "issued"]
    assert [awards.award(item).reference for item in awards.ids] == ["INV-0", "INV-1"]
    assert awards.issue_from_file(text) == ["already issued", "already issued"]
    assert len(awards.audit_entries()) == 2


def test_quotes_keep_what_stands_between_them(awards):
    awards.issue_from_file('award,reference\naw_0,"INV 1, ""the first"""')
    assert awards.award().reference == 'INV 1, "the first"'


BAD_ROWS = [
    ("aw_9,INV-2", "there is no award aw_9"),
    ("aw_1,INV-1", "award aw_1 is blocked; only one that is due can be issued"),
    ("TTAD-7Q4M-2210,aw_3,code", "award: must be an award's id, such as aw_…"),
    ("aw_2,INV-2", "award aw_2 was issued before: applied, reference INV-1"),
    ("aw_0,INV-1", "award aw_0 stands in line 2 already"),
    ("aw_0,INV-7", "award aw_0 stands in line 2 already"),
    ("aw_3", "has 1 cells where the first line has 3"),
    ("aw_3,INV-3,cash", "as: must be applied or code"),
    ('aw_3,"INV\n3",', "reference: must be a text of 1 to 500 characters on one line"),
    ("aw_3,CODE-1,code", "code ••••E-1 stands in line 3 already"),
]


@pytest.mark.parametrize(("bad", "problem"), BAD_ROWS)
def test_one_bad_row_names_its_line_and_nothing_is_issued(container, bad, problem):
    awards = AwardActions(container, 6)
    awards.issue("INV-1", "aw_2")
    with awards.database.writing() as session:
        session.get_one(tables.Award, "aw_1").state = "blocked"
    bad += "," * (2 - bad.count(",")) if bad != "aw_3" else ""
    text = f"award,reference,as\naw_0,INV-0,\naw_4,CODE-1,code\n\n{bad}\naw_5,INV-5,"
    planned = issue_file(awards.container.at(NOW), text, "ann")
    problems = [(item.row.line, item.problem) for item in planned if item.problem]
    assert problems == [(5, problem)]
    assert [item.outcome for item in planned] == ["not issued", "not issued", "refused", "not issued"]
    assert awards.award("aw_0").state == awards.award("aw_5").state == "due"
    assert preview(awards.container.at(NOW), text)[2].problem == problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the first line must name the columns"),
        ("aw_0,INV-0", "line 1: the first line must name"),
        ("award,reference,amount\naw_0,INV-0,5", "line 1: the first line must name"),
        ("award,reference,reference\naw_0,INV-0,INV-0", "line 1: the first line must name"),
        ("Award,Reference\naw_0,INV-0", "line 1: the first line must name"),
        ('award,reference\naw_0,INV-0\naw_1,"INV', "line 3: is no readable CSV"),
    ],
)
def test_a_file_nobody_can_read_is_refused_as_a_whole(awards, text, message):
    for read in (lambda: awards.issue_from_file(text), lambda: preview(awards.container.at(NOW), text)):
        with pytest.raises(InputError, match=message):
            read()
    assert awards.award().state == "due"


def test_a_preview_says_it_row_by_row_and_changes_nothing(container):
    awards = AwardActions(container, 3)
    awards.issue("INV-0", "aw_0")
    text = "award,reference\naw_0,INV-0\naw_1,INV-1\naw_9,INV-9"
    planned = preview(awards.container.at(NOW), text)
    assert [item.outcome for item in planned] == ["already issued", "would issue", "refused"]
    assert (awards.award("aw_1").state, len(awards.audit_entries())) == ("due", 1)


def test_a_row_with_a_blank_reference_is_skipped_whatever_else_it_says(container):
    awards = AwardActions(container, 3)
    text = "award,reference,as\naw_0,INV-0,\naw_1, ,code\naw_9,,\n"
    planned = preview(awards.container.at(NOW), text)
    assert [(item.outcome, item.skipped) for item in planned] == [
        ("would issue", None),
        *[("skipped", "it has no reference")] * 2,
    ]
    assert awards.issue_from_file(text) == ["issued", "skipped", "skipped"]
    assert [awards.award(item).state for item in awards.ids] == ["issued", "due", "due"]


def test_a_flag_that_doubts_the_credit_asks_for_its_own_confirmation(container):
    awards = AwardActions(container, 3)
    with awards.database.writing() as session:
        session.get_one(tables.Award, "aw_0").flags = ["spend_restated"]
        session.get_one(tables.Award, "aw_1").flags = ["decided_late"]  # which asks for haste
    text = "award,reference\naw_0,INV-0\naw_1,INV-1\naw_2,INV-2\n"
    assert awards.issue_from_file(text) == ["skipped", "issued", "issued"]
    planned = issue_file(awards.container.at(NOW), text, "ann", {"aw_0"})
    assert [item.outcome for item in planned] == ["issued", "already issued", "already issued"]


def test_a_row_tells_store_amount_and_account_of_its_award(container):
    awards = AwardActions(container, 2)
    first, missing = preview(awards.container.at(NOW), "award,reference\naw_1,INV-1\naw_7,INV-7")
    award = first.award
    assert (award.store, award.store_name, award.advertiser_id) == ("st_1", "n", "7000001")
    assert (award.credit, award.currency, missing.award) == ("500.00", "USD", None)


def test_what_fails_half_way_issues_nothing(container, monkeypatch):
    awards = AwardActions(container, 2)
    keep = files.record_issue

    def fails_at_the_second(session, now, award, *rest):
        keep(session, now, award, *rest)
        session.flush()
        if award.id == "aw_1":
            raise RuntimeError("the power went")

    monkeypatch.setattr(files, "record_issue", fails_at_the_second)
    with pytest.raises(RuntimeError, match="the power went"):
        awards.issue_from_file("award,reference\naw_0,INV-0\naw_1,INV-1")
    assert (awards.award("aw_0").state, awards.audit_entries()) == ("due", [])


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_ten_thousand_rows_are_one_file(container):
    awards = AwardActions(container, 10_000)
    text = "\n".join(["award,reference", *(f"{item},INV-{item}" for item in awards.ids)])
    assert set(awards.issue_from_file(text)) == {"issued"}
    assert {
        row["state"] for row in page_of_awards(awards.container.at(NOW), AwardFilters(), limit=0).rows
    } == {"issued"}
    assert len(awards.audit_entries()) == 10_000


def test_a_preview_asks_the_database_in_proportion_to_the_file(awards):
    statements = []
    event.listen(
        awards.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    counts = []
    for size in (500, 2_000, 8_000):
        statements.clear()
        preview(
            awards.container.at(NOW),
            "award,reference,as\n" + "".join(f"aw_x{n},C{n},code\n" for n in range(size)),
        )
        counts.append(len(statements))
    assert all(more <= 4 * less for less, more in pairwise(counts)), counts


def test_more_rows_than_anybody_reads_are_refused_after_the_first_too_many(awards, monkeypatch):
    read = []
    real = rows._row
    monkeypatch.setattr(rows, "_row", lambda *arguments: read.append(1) or real(*arguments))
    with pytest.raises(InputError, match="has more than 20000 rows"):
        preview(awards.container.at(NOW), "award,reference\n" + "x\n" * 100_000)
    assert len(read) == rows.MOST_ROWS + 1
