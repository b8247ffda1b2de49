"""Small private files: replaced in one step, and read anew only once they have changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from receiver.errors import SettingsError

Value = TypeVar("Value")


def write_private(file: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only. Raises SettingsError."""
    new = file.with_name(f"{file.name}.new")
    try:
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        new.replace(file)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}).") from error


class JsonFile(Generic[Value]):
    """A JSON file; `read` builds the value from the parsed content, or from None where there is no file."""

    def __init__(self, file: Path, read: Callable[[Any], Value]) -> None:
        self.file, self._read = file, read
        self._last: tuple[tuple[int, int] | None, Value] | None = None

    def value(self) -> Value:
        """Return the current value; a file that has not changed costs one `stat`. Raises SettingsError."""
        version = self._version()
        if self._last is None or self._last[0] != version:
            self._last = (version, self._parse())
        return self._last[1]

    def replace(self, data: Any) -> None:
        """Replace the content in one step. Raises SettingsError."""
        write_private(self.file, json.dumps(data, indent=1) + "\n")

    def _version(self) -> tuple[int, int] | None:
        """Return the file's time and inode, None without a file.

        Each replacement is a new file, so two within one tick of the clock differ by their inodes.
        """
        try:
            status = self.file.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _parse(self) -> Value:
        try:
            return self._read(json.loads(self.file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return self._read(None)
        except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
            raise SettingsError(
                f"{self.file} cannot be read ({type(error).__name__}); remove it to begin anew."
            ) from error
