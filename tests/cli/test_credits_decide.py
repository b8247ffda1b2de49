"""`credits decide` needs no settings, database or network; what it cannot read it refuses in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from receiver.app import create_command_app

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "tests" / "data" / "facts.json"
BARE = {"SECRET_KEYS": "", "PUBLIC_URL": "", "DATABASE_URL": "sqlite:////proc/none/x.db"}


@pytest.fixture
def run(monkeypatch):
    """A runner of commands on a machine without settings."""
    for name, value in BARE.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, stdin: str = "") -> Result:
        return create_command_app().test_cli_runner().invoke(args=arguments, input=stdin)

    return run


def test_a_facts_document_becomes_the_status_document_from_file_and_from_stdin(run):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "credits", "decide", str(FACTS)]
    from_file = subprocess.run(  # as from a shell: what the process loads finds no settings either
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **BARE},
        capture_output=True,
        text=True,
        timeout=60,
    )
    from_stdin = run("credits", "decide", "-", stdin=FACTS.read_text())
    assert (from_file.returncode, from_file.stdout) == (0, from_stdin.stdout)
    status = json.loads(from_file.stdout)
    assert (status["stage"], status["spend"]["qualifying"], status["award"]) == (
        "accumulating",
        "120.00",
        None,
    )
    assert "stale" not in status


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", "Error: not JSON"),
        ("[]", "Error: the document must be an object"),
        (FACTS.read_text().replace('"US"', '"usa"', 1), "Error: store.country: must be a country"),
        (FACTS.read_text().replace("woocommerce-2025", "woocommerce-2099"), "Error: programme: no programme"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_1(run, text, line):
    refused = run("credits", "decide", "-", stdin=text)
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert refused.stderr.startswith(line)


def test_wrong_use_is_exit_2(run):
    assert run("credits", "decide").exit_code == 2


def test_a_command_that_needs_settings_names_the_one_that_is_missing(run):
    refused = run("credits", "list")
    assert (refused.exit_code, refused.stderr.split()[1]) == (1, "SECRET_KEYS")
