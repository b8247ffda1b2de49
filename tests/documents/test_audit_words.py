"""Everything that is audited is told in a sentence."""

import ast
from pathlib import Path

import pytest

from receiver.documents.audit import PHRASES, detail_lines, phrase
from receiver.domain.awards import AwardMove
from receiver.domain.replays import ReplayState

RECEIVER = Path(__file__).parents[2] / "receiver"
ENDED = [state for state in ReplayState if state is not ReplayState.RUNNING]
SPELT_OUT = {"award ": list(AwardMove), "replay ": ENDED}  # what an f-string's values are


def audited_actions():
    for file in RECEIVER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield from actions_in(node.args[3])


def actions_in(argument):
    if isinstance(argument, ast.JoinedStr):
        start = argument.values[0].value
        return [f"{start}{value}" for value in SPELT_OUT[start]]
    return [argument.value]


def test_every_action_has_words_and_no_words_are_left_over():
    assert set(audited_actions()) == set(PHRASES)


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
        ({"flags": ["a", "b"], "admitted": False, "none": []}, [("flags", "a, b"), ("admitted", "no")]),
    ],
)
def test_a_detail_is_told_line_by_line(detail, lines):
    assert detail_lines(detail) == lines
