"""Everything that is audited is told in a sentence."""

import ast
import re
from pathlib import Path

import pytest

from receiver.documents.audit import PHRASES, detail_lines, phrase
from receiver.domain.audit import AuditAction

# Where the act follows from a move or a state, by tables of members.
TABLES = ("AUDITED[move]", "ENDED[state]")
RECEIVER = Path(__file__).parents[2] / "receiver"


def test_every_action_has_words_and_is_recorded_somewhere():
    files = [file for file in RECEIVER.rglob("*.py") if "documents" not in file.relative_to(RECEIVER).parts]
    members = {name for file in files for name in re.findall(r"AuditAction\.([A-Z_]+)", file.read_text())}
    assert {AuditAction[name] for name in members} == set(AuditAction) == set(PHRASES)


def test_an_action_is_recorded_by_its_member_and_never_by_a_text():
    for file in RECEIVER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                assert "AuditAction." in (action := ast.unparse(node.args[3])) or action in TABLES


def test_the_words_stand_around_the_subject():
    assert phrase("award issue") == ("issued award ", "")
    assert phrase("staff sign-in") == ("signed in", None)
    assert phrase("place given") == ("gave store ", " a place that became free")


def test_an_action_of_an_older_version_is_shown_as_it_is():
    assert phrase("stores rename") == ("stores rename: ", "")


@pytest.mark.parametrize(
    ("detail", "lines"),
    [
        ({"overlap_hours": 24}, [("overlap hours", "24")]),
        ({"changed": {"country": "GB", "currency": None}}, [("changed country", "GB")]),
        ({"ids": ["a", "b"], "admitted": False, "none": []}, [("ids", "a, b"), ("admitted", "no")]),
        ({"credit": "5000 USD", "code": "5000"}, [("credit", "$5,000.00"), ("code", "5000")]),
        ({"credit": "395.00 GBP"}, [("credit", "£395.00")]),
        (
            {"flags": "link_lost, consent_lost"},
            [
                (
                    "flags",
                    "The store links no ad account any more. "
                    "The consent is gone: its figures can no longer be read.",
                )
            ],
        ),
    ],
)
def test_a_detail_is_told_line_by_line(detail, lines):
    assert detail_lines(detail) == lines
