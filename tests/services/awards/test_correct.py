"""A wrong reference is put right by an act that the audit keeps; a code stays one award's."""

import pytest

from receiver.errors import InputError, NotFound, Refused
from receiver.services.awards.code import show_code
from tests.award_fixtures import NOW
from tests.conftest import on_both_databases


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def code_of(awards):
    return show_code(awards.container.at(NOW), "aw_0", "ann")["code"]


@on_both_databases
def test_a_wrong_code_is_corrected_and_the_audit_says_which_it_was_and_why(awards):
    awards.issue("740000", as_="code")
    awards.correct("TTAD-7Q4M-2210", as_="code", reason="Excel made a number of it")
    assert (code_of(awards), awards.award().state) == ("TTAD-7Q4M-2210", "issued")
    entry = next(item for item in awards.audit_entries() if item.action == "award correct")
    assert entry.detail == {
        "wrong": "••••000",
        "wrong_as": "code",
        "reference": "••••2210",
        "as": "code",
        "reason": "Excel made a number of it",
    }


@on_both_databases
def test_a_repeated_correction_is_applied_once(awards):
    awards.issue("INV-1")
    awards.correct("INV-2")
    awards.correct("INV-2")
    assert [item.action for item in awards.audit_entries()] == ["award issue", "award correct"]


def test_a_code_that_was_none_is_forgotten_as_a_code(awards):
    awards.issue("TTAD-7Q4M-2210", as_="code")
    awards.correct("INV-2", as_="applied")
    award = awards.award()
    assert (award.reference, award.delivery, award.code_encrypted, award.code_hash) == (
        "INV-2",
        "applied",
        None,
        None,
    )
    awards.issue("TTAD-7Q4M-2210", award_id="aw_1", as_="code")  # it is free again


def test_the_code_of_another_award_is_no_correction(awards):
    awards.issue("TTAD-1", as_="code")
    awards.issue("TTAD-2", award_id="aw_1", as_="code")
    with pytest.raises(Refused, match="was given to award aw_1"):
        awards.correct("TTAD-2", as_="code")


@pytest.mark.parametrize("state", ["due", "blocked", "expired"])
def test_only_an_award_that_stands_issued_is_corrected(awards, state):
    awards.set_state(state)
    with pytest.raises(Refused, match=state):
        awards.correct()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"reference": "7,40E+18"}, InputError, "spreadsheet"),
        ({"reference": ""}, InputError, "reference"),
        ({"reason": " "}, InputError, "reason"),
        ({"as_": "cash"}, InputError, "as"),
        ({"award_id": "aw_9"}, NotFound, "aw_9"),
        ({"reference": "••••2210", "as_": "code"}, Refused, "write all of it"),
    ],
)
def test_what_cannot_be_a_correction_is_refused_by_name(awards, changes, error, message):
    awards.issue("INV-1")
    with pytest.raises(error, match=message):
        awards.correct(**changes)
    assert awards.award().reference == "INV-1"
