"""`deliveries replay` and `deliveries replays` on the command line."""

from __future__ import annotations

import getpass
import json
from typing import Any

import pytest
from click.testing import Result

from receiver.app import create_app
from receiver.cli import replays
from receiver.container import Container
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.replay import replay_next
from receiver.storage import heartbeats
from receiver.storage.tables import AuditEntry
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, keep, keep_one, linked, row, signal

WRONG = "arg.seq: must be a whole number, 1 or more"


class Desk:
    """A processed delivery, a dead one and an ignored one, and a terminal; time goes by while it waits."""

    def __init__(self, container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.container, self.clock, self.waits = container, clock, 0
        self.while_waiting = lambda: None
        self.runner = create_app(container=container).test_cli_runner()
        self.store_id = add_shop(container).id
        self.done = keep_one(container, self.store_id, linked(3))
        self.dead = keep_one(container, self.store_id, signal(seq="7"))
        self.ignored = keep(container, self.store_id, b'{"first_name":"Ann"}', topic="order.created")[0].id
        process_next(container.database, container.now())
        monkeypatch.setattr(replays, "_pause", self.wait)

    def wait(self, seconds: float) -> None:
        self.waits += 1
        assert self.waits < 1_000, "it waits for ever"
        self.clock.move(seconds=seconds)
        self.while_waiting()

    def beat(self) -> None:
        """A worker shows life."""
        with self.container.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, self.container.now())

    def __call__(self, *words: str) -> Result:
        return self.runner.invoke(args=["deliveries", *words])

    def json(self, *words: str, exit_code: int = 0) -> Any:
        result = self(*words, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(container, clock, monkeypatch)


def test_ids_are_replayed_told_and_audited(desk: Desk):
    told = desk.json("replay", str(desk.done), str(desk.dead), "--reason", "trying again")
    assert (told["state"], told["total"], told["done"]) == ("done", 2, 2)
    assert told["which"] == f"{desk.done} {desk.dead}"
    assert told["deliveries"] == [
        {"id": desk.done, "outcome": "processed", "error": None},
        {"id": desk.dead, "outcome": "dead", "error": WRONG},
    ]
    (_, attempt) = desk.json("show", str(desk.done))["attempts"]
    assert attempt["actor"] == f"cli:{getpass.getuser()}, replay {told['id']}: trying again"
    with desk.container.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="deliveries replay").count() == 1


def test_a_filter_is_replayed_and_counted(desk: Desk):
    told = desk.json("replay", "--store", desk.store_id, "--reason", "again")
    assert (told["state"], told["total"], told["which"]) == ("done", 2, f"--store {desk.store_id}")
    assert told["outcomes"] == [{"outcome": "dead", "count": 1}, {"outcome": "processed", "count": 1}]
    assert "deliveries" not in told


def test_one_that_is_left_out_is_told_and_the_others_go_on(desk: Desk):
    words = ("replay", str(desk.ignored), str(desk.done), "--reason", "again")
    told = desk.json(*words, exit_code=1)
    assert [item["outcome"] for item in told["deliveries"]] == ["processed", "left out"]
    assert desk(*words).stderr.startswith("Error: 1 of 2 left out: ")
    assert "its body was dropped" in desk(*words).stderr


def test_a_dry_run_counts_needs_no_reason_and_changes_nothing(desk: Desk):
    told = desk.json("replay", "--source", "woocommerce", "--dry-run")
    assert (told["matching"], told["to_replay"], told["changes_nothing"]) == (3, 2, 1)
    assert told["left_out"] == [{"why": "body dropped", "count": 1}]
    assert {"state": "dead", "count": 1} in told["by_state"]
    assert told["saved"] is False
    assert desk.json("replays") == []
    assert len(attempts(desk.container, desk.dead)) == 1
    assert "body dropped" in desk("replay", str(desk.ignored), "--dry-run").output


