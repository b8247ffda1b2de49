"""`credits decide` needs no settings, database or network; what it cannot read it refuses in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "tests" / "data" / "facts.json"


def flask(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    """Run as from a shell on a machine where nothing is set up."""
    bare = {
        "PATH": os.environ["PATH"],
        "SECRET_KEYS": "",
        "PUBLIC_URL": "",
        "DATABASE_URL": "sqlite:////proc/none/x.db",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=bare, input=stdin, capture_output=True, text=True, timeout=60
    )


def test_a_facts_document_becomes_the_status_document_from_file_and_from_stdin():
    from_file, from_stdin = (
        flask("credits", "decide", str(FACTS)),
        flask("credits", "decide", "-", stdin=FACTS.read_text()),
    )
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
def test_what_cannot_be_read_is_one_line_and_exit_1(text, line):
    refused = flask("credits", "decide", "-", stdin=text)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert refused.stderr.startswith(line)


def test_wrong_use_is_exit_2():
    assert flask("credits", "decide").returncode == 2


def test_a_command_that_needs_settings_names_the_one_that_is_missing():
    refused = flask("credits", "list")
    assert (refused.returncode, refused.stderr.split()[1]) == (1, "SECRET_KEYS")
