"""`facts set` shows the effect of a fact before it records it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.storage import tables
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock


class FactCommands(CommandRunner):
    """The commands of a service with a store whose way of payment is recorded as unknown."""

    def __init__(self, container: Container) -> None:
        super().__init__(container, "facts")
        self.store = keep_all(container)
        self.set("payment", "unknown")

    def set(self, name: str, value: str, *words: str) -> dict[str, Any]:
        why = ("--reason", "told by the merchant", "--evidence", "ticket 7")
        result = self("set", self.store, name, value, *why, *words, "--json")
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    def rows(self) -> list[int]:
        counted_tables = (tables.RecordedFact, tables.AuditEntry, tables.DecisionRow, tables.Award)
        with self.container.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in counted_tables]


@pytest.fixture
def commands(container: Container, clock: FrozenClock) -> FactCommands:
    clock.at = SETTLED
    return FactCommands(container)


DUE = [
    {"what": "stage", "before": "held", "after": "due"},
    {"what": "verdict", "before": "unknown", "after": "qualified"},
    {"what": "rules.spend_reached", "before": "unknown", "after": "pass"},
]


def test_the_effect_is_shown_before_anything_is_kept(commands: FactCommands):
    before = commands.rows()
    preview = commands.set("payment", "manual", "--dry-run")
    assert (preview["stage"], preview["saved"]) == ("due", False)
    assert preview["effect"][:3] == DUE
    assert {"what": "award.credit", "before": None, "after": "500.00"} in preview["effect"]
    assert commands.rows() == before
    assert decide_store(commands.container.at(SETTLED), commands.store).stage == "held"


def test_what_is_kept_has_the_effect_that_was_shown(commands: FactCommands):
    preview = commands.set("payment", "manual", "--dry-run")
    assert commands.set("payment", "manual") == {**preview, "saved": True}
    assert commands.set("payment", "manual")["effect"] == []


def test_the_effect_reads_as_a_table(commands: FactCommands):
    why = ("--reason", "told", "--evidence", "ticket 7")
    output = commands("set", commands.store, "payment", "manual", *why, "--dry-run").stdout
    assert "rules.spend_reached  unknown  pass" in output
    assert "saved:    no" in output


def test_a_fact_that_changes_nothing_says_so(commands: FactCommands):
    assert commands.set("policy_violation", "no")["effect"] == []


def test_a_fact_can_be_called_unknown_again(commands: FactCommands):
    commands.set("payment", "manual")
    commands.set("policy_violation", "yes")
    again = commands.set("policy_violation", "unknown")
    assert {"what": "rules.good_standing", "before": "fail", "after": "unknown"} in again["effect"]


def test_an_override_can_be_taken_back(commands: FactCommands):
    commands.set("override", "store_market=fail")
    again = commands.set("override", "store_market=none")
    assert {"what": "rules.store_market", "before": "fail", "after": "pass"} in again["effect"]


def test_a_refused_fact_is_refused_in_a_dry_run_too(commands: FactCommands):
    why = ("--reason", "told", "--evidence", "ticket 7", "--dry-run")
    result = commands("set", commands.store, "override", "spend_reached=pass", *why)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "record the fact it rests on instead" in result.stderr
    assert (
        commands("set", "st_nobody", "payment", "manual", *why).stderr
        == "Error: there is no store st_nobody\n"
    )
