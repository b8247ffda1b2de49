"""Small stand-ins that many tests share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

from receiver.container import Container
from receiver.errors import StorageUnavailable


class FrozenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def at(container: Container, moment: datetime, **parts: Any) -> Container:
    """Return the container with its clock at a moment, and with other parts replaced."""
    return replace(container, now=lambda: moment, **parts)


class UnreachableDatabase:
    """A database that cannot be reached, with a password in the error."""

    def reading(self) -> NoReturn:
        raise StorageUnavailable("the database cannot be used: password=hunter2")

    writing = reading
