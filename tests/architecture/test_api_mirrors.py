"""docs/api.md lists every command with its API call, or with why it has none, and every API call."""

import re
from pathlib import Path

import click
import pytest

from receiver.__main__ import OWN_COMMANDS
from receiver.app import create_app
from receiver.cli import load_commands
from receiver.container import build_container
from tests.conftest import make_settings

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text()
PREFIX = "/api/v1/admin"


def first_cells(heading):
    """Return the first cells of the rows of the table under a heading."""
    table = PAGE.partition(f"\n| {heading}")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.M)


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    container = build_container(make_settings(database_url=f"sqlite:///{folder}/receiver.db"))
    rules = create_app(container=container).url_map.iter_rules()
    yield {
        (method, re.sub(r"<\w+:", "<", rule.rule.removeprefix(PREFIX)))
        for rule in rules
        if rule.rule.startswith(PREFIX)
        for method in rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    container.database.close()


def commands():
    """Yield the commands of `flask --app wsgi` and `ad-credit`; those of a group follow its name."""
    yield from OWN_COMMANDS
    for command in load_commands():
        if isinstance(command, click.Group):
            names = (name for name, item in command.commands.items() if not item.hidden)
            yield from (f"{command.name} {name}" for name in names)
        else:
            yield command.name


def test_each_command_has_a_call_or_a_reason_for_none():
    with_call, without = set(first_cells("command | call |")), first_cells("command | why |")
    assert with_call.isdisjoint(without)
    assert with_call | set(without) == set(commands())


def test_the_calls_that_are_named_are_the_calls_there_are(calls):
    calls_in_page = re.findall(r"\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`(?= \|)", PAGE)
    assert set(calls_in_page) == calls
