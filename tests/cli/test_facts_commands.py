"""Recording a fact on the command line, and seeing its effect first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select

from receiver.app import create_app
from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.storage import tables
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock


class Desk:
    """A store whose account is said to pay in a way nobody knows, and a terminal."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.runner = create_app(container=container).test_cli_runner()
        self.store = keep_all(container)
        self.set("payment", "unknown")

    def __call__(self, *words: str) -> Result:
        return self.runner.invoke(args=["facts", *words])

    def set(self, name: str, value: str, *words: str) -> dict[str, Any]:
        why = ("--reason", "told by the merchant", "--evidence", "ticket 7")
        result = self("set", self.store, name, value, *why, *words, "--json")
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    def rows(self) -> list[int]:
        kept = (tables.RecordedFact, tables.AuditEntry, tables.DecisionRow, tables.Award)
        with self.container.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in kept]


@pytest.fixture
def desk(container: Container, clock: FrozenClock) -> Desk:
    clock.at = SETTLED
    return Desk(container)


DUE = [
    {"what": "stage", "before": "held", "after": "due"},
    {"what": "verdict", "before": "unknown", "after": "qualified"},
    {"what": "rules.spend_reached", "before": "unknown", "after": "pass"},
]


def test_the_effect_is_shown_before_anything_is_kept(desk: Desk):
    before = desk.rows()
    shown = desk.set("payment", "manual", "--dry-run")
    assert (shown["stage"], shown["saved"]) == ("due", False)
    assert shown["effect"][:3] == DUE
    assert {"what": "award.credit", "before": None, "after": "500.00"} in shown["effect"]
    assert desk.rows() == before
    assert decide_store(desk.container.database, SETTLED, desk.store).stage == "held"


def test_what_is_kept_has_the_effect_that_was_shown(desk: Desk):
    shown = desk.set("payment", "manual", "--dry-run")
    assert desk.set("payment", "manual") == {**shown, "saved": True}
    assert desk.set("payment", "manual")["effect"] == []


def test_the_effect_reads_as_a_table(desk: Desk):
    why = ("--reason", "told", "--evidence", "ticket 7")
    told = desk("set", desk.store, "payment", "manual", *why, "--dry-run").stdout
    assert "rules.spend_reached  unknown  pass" in told
    assert "saved:    no" in told


def test_a_fact_that_changes_nothing_says_so(desk: Desk):
    assert desk.set("policy_violation", "no")["effect"] == []


def test_a_fact_can_be_called_unknown_again(desk: Desk):
    desk.set("payment", "manual")
    desk.set("policy_violation", "yes")
    again = desk.set("policy_violation", "unknown")
    assert {"what": "rules.good_standing", "before": "fail", "after": "unknown"} in again["effect"]


def test_an_override_can_be_taken_back(desk: Desk):
    desk.set("override", "store_market=fail")
    again = desk.set("override", "store_market=none")
    assert {"what": "rules.store_market", "before": "fail", "after": "pass"} in again["effect"]


def test_a_refused_fact_is_refused_in_a_dry_run_too(desk: Desk):
    why = ("--reason", "told", "--evidence", "ticket 7", "--dry-run")
    result = desk("set", desk.store, "override", "spend_reached=pass", *why)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "record the fact it rests on instead" in result.stderr
    assert (
        desk("set", "st_nobody", "payment", "manual", *why).stderr == "Error: there is no store st_nobody\n"
    )
