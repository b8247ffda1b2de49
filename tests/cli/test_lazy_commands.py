"""A command is imported when it is called; one that needs no database imports nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from receiver.__main__ import OWN_COMMANDS, ad_credit
from receiver.cli import COMMANDS
from receiver.cli.lazy import LazyCommand
from tests.conftest import KEY

FACTS = str(Path(__file__).parents[1] / "data" / "facts.json")
TERMS = str(Path(__file__).parents[2] / "receiver" / "programmes" / "woocommerce-2025.toml")
QUICK = (
    ["--help"],
    ["--version"],
    ["settings"],
    ["secrets", "new"],
    ["credits", "decide", FACTS],
    ["programmes", "check", TERMS],
)
CALL = """
import sys
from receiver.__main__ import main
try:
    main()
finally:
    heavy = ("receiver.storage", "receiver.services", "receiver.web")
    print(*(name for name in heavy if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("words", QUICK, ids=lambda words: " ".join(words[:2]))
def test_a_command_that_needs_no_database_imports_none(words: list[str], tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", CALL, *words],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "SECRET_KEYS": KEY, "PUBLIC_URL": "https://credit.example"},
    )
    assert (bool(process.stdout), process.stderr) == (True, "\n")


@pytest.mark.parametrize("name", sorted({**COMMANDS, **OWN_COMMANDS}))
def test_the_list_of_commands_says_of_each_what_its_own_help_says(name: str) -> None:
    lazy = {**COMMANDS, **OWN_COMMANDS}[name]
    command = lazy.load()
    assert (command.name, command.get_short_help_str(200)) == (name, lazy.summary)


@pytest.mark.parametrize(
    ("name", "quick"),
    [(f"{name} {inner}", lazy.quick[inner]) for name, lazy in COMMANDS.items() for inner in lazy.quick],
)
def test_a_command_that_is_called_without_its_group_is_the_groups_own(name: str, quick: str) -> None:
    outer, inner = name.split()
    group = COMMANDS[outer].load()
    assert isinstance(group, click.Group)
    assert group.commands[inner] is LazyCommand(quick, "").load()


def test_a_command_that_is_not_there_is_wrong_use() -> None:
    with pytest.raises(click.UsageError, match="No such command 'nothing'"):
        ad_credit.main(["nothing"], standalone_mode=False)
