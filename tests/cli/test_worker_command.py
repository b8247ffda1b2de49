"""`ad-credit worker`, which starts without an app: what is wrong is told in a line before any work."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from receiver.__main__ import ad_credit
from receiver.worker import loop


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEYS", Fernet.generate_key().decode())
    monkeypatch.setenv("PUBLIC_URL", "https://credit.example")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/receiver.db")


def error_line_of_worker(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(loop, "open_job_queue", None)  # nothing gets as far as that
    answer = CliRunner().invoke(ad_credit, ["worker"])
    assert (answer.exit_code, answer.stdout) == (1, "")
    (line,) = answer.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "no address"),
        ("SECRET_KEYS", "no key"),
        ("PROGRAMME", "no-such-offer"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert error_line_of_worker(monkeypatch).startswith(f"Error: {name}")


def test_a_database_that_is_not_migrated_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "migrate" in error_line_of_worker(monkeypatch)


def test_help_is_that_of_the_command_with_an_app() -> None:
    answer = CliRunner().invoke(ad_credit, ["worker", "--help"])
    assert "Process deliveries, poll TikTok and decide" in answer.stdout
