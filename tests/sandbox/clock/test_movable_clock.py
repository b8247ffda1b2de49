"""The sandbox's clock: real time, ahead by as much as somebody moved it, the same for all; never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from receiver.clock import utc_now
from receiver.container import build_container
from receiver.errors import SettingsError
from receiver.home import HOME
from receiver.sandbox.clock.movable_clock import MovableClock
from receiver.sandbox.json_file import JsonFile
from receiver.settings import read_settings
from tests.conftest import KEY, make_settings
from tests.fakes import FrozenClock

REAL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The real time, which stands still."""
    clock = FrozenClock(REAL)
    monkeypatch.setattr("receiver.sandbox.clock.movable_clock.utc_now", clock)
    return clock


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def test_unmoved_it_says_the_real_time(file: Path) -> None:
    before = utc_now()
    moment = MovableClock(file)()
    assert before <= moment <= utc_now()


def test_once_moved_all_who_look_see_it_at_once_and_it_goes_on(file: Path, real: FrozenClock) -> None:
    mover, other = MovableClock(file), MovableClock(file)
    assert other() == REAL
    for days in (1, 2, 30):
        mover.move_to(REAL + timedelta(days=days))
        assert other() == mover() == REAL + timedelta(days=days)
    real.move(hours=1)
    assert other() == REAL + timedelta(days=30, hours=1)


def test_it_never_moves_back(file: Path, real: FrozenClock) -> None:
    clock = MovableClock(file)
    clock.move_to(REAL + timedelta(days=2))
    clock.move_to(REAL + timedelta(days=1))
    assert clock() == REAL + timedelta(days=2)


@pytest.mark.parametrize("text", ["", "{}", '{"ahead_seconds": -5}', '{"ahead_seconds": "a"}', "[1]"])
def test_a_file_that_makes_no_sense_is_named(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"clock\.json cannot be read .* remove it"):
        MovableClock(file)()


def test_a_file_that_goes_while_it_is_looked_at_is_no_file(
    file: Path, real: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JsonFile, "_version", lambda _: (1, 1))  # it was there a moment ago
    assert MovableClock(file)() == REAL


class TestOnlyInTheSandbox:
    @pytest.fixture(autouse=True)
    def moved(self, tmp_path: Path, real: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
        """A clock that is a day ahead, in the folder of SANDBOX_FOLDER."""
        MovableClock(tmp_path / "clock.json").move_to(REAL + timedelta(days=1))
        settings = {"SECRET_KEYS": KEY, "PUBLIC_URL": "http://127.0.0.1", "SANDBOX_FOLDER": str(tmp_path)}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    def test_its_service_goes_by_its_clock(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SANDBOX", "yes")
        assert build_container(read_settings(tmp_path / ".env")).now() == REAL + timedelta(days=1)

    def test_without_a_folder_it_takes_the_usual_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SANDBOX", "yes")
        monkeypatch.delenv("SANDBOX_FOLDER")
        assert read_settings(tmp_path / ".env").sandbox_folder == HOME / "instance" / "sandbox"

    @pytest.mark.parametrize("mark", ["", "no"])
    def test_without_its_mark_the_folder_stops_the_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
    ) -> None:
        if mark:
            monkeypatch.setenv("SANDBOX", mark)
        with pytest.raises(SettingsError, match=r"^SANDBOX_FOLDER is only for a sandbox"):
            read_settings(tmp_path / ".env")

    def test_any_other_service_has_nothing_to_move(self) -> None:
        before = utc_now()
        container = build_container(make_settings())
        assert before <= container.now() <= utc_now()
        assert container.sandbox is None
