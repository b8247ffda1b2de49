"""`sandbox clock` and `sandbox faults`: in the sandbox they play, anywhere else they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import Result

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.sandbox.clock import mover
from receiver.sandbox.controls import Controls
from receiver.sandbox.fault_switches import ActiveFault
from receiver.sandbox.tiktok.faults import Fault
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.services.decisions.decide import decide_store
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.fakes import FrozenClock

REAL = datetime(2026, 1, 28, 12, 0, tzinfo=UTC)  # the programme is over on 31 January
COMMANDS = (
    ["clock"],
    ["clock", "+1d"],
    ["faults"],
    ["faults", "on", "timeout"],
    ["faults", "off", "--all"],
    ["shop-faults"],
    [],
    ["clock", "--json"],
    ["whatever", "--else", "-x"],
)


@pytest.fixture
def playing(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """A sandbox with a store that waits for its set-up until the programme is over."""
    monkeypatch.setattr("receiver.sandbox.clock.movable_clock.utc_now", FrozenClock(REAL))
    monkeypatch.setattr(mover, "CHECK_SECONDS", 0.01)
    container = build_container(make_settings(database_url=database_url, sandbox_folder=tmp_path))
    decide_store(container.at(REAL), keep_store(container, name="Example\n\x1b[31m store", set_up_at=None))
    yield container
    container.database.close()


@pytest.fixture
def controls(tmp_path: Path) -> Controls:
    return Controls(tmp_path)


@pytest.fixture
def served(playing: Container, controls: Controls) -> Iterator[Container]:
    """A sandbox with the process that moves its clock."""
    stopping = Event()
    process = Thread(target=mover.serve, args=(playing, controls, stopping))
    process.start()
    while not controls.moves.is_served():
        stopping.wait(0.01)
    yield playing
    stopping.set()
    process.join()


def run(container: Container, *words: str) -> Result:
    return create_app(container=container).test_cli_runner().invoke(args=["sandbox", *words])


@pytest.mark.parametrize("words", COMMANDS)
def test_any_other_installation_says_in_one_sentence_what_they_need(
    container: Container, words: list[str]
) -> None:
    answer = run(container, *words)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert (
        answer.stderr == "Error: `sandbox` commands need SANDBOX=yes: here time is real, and so is TikTok\n"
    )


def test_clock_shows_the_sandboxs_time(served: Container) -> None:
    run(served, "clock", "+12h")
    assert json.loads(run(served, "clock", "--json").stdout) == {
        "now": "2026-01-29T00:00:00Z",
        "ahead_seconds": 43200,
        "moving_to": None,
    }
    assert "2026-01-29T00:00:00Z" in run(served, "clock").stdout


def test_the_stores_whose_stage_changed_are_a_line_each_with_the_date(served: Container) -> None:
    answer = run(served, "clock", "+5d")
    assert answer.exit_code == 0, answer.stderr
    first, *rest = answer.stdout.splitlines()
    assert first == "2026-01-31  Example  [31m store: awaiting_setup -> programme_over"
    assert [line.split(":")[0] for line in rest] == ["now", "ahead_seconds", "moving_to"]


def test_the_same_in_json(served: Container) -> None:
    answer = json.loads(run(served, "clock", "+5d", "--json").stdout)
    (change,) = answer["changes"]
    assert answer["now"] == "2026-02-02T12:00:00Z"
    assert (change["store_id"], change["was"], change["now"]) == ("st_1", "awaiting_setup", "programme_over")


def test_where_the_sandbox_does_not_run_the_clock_stays(playing: Container) -> None:
    answer = run(playing, "clock", "+1d")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "make run" in answer.stderr
    assert playing.now() == REAL


def test_during_a_move_a_second_is_refused(playing: Container, controls: Controls) -> None:
    with controls.moves.serve():
        controls.moves.request(REAL, timedelta(days=30))
        answer = run(playing, "clock", "+1d")
    assert answer.exit_code == 1
    assert "being moved already" in answer.stderr


@pytest.mark.parametrize("by", ["1", "+1w", "+0d", "tomorrow", "+9999d"])
def test_what_is_no_step_is_wrong_use(playing: Container, by: str) -> None:
    answer = run(playing, "clock", by)
    assert answer.exit_code == 2
    assert "write +12h, +1d or +30d" in answer.stderr


def test_a_move_that_stops_on_its_way_is_told_as_failed(
    served: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mover, "every_minute", lambda _: 1 / 0)
    answer = run(served, "clock", "+2d")
    assert answer.exit_code == 1
    assert "the clock stopped on its way" in answer.stderr


def test_faults_are_listed_with_what_they_do_and_for_whom_they_are_on(playing: Container) -> None:
    run(playing, "faults", "on", "bad-gateway")
    rows = json.loads(run(playing, "faults", "on", "timeout", "--advertiser", "7001", "--json").stdout)
    assert {row["fault"]: row["on"] for row in rows if row["on"]} == {
        "bad-gateway": ["all"],
        "timeout": ["7001"],
    }
    assert json.loads(run(playing, "faults", "--json").stdout) == rows
    assert [row["fault"] for row in rows] == list(Fault)
    assert all(row["does"] and row["then"] for row in rows)


def test_a_fault_is_switched_off_by_its_name_its_account_or_all_at_once(
    playing: Container, controls: Controls
) -> None:
    faults = controls.faults
    for words in (["timeout"], ["timeout", "--advertiser", "7001"], ["garbled"]):
        assert run(playing, "faults", "on", *words).exit_code == 0
    run(playing, "faults", "off", "timeout", "--advertiser", "7001")
    assert faults.list_active() == [ActiveFault(Fault.GARBLED), ActiveFault(Fault.TIMEOUT)]
    run(playing, "faults", "off", "timeout")
    assert faults.list_active() == [ActiveFault(Fault.GARBLED)]
    run(playing, "faults", "off", "--all")
    assert faults.list_active() == []


@pytest.mark.parametrize("words", [["off"], ["off", "timeout", "--all"], ["on", "earthquake"]])
def test_wrong_use_of_a_switch(playing: Container, words: list[str]) -> None:
    assert run(playing, "faults", *words).exit_code == 2


def test_what_is_no_advertisers_id_is_refused(playing: Container) -> None:
    answer = run(playing, "faults", "on", "timeout", "--advertiser", "../x")
    assert (answer.exit_code, answer.stderr) == (1, "Error: advertiser: an advertiser's id is digits\n")


def test_a_shops_faults_are_switched_and_listed_likewise(playing: Container) -> None:
    run(playing, "shop-faults", "on", "maintenance")
    rows = json.loads(run(playing, "shop-faults", "on", "silent", "--shop", "tin-roof", "--json").stdout)
    assert [row["fault"] for row in rows] == list(ShopFault)
    assert {row["fault"]: row["on"] for row in rows if row["on"]} == {
        "maintenance": ["all"],
        "silent": ["tin-roof"],
    }
    assert all(row["does"] for row in rows)
    run(playing, "shop-faults", "off", "silent", "--shop", "tin-roof")
    run(playing, "shop-faults", "off", "maintenance")
    assert all(not row["on"] for row in json.loads(run(playing, "shop-faults", "--json").stdout))
    run(playing, "shop-faults", "on", "slow")
    run(playing, "shop-faults", "off", "--all")
    assert all(not row["on"] for row in json.loads(run(playing, "shop-faults", "--json").stdout))


def test_what_is_no_shops_id_is_refused(playing: Container) -> None:
    answer = run(playing, "shop-faults", "on", "slow", "--shop", "../x")
    assert (answer.exit_code, answer.stderr) == (1, "Error: shop: a shop's id is its key\n")
