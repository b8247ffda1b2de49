"""`deliveries replay` and `deliveries replays` on the command line."""

from __future__ import annotations

import getpass

import pytest

from receiver.cli import replays
from receiver.container import Container
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.replay import replay_next
from receiver.storage import heartbeats
from receiver.storage.tables import AuditEntry
from tests.cli.conftest import CommandRunner
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, keep, keep_one, link_signal, row, signal

WRONG = "arg.seq: must be a whole number, 1 or more"


class ReplayCommands(CommandRunner):
    """The same three deliveries; the clock moves while a command waits."""

    def __init__(self, container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.waits = clock, 0
        self.while_waiting = lambda: None
        super().__init__(container, "deliveries")
        self.store_id = add_shop(container).id
        self.done = keep_one(container, self.store_id, link_signal(3))
        self.dead = keep_one(container, self.store_id, signal(seq="7"))
        self.ignored = keep(container, self.store_id, b'{"first_name":"Ann"}', topic="order.created")[0].id
        process_next(container)
        monkeypatch.setattr(replays, "_pause", self.wait)

    def wait(self, seconds: float) -> None:
        self.waits += 1
        assert self.waits < 1_000, "it waits for ever"
        self.clock.move(seconds=seconds)
        self.while_waiting()

    def beat(self) -> None:
        """Show that a worker lives."""
        with self.container.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, self.container.now())


@pytest.fixture
def commands(container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> ReplayCommands:
    return ReplayCommands(container, clock, monkeypatch)


def test_ids_are_replayed_told_and_audited(commands: ReplayCommands):
    replay = commands.json("replay", str(commands.done), str(commands.dead), "--reason", "trying again")
    assert (replay["state"], replay["total"], replay["done"]) == ("done", 2, 2)
    assert replay["which"] == f"{commands.done} {commands.dead}"
    assert replay["deliveries"] == [
        {"id": commands.done, "outcome": "processed", "error": None},
        {"id": commands.dead, "outcome": "dead", "error": WRONG},
    ]
    (_, attempt) = commands.json("show", str(commands.done))["attempts"]
    assert attempt["actor"] == f"cli:{getpass.getuser()}, replay {replay['id']}: trying again"
    with commands.container.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="deliveries replay").count() == 1


def test_a_filter_is_replayed_and_counted(commands: ReplayCommands):
    replay = commands.json("replay", "--store", commands.store_id, "--reason", "again")
    assert (replay["state"], replay["total"], replay["which"]) == ("done", 2, f"--store {commands.store_id}")
    assert replay["outcomes"] == [{"outcome": "dead", "count": 1}, {"outcome": "processed", "count": 1}]
    assert "deliveries" not in replay


def test_one_that_is_left_out_is_told_and_the_others_go_on(commands: ReplayCommands):
    words = ("replay", str(commands.ignored), str(commands.done), "--reason", "again")
    replay = commands.json(*words, exit_code=1)
    assert [item["outcome"] for item in replay["deliveries"]] == ["processed", "left out"]
    assert commands(*words).stderr.startswith("Error: 1 of 2 left out: ")
    assert "its body was dropped" in commands(*words).stderr


def test_a_dry_run_counts_needs_no_reason_and_changes_nothing(commands: ReplayCommands):
    preview = commands.json("replay", "--source", "woocommerce", "--dry-run")
    assert (preview["matching"], preview["to_replay"], preview["changes_nothing"]) == (3, 2, 1)
    assert preview["left_out"] == [{"why": "body dropped", "count": 1}]
    assert {"state": "dead", "count": 1} in preview["by_state"]
    assert preview["saved"] is False
    assert commands.json("replays") == []
    assert len(attempts(commands.container, commands.dead)) == 1
    assert "body dropped" in commands("replay", str(commands.ignored), "--dry-run").output


