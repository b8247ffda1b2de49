"""The history of a store's decisions on the command line."""

import json

import pytest

from receiver.services.decisions.decide import decide_store
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_all
from tests.factories import OPEN, SETTLED


@pytest.fixture
def run(container):
    keep_all(container, spent="20.00")
    for moment in (OPEN, SETTLED):
        decide_store(container.at(moment), "st_1")
    return CommandRunner(container, "decisions")


def test_the_history_is_a_line_a_decision(run):
    head, newest, first = run("list", "st_1").stdout.splitlines()
    assert head.split() == ["id", "decided_at", "stage", "verdict", "changed"]
    assert newest.split(maxsplit=4)[2:] == [
        "ended",
        "ineligible",
        "stage, verdict, rules.spend_reached, window.state",
    ]
    assert first.split()[2:] == ["accumulating", "on_track", "-"]


def test_one_decision_is_shown_with_its_sentences_and_in_json_with_its_facts(run):
    newest = json.loads(run("list", "st_1", "--json").stdout)[0]["id"]
    output = run("show", str(newest)).stdout
    assert "stage                accumulating  ended" in output
    assert "Your spend period ended on December 1, 2025 with $20.00; $500.00 was needed." in output
    document = json.loads(run("show", str(newest), "--json").stdout)
    assert document["answer"]["stage"] == "ended"
    assert document["facts"]["store"]["id"] == "st_1"


def test_an_unknown_decision_is_one_line(run):
    result = run("show", "999")
    assert (result.exit_code, result.stderr) == (1, "Error: there is no decision 999\n")
