"""The output of commands, and their errors."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from receiver.cli import load_commands
from receiver.cli.groups import Commands
from receiver.cli.options import TIME, actor
from receiver.cli.output import cell, json_option, print_one, print_rows, table
from receiver.errors import NotFound
from receiver.paging import LARGEST_ID

ROWS = [
    {"id": 1, "name": "Café", "at": datetime(2025, 11, 20, 13, tzinfo=timezone(timedelta(hours=1)))},
    {"id": 22, "name": None, "at": date(2025, 11, 2)},
]


@click.group(cls=Commands)
def things() -> None:
    """Print, fail or say nothing."""


@things.command("list")
@json_option
def list_things(as_json: bool) -> None:
    print_rows(ROWS, as_json, ["id", "name"])


@things.command()
@json_option
def nothing(as_json: bool) -> None:
    print_rows([], as_json)


@things.command()
@json_option
def show(as_json: bool) -> None:
    print_one({"id": 1, "sum": Decimal("499.990"), "yes": True, "parts": ROWS}, as_json)


@things.command()
def lose() -> None:
    raise NotFound("there is no thing\n of that \x1b[31mname")


@things.command()
def fill() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def run(*words: str) -> tuple[int, str, str]:
    app = Flask("try")
    app.cli.add_command(things)
    result = app.test_cli_runner().invoke(args=["things", *words])
    return result.exit_code, result.stdout, result.stderr


def test_a_table_has_aligned_columns():
    assert run("list") == (0, "id  name\n1   Café\n22  -\n", "")


def test_json_has_whole_rows_in_plain_ascii_and_times_in_utc():
    code, out, _ = run("list", "--json")
    assert (code, out.isascii()) == (0, True)
    assert json.loads(out) == [
        {"id": 1, "name": "Café", "at": "2025-11-20T12:00:00Z"},
        {"id": 22, "name": None, "at": "2025-11-02"},
    ]


def test_nothing_is_said_as_nothing():
    assert run("nothing") == (0, "none\n", "")
    assert run("nothing", "--json") == (0, "[]\n", "")


def test_one_thing_is_a_line_a_field_with_its_lists_below():
    assert run("show")[1] == (
        "id:    1\nsum:   499.990\nyes:   yes\n"
        "parts:\n  id  name  at\n  1   Café  2025-11-20T12:00:00Z\n  22  -     2025-11-02\n"
    )
    assert json.loads(run("show", "--json")[1])["sum"] == "499.990"


def test_trouble_is_one_line_on_stderr_and_exit_code_1():
    assert run("lose") == (1, "", "Error: there is no thing  of that  [31mname\n")


def test_wrong_use_is_exit_code_2():
    assert run("list", "--no-such")[0] == 2
    assert run("no-such")[0] == 2


def test_no_sender_steers_a_terminal():
    assert cell("a\x1b[2J\r\nb\u202ec") == "a [2J  b c"
    assert table([{"a": "x\ny"}], ["a"]) == "a\nx y"


@pytest.mark.parametrize("empty", [None, "", "  ", [], ()])
def test_what_is_empty_is_shown_as_a_dash(empty: object):
    assert cell(empty) == "-"


TIMES = {
    "2025-11-20T12:00:00Z": datetime(2025, 11, 20, 12, tzinfo=UTC),
    "2025-11-20T12:00:00+02:00": datetime(2025, 11, 20, 10, tzinfo=UTC),
    "2025-11-20": datetime(2025, 11, 20, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "moment"), TIMES.items())
def test_a_time_is_read_in_utc(text: str, moment: datetime):
    assert TIME.convert(text, None, None) == moment


@pytest.mark.parametrize("text", ["", "now", "2025-11-20T12:00:00", "2025-13-01", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_is_wrong_use(text: str):
    @click.command()
    @click.option("--at", type=TIME)
    def command(at: datetime | None) -> None:
        raise AssertionError(at)

    assert CliRunner().invoke(command, ["--at", text]).exit_code == 2


def test_the_actor_is_whoever_types(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOGNAME", "ann")
    assert actor() == "cli:ann"


def test_a_user_without_a_name_is_known_by_number(monkeypatch: pytest.MonkeyPatch):
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert actor().removeprefix("cli:").isdigit()


def test_an_answer_that_cannot_be_written_is_trouble_in_one_line():
    code, _, message = run("fill")
    assert (code, message) == (1, "Error: [Errno 28] No space left on device\n")


def numbers_in(commands: Iterable[click.Command]) -> Iterator[tuple[str | None, click.Parameter]]:
    for command in commands:
        if isinstance(command, click.Group):
            yield from numbers_in(command.commands.values())
        for param in command.params:
            if isinstance(param.type, click.IntRange | type(click.INT)):
                yield command.name, param


def test_every_number_that_a_command_takes_is_one_that_a_column_can_hold():
    parameters = list(numbers_in(load_commands()))
    assert len(parameters) > 10
    for name, param in parameters:
        bounds = param.type
        assert isinstance(bounds, click.IntRange), (name, param.name)
        assert bounds.min is not None, (name, param.name)
        assert (bounds.max or LARGEST_ID + 1) <= LARGEST_ID, (name, param.name)


def test_what_changes_is_told_in_a_cell_as_people_read_it():
    change = {"what": "rules.account_linked", "before": "pass", "after": None}
    assert cell([change]) == "what=rules.account_linked before=pass after=-"
