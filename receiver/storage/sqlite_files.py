"""Keeps the files of an SQLite database to their owner, whatever the umask and whoever made them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from receiver.errors import SettingsError

PARTS = ("", "-wal", "-shm", "-journal")
OF_OTHERS = 0o077


def make_folder(file: Path) -> None:
    """Make the folder of a database, with those above it that are missing. Raises SettingsError."""
    folder = file.parent
    try:
        for level in reversed([folder, *folder.parents]):
            level.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATABASE_URL: the folder {folder} cannot be made ({error.strerror})") from error
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"DATABASE_URL: the folder {folder} cannot be written to")


def make_private(file: Path) -> None:
    """Make the file where there is none, and take the rights of everybody but its owner away.

    SQLite gives its log the rights of the file. An existing one is not opened: to close it would end the
    locks that this process holds on it. What cannot be changed, `doctor` tells.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for part in open_to_others(file):
        with suppress(OSError):
            part.chmod(part.stat().st_mode & 0o700)


def open_to_others(file: Path) -> list[Path]:
    """Return the database's files that other users of this machine may read or write."""
    parts = (Path(f"{file}{ending}") for ending in PARTS)
    return [part for part in parts if part.is_file() and part.stat().st_mode & OF_OTHERS]