UNCLEAR = {
    "neither ids nor filter": ("replay", "--reason", "again"),
    "an empty search": ("replay", "--search", "", "--reason", "again"),
    "both": ("replay", "1", "--state", "dead", "--reason", "again"),
    "no reason": ("replay", "1"),
    "no rate": ("replay", "1", "--rate", "0", "--reason", "again"),
    "an unknown state": ("replay", "--state", "lost", "--reason", "again"),
}


@pytest.mark.parametrize("words", UNCLEAR.values(), ids=UNCLEAR)
def test_what_is_not_asked_for_plainly_is_wrong_use(desk: Desk, words: tuple[str, ...]):
    assert desk(*words).exit_code == 2
    assert desk.json("replays") == []


def test_a_blank_reason_is_refused(desk: Desk):
    assert desk("replay", str(desk.dead), "--reason", " ").exit_code == 1


# who does the work


def keep_dead(desk: Desk, count: int) -> None:
    for number in range(count):
        keep(desk.container, desk.store_id, b"[%d]" % number)
    process_next(desk.container.database, desk.container.now())


def test_without_a_worker_the_command_does_it_at_the_rate_asked_for(desk: Desk):
    keep_dead(desk, 5)
    began = desk.container.now()
    told = desk.json("replay", "--state", "dead", "--reason", "again", "--rate", "2")
    assert (told["state"], told["done"]) == ("done", 6)
    assert 2.5 <= (desk.container.now() - began).total_seconds() <= 3.0


def test_beside_a_worker_the_command_only_follows(desk: Desk):
    desk.beat()

    def work() -> None:
        if desk.waits == 3:
            assert row(desk.container, desk.dead).tries == 1
            assert len(attempts(desk.container, desk.dead)) == 1
            replay_next(desk.container.database, desk.container.now())

    desk.while_waiting = work
    told = desk.json("replay", str(desk.dead), "--reason", "again")
    assert (told["state"], desk.waits) == ("done", 3)


def test_progress_is_told_line_by_line_where_there_is_no_terminal(desk: Desk):
    keep_dead(desk, 19)
    said = desk("replay", "--state", "dead", "--reason", "again", "--rate", "2").stderr.splitlines()
    assert said == ["replay 1: 10 of 20 (10 dead)"]


def test_a_replay_can_be_left_to_the_worker_and_cancelled(desk: Desk):
    left = desk("replay", "--state", "dead", "--reason", "again", "--no-wait")
    assert left.exit_code == 0
    assert "once `flask --app wsgi worker` runs" in left.stderr
    (listed,) = desk.json("replays")
    assert (listed["state"], listed["done"], listed["total"]) == ("running", 0, 1)
    assert desk.json("replays", "--cancel", str(listed["id"]))["state"] == "cancelled"
    assert desk("replays", "--cancel", str(listed["id"])).stderr == (
        f"Error: replay {listed['id']} is cancelled: there is nothing left to cancel\n"
    )
    assert "--state dead" in desk("replays").output
    assert len(attempts(desk.container, desk.dead)) == 1


def test_ctrl_c_leaves_it_to_the_worker_and_says_how_to_go_on(desk: Desk):
    desk.beat()

    def ctrl_c() -> None:
        raise KeyboardInterrupt

    desk.while_waiting = ctrl_c
    left = desk("replay", "--state", "dead", "--reason", "again")
    assert left.exit_code == 0
    assert left.stderr == (
        "replay 1 is left to the worker; see it with `deliveries replays`, "
        "end it with `deliveries replays --cancel 1`\n"
    )
    assert desk.json("replays")[0]["state"] == "running"


def test_the_newest_replay_is_listed_first(desk: Desk):
    for reason in ("once", "twice"):
        desk("replay", str(desk.dead), "--reason", reason)
    assert [item["reason"] for item in desk.json("replays")] == ["twice", "once"]
    assert [item["reason"] for item in desk.json("replays", "--limit", "1")] == ["twice"]
