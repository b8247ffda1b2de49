"""What spreadsheets do to the list of awards is read, or refused in words that help."""

from decimal import Decimal

import pytest

from receiver.domain.awards import AwardFilters
from receiver.errors import InputError
from receiver.services.awards.export import export_awards
from receiver.services.awards.issue_file import preview
from receiver.services.awards.spreadsheet import decode, protect, same_amount, unprotect
from receiver.storage import tables
from tests.award_fixtures import NOW
from tests.conftest import on_both_databases

TEXT = "award,reference,store_name\naw_0,Überweisung-1,Café\n"
PLAIN = "award,reference\naw_0,INV-0\n"


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_the_encodings_of_spreadsheets_are_read(encoding):
    assert decode(TEXT.encode(encoding)) == TEXT


def test_utf_16_of_the_other_order_is_read():
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT


@pytest.mark.parametrize("body", [b"PK\x03\x04\x14\xff", b"\xff\xfea", b"award\x81", b"a\xff\0b"])
def test_what_is_no_csv_is_refused_with_what_to_save(body):
    with pytest.raises(InputError, match="save it as CSV UTF-8"):
        decode(body)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\naward;reference\r\naw_0;INV-0\r\n",
        '"sep=;"\naward;reference\naw_0;INV-0\n',
        "sep=|\naward|reference\naw_0|INV-0\n",
        "award,reference,,\naw_0,INV-0,,\n",
        "award;reference;;\naw_0;INV-0\n",
        "award,reference\naw_0,INV-0,,\n,,,\n",
        "award\treference\t\naw_0\tINV-0\t\n",
    ],
)
def test_separators_of_spreadsheets_are_read(awards, text):
    assert awards.issue_from_file(text) == ["issued"]
    assert awards.award().reference == "INV-0"


def test_a_problem_below_a_named_separator_has_its_line(awards):
    rows = preview(awards.container.at(NOW), "sep=;\naward;reference\naw_9;INV-0\n")
    assert [(row.row.line, row.problem) for row in rows] == [(3, "there is no award aw_9")]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("7.40E+18", "a number that a spreadsheet shortened"),
        ('"7,40E+18"', "a number that a spreadsheet shortened"),
        ("1e5", "a number that a spreadsheet shortened"),
        ("########", "an error or a formula"),
        ("#NAME?", "an error or a formula"),
        ("#N/A", "an error or a formula"),
        ("=A1", "an error or a formula"),
    ],
)
def test_a_reference_that_a_spreadsheet_spoilt_is_not_issued(awards, cell, problem):
    for delivered_as in ("code", "applied"):
        (row,) = preview(awards.container.at(NOW), f"award,reference,as\naw_0,{cell},{delivered_as}\n")
        assert problem in row.problem
        assert "format the column as text" in row.problem


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("advertiser_id", "7.40E+18"),
        ("advertiser_id", "7400000000000000000"),
        ("store", "st_other"),
        ("currency", "GBP"),
        ("credit", "5"),
        ("credit", "a"),
    ],
)
def test_a_row_that_contradicts_its_award_is_not_issued(awards, column, cell):
    text = f"award,reference,{column}\naw_0,INV-0,{cell}\n"
    (row,) = preview(awards.container.at(NOW), text)
    assert row.problem.startswith(f"{column}: {cell} is not the award's ")


@pytest.mark.parametrize("cell", ["500", "500.00", "500,0", "500,00"])
def test_an_amount_is_the_same_however_a_spreadsheet_writes_it(cell):
    assert same_amount(cell, Decimal("500.00"))


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", " x", "＝1", "7400000000000000101"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_is_a_formula_and_each_comes_back_as_it_was(text):
    assert protect(text) == f"'{text}"
    assert unprotect(protect(text)) == text


@pytest.mark.parametrize("text", ["", "INV-0", "'tis", "2025-12-08", "500.00", "aw_0"])
def test_other_cells_are_left_alone(text):
    assert protect(text) == unprotect(text) == text


@on_both_databases
def test_an_export_that_was_filled_in_is_read_back_whatever_a_shop_is_called(awards):
    with awards.database.writing() as session:
        award = session.get_one(tables.Award, "aw_0")
        session.get_one(tables.Store, award.store_id).name = ' =HYPERLINK("https://evil.example")'
    exported = export_awards(awards.container.at(NOW), AwardFilters())
    assert "' =HYPERLINK" in exported
    filled = "\n".join(
        line
        if number == 0
        else line.replace(",,", f",INV-{number},applied", 1).replace(",applied,", ",applied,")
        for number, line in enumerate(exported.splitlines())
    )
    assert awards.issue_from_file(filled) == ["issued", "issued"]
