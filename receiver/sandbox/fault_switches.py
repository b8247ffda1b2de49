"""Faults as switches: each is a file while it is on, so switching twice is switching once."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from receiver.errors import InputError

Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True)
class Words:
    """Words on a fault: what the other side does, and what comes of it here."""

    does: str
    then: str


@dataclass(frozen=True, order=True)
class Switched(Generic[Kind]):
    """A fault that is on; `whose` empty: everybody's."""

    fault: Kind
    whose: str = ""


@dataclass(frozen=True)
class FaultTarget:
    """A target of faults: its name in errors, and what it looks like."""

    name: str
    pattern: str
    right: str


class Switches(Generic[Kind]):
    """`folder` holds the switches that are on."""

    def __init__(self, folder: Path, kinds: type[Kind], whose: FaultTarget) -> None:
        self._folder, self._kinds, self._whose = folder, kinds, whose

    def switched_on(self) -> list[Switched[Kind]]:
        try:
            names = [file.name for file in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        known = {fault.value for fault in self._kinds}
        parts = (name.partition(".") for name in names)
        return sorted(Switched(self._kinds(fault), rest) for fault, _, rest in parts if fault in known)

    def active_for(self, whose: Collection[str]) -> set[Kind]:
        """Return the faults that are on for any of these, or for everybody."""
        return {item.fault for item in self.switched_on() if item.whose in ("", *whose)}

    def on(self, fault: Kind, whose: str = "") -> None:
        """Raises InputError for what nobody is called."""
        file = self._file(fault, whose)
        self._folder.mkdir(exist_ok=True)
        file.touch()

    def off(self, fault: Kind, whose: str | None = None) -> None:
        """For one, for all of them with "", or however it was switched on. Raises InputError."""
        for item in self.switched_on():
            if item.fault is fault and whose in (None, item.whose):
                self._file(item.fault, item.whose).unlink(missing_ok=True)

    def _file(self, fault: Kind, whose: str) -> Path:
        if not re.fullmatch(self._whose.pattern, whose, re.ASCII) and whose:
            raise InputError(self._whose.right, path=self._whose.name)
        return self._folder / (f"{fault}.{whose}" if whose else fault)