UNCLEAR = {
    "neither ids nor filter": ("replay", "--reason", "again"),
    "an empty search": ("replay", "--search", "", "--reason", "again"),
    "both": ("replay", "1", "--state", "dead", "--reason", "again"),
    "no reason": ("replay", "1"),
    "no rate": ("replay", "1", "--rate", "0", "--reason", "again"),
    "an unknown state": ("replay", "--state", "lost", "--reason", "again"),
}


@pytest.mark.parametrize("words", UNCLEAR.values(), ids=UNCLEAR)
def test_what_is_not_asked_for_plainly_is_wrong_use(commands: ReplayCommands, words: tuple[str, ...]):
    assert commands(*words).exit_code == 2
    assert commands.json("replays") == []


def test_a_blank_reason_is_refused(commands: ReplayCommands):
    assert commands("replay", str(commands.dead), "--reason", " ").exit_code == 1


# who does the work


def keep_dead(commands: ReplayCommands, count: int) -> None:
    for number in range(count):
        keep(commands.container, commands.store_id, b"[%d]" % number)
    process_next(commands.container)


def test_without_a_worker_the_command_does_it_at_the_rate_asked_for(commands: ReplayCommands):
    keep_dead(commands, 5)
    began = commands.container.now()
    replay = commands.json("replay", "--state", "dead", "--reason", "again", "--rate", "2")
    assert (replay["state"], replay["done"]) == ("done", 6)
    assert 2.5 <= (commands.container.now() - began).total_seconds() <= 3.0


def test_beside_a_worker_the_command_only_follows(commands: ReplayCommands):
    commands.beat()

    def work() -> None:
        if commands.waits == 3:
            assert row(commands.container, commands.dead).tries == 1
            assert len(attempts(commands.container, commands.dead)) == 1
            replay_next(commands.container)

    commands.while_waiting = work
    replay = commands.json("replay", str(commands.dead), "--reason", "again")
    assert (replay["state"], commands.waits) == ("done", 3)


def test_progress_is_told_line_by_line_where_there_is_no_terminal(commands: ReplayCommands):
    keep_dead(commands, 19)
    lines = commands("replay", "--state", "dead", "--reason", "again", "--rate", "2").stderr.splitlines()
    assert lines == ["replay 1: 10 of 20 (10 dead)"]


def test_a_replay_can_be_left_to_the_worker_and_cancelled(commands: ReplayCommands):
    result = commands("replay", "--state", "dead", "--reason", "again", "--no-wait")
    assert result.exit_code == 0
    assert "once `flask --app wsgi worker` runs" in result.stderr
    (replay,) = commands.json("replays")
    assert (replay["state"], replay["done"], replay["total"]) == ("running", 0, 1)
    assert commands.json("replays", "--cancel", str(replay["id"]))["state"] == "cancelled"
    assert commands("replays", "--cancel", str(replay["id"])).stderr == (
        f"Error: replay {replay['id']} is cancelled: there is nothing left to cancel\n"
    )
    assert "--state dead" in commands("replays").output
    assert len(attempts(commands.container, commands.dead)) == 1


def test_ctrl_c_leaves_it_to_the_worker_and_says_how_to_go_on(commands: ReplayCommands):
    commands.beat()

    def ctrl_c() -> None:
        raise KeyboardInterrupt

    commands.while_waiting = ctrl_c
    result = commands("replay", "--state", "dead", "--reason", "again")
    assert result.exit_code == 0
    assert result.stderr == (
        "replay 1 is left to the worker; see it with `deliveries replays`, "
        "end it with `deliveries replays --cancel 1`\n"
    )
    assert commands.json("replays")[0]["state"] == "running"


def test_the_newest_replay_is_listed_first(commands: ReplayCommands):
    for reason in ("once", "twice"):
        commands("replay", str(commands.dead), "--reason", reason)
    assert [item["reason"] for item in commands.json("replays")] == ["twice", "once"]
    assert [item["reason"] for item in commands.json("replays", "--limit", "1")] == ["twice"]
