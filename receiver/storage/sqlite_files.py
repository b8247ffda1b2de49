"""File permissions of an SQLite database: only its owner reads it, whatever the umask."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from receiver.errors import SettingsError

PARTS = ("", "-wal", "-shm", "-journal")
OF_OTHERS = 0o077


def make_folder(file: Path) -> None:
    """Create the folder of a database, with its missing parents. Raises SettingsError where that fails."""
    folder = file.parent
    try:
        for level in reversed([folder, *folder.parents]):
            level.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATABASE_URL: the folder {folder} cannot be made ({error.strerror})") from error
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"DATABASE_URL: the folder {folder} cannot be written to")


def make_private(file: Path) -> None:
    """Create the file if it is missing, and remove everybody's permissions but its owner's.

    SQLite gives its log the permissions of the file. An existing file is not opened: closing it would end the
    locks that this process holds on it. Where permissions cannot be changed, `doctor` reports it.
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
