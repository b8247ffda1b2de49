"""Fault switches: each is a file while it is on, so switching is idempotent."""

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
class FaultText:
    """The text on a fault: what the other side does, and what comes of it here."""

    does: str
    then: str


@dataclass(frozen=True, order=True)
class ActiveFault(Generic[Kind]):
    """A fault that is on; an empty `target` stands for everybody."""

    fault: Kind
    target: str = ""


@dataclass(frozen=True)
class FaultTarget:
    """A kind of target: its name in errors, the pattern of its ids, and the error for any other."""

    name: str
    pattern: str
    error: str


class Switches(Generic[Kind]):
    """The switches of one kind of fault; `folder` holds a file for each that is on."""

    def __init__(self, folder: Path, kinds: type[Kind], target: FaultTarget) -> None:
        self._folder, self._kinds, self._target = folder, kinds, target

    def list_active(self) -> list[ActiveFault[Kind]]:
        """Return the faults that are on, sorted; a file that is no switch is ignored."""
        try:
            names = [file.name for file in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        kinds = {fault.value for fault in self._kinds}
        parts = (name.partition(".") for name in names)
        return sorted(ActiveFault(self._kinds(fault), rest) for fault, _, rest in parts if fault in kinds)

    def active_for(self, targets: Collection[str]) -> set[Kind]:
        """Return the faults that are on for any of these targets, or for everybody."""
        return {item.fault for item in self.list_active() if item.target in ("", *targets)}

    def on(self, fault: Kind, target: str = "") -> None:
        """Switch a fault on, for one target or everybody. Raises InputError for what is no target's id."""
        file = self._file(fault, target)
        self._folder.mkdir(exist_ok=True)
        file.touch()

    def off(self, fault: Kind, target: str | None = None) -> None:
        """Switch off what was switched on for one target, for everybody ("") or, with None, at all."""
        for item in self.list_active():
            if item.fault is fault and target in (None, item.target):
                self._file(item.fault, item.target).unlink(missing_ok=True)

    def _file(self, fault: Kind, target: str) -> Path:
        if not re.fullmatch(self._target.pattern, target, re.ASCII) and target:
            raise InputError(self._target.error, path=self._target.name)
        return self._folder / (f"{fault}.{target}" if target else fault)
