"""The files of an SQLite database are its owner's alone, whoever made them and under whatever umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from receiver.errors import SettingsError
from receiver.storage.database import Database
from receiver.storage.migrate import migrate
from receiver.storage.sqlite_files import make_private


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def modes_in_use(file: Path) -> dict[str, int]:
    """Return the permissions of a database's files while it has a log."""
    database = Database(f"sqlite:///{file}")
    migrate(database)
    with database.writing() as session:
        session.execute(text("INSERT OR REPLACE INTO heartbeats (name, at) VALUES ('x', '2025-11-20')"))
    permissions = modes(file.parent)
    database.close()
    return permissions


PRIVATE = {"receiver.db": 0o600, "receiver.db-wal": 0o600, "receiver.db-shm": 0o600}


def test_the_files_and_the_folders_it_makes_are_its_owners_alone(tmp_path: Path, umask: int) -> None:
    assert modes_in_use(tmp_path / "var" / "instance" / "receiver.db") == PRIVATE
    assert modes(tmp_path) | modes(tmp_path / "var") == {"var": 0o700, "instance": 0o700}


def test_the_files_of_an_older_version_are_taken_from_others(tmp_path: Path) -> None:
    modes_in_use(tmp_path / "receiver.db")
    for name in PRIVATE:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o664)
    assert modes_in_use(tmp_path / "receiver.db") == PRIVATE


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    modes_in_use(tmp_path / "receiver.db")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_files_that_cannot_be_changed_stop_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    (tmp_path / "receiver.db").touch(mode=0o644)
    monkeypatch.setattr(Path, "chmod", refuse)
    make_private(tmp_path / "receiver.db")
    assert modes_in_use(tmp_path / "receiver.db")["receiver.db"] == 0o644


def test_a_folder_that_cannot_be_made_names_the_setting() -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: the folder /proc/none"):
        Database("sqlite:////proc/none/receiver.db")
