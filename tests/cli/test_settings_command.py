"""`settings` prints every setting with its value, source and meaning, and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from receiver.__main__ import ad_credit
from receiver.cli import settings as command
from receiver.settings_table import SETTINGS

KEY = "A" * 43 + "="
SECRETS = {
    "SECRET_KEYS": KEY,
    "TIKTOK_APP_SECRET": "hunter2",
    "DATABASE_URL": "postgresql+psycopg://ann:hunter2@db.internal/adcredit?password=hunter2",
    "SMTP_URL": "smtp://u:hunter2@mail",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
        monkeypatch.delenv(f"{setting.name}_FILE", raising=False)
    monkeypatch.setattr(command, "ENV_FILE", tmp_path / ".env")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(ad_credit, ["settings", *words])


def rows() -> dict[str, dict[str, str]]:
    return {row["setting"]: row for row in json.loads(run("--json").stdout)}


def test_each_value_stands_with_where_it_is_from(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "keys").write_text(KEY)
    (home / ".env").write_text("PUBLIC_URL=https://credit.example\nTIKTOK_RATE=2\n")
    monkeypatch.setenv("TIKTOK_RATE", "3")
    monkeypatch.setenv("SECRET_KEYS_FILE", str(home / "keys"))

    settings = rows()

    assert [*settings] == [setting.name for setting in SETTINGS]
    values = {name: (settings[name]["value"], settings[name]["source"]) for name in settings}
    assert values["SECRET_KEYS"] == ("set", f"SECRET_KEYS_FILE {home}/keys")
    assert values["PUBLIC_URL"] == ("https://credit.example", str(home / ".env"))
    assert values["TIKTOK_RATE"] == ("3", "environment")
    assert values["WEB_THREADS"] == ("64", "default")
    assert values["TIKTOK_APP_SECRET"] == ("unset", "default")
    assert all(row["meaning"] for row in settings.values())


def test_what_flask_took_from_the_file_into_the_environment_is_of_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".env").write_text(f"SECRET_KEYS={KEY}\nPUBLIC_URL=https://credit.example\n")
    monkeypatch.setenv("SECRET_KEYS", KEY)
    monkeypatch.setenv("PUBLIC_URL", "https://another.example")
    settings = rows()
    assert settings["SECRET_KEYS"]["source"] == str(home / ".env")
    assert settings["PUBLIC_URL"]["source"] == "environment"


def test_no_secret_is_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://credit.example")
    monkeypatch.setenv("MAIL_FROM", "a@b.example")
    monkeypatch.setenv("MAIL_TO", "a@b.example")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for words in ([], ["--json"]):
        answer = run(*words)
        assert answer.exit_code == 0, answer.output
        assert "hunter2" not in answer.output
        assert KEY not in answer.output
    assert rows()["DATABASE_URL"]["value"] == "postgresql+psycopg://ann:***@db.internal/adcredit"


@pytest.mark.parametrize(
    "address", ["mysql://u:hunter2@h/x", "hunter2", "postgresql+psycopg://u:hunter2@[h/x"]
)
def test_an_address_that_is_none_of_a_database_is_not_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert "hunter2" not in run("--json").output


def test_a_wrong_setting_is_told_after_all_of_them_were_shown(home: Path) -> None:
    answer = run()
    assert answer.exit_code == 1
    assert "KEEP_DELIVERIES_DAYS" in answer.stdout
    assert answer.stderr.startswith("Error: SECRET_KEYS is not set; it should be")
    assert rows()["SECRET_KEYS"]["source"] == "required"
