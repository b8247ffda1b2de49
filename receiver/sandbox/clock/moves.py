"""A move of the sandbox's clock: anybody asks for it, one process carries it out, all can watch."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from receiver.errors import InputError, Refused
from receiver.sandbox.json_file import JsonFile

LONGEST = timedelta(days=366)
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class Change:
    """A store that stood elsewhere after a step than before it; a stage is None before the first decision."""

    at: datetime
    store_id: str
    store: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class ClockMove:
    """From one time of the sandbox to a later one; `steps` of at most a day, `done` of them so far."""

    start: datetime
    end: datetime
    steps: int
    done: int = 0
    changes: tuple[Change, ...] = ()

    @property
    def finished(self) -> bool:
        return self.done == self.steps

    def moments(self) -> list[datetime]:
        """Return the moment at which each step ends."""
        day = timedelta(days=1)
        return [min(self.start + day * (step + 1), self.end) for step in range(self.steps)]

    def stepped(self, changes: list[Change]) -> ClockMove:
        return replace(self, done=self.done + 1, changes=(*self.changes, *changes))


def span(text: str) -> timedelta:
    """`+1d`, `+12h`; the plus may be left out. Raises InputError."""
    found = re.fullmatch(r"\+?([0-9]{1,4})([hd])", text)
    by = UNITS[found[2]] * int(found[1]) if found else timedelta(0)
    if not timedelta(0) < by <= LONGEST:
        raise InputError(f"{text!r} is no step forward; write +12h, +1d or +30d, up to +{LONGEST.days}d")
    return by


def move(start: datetime, end: datetime) -> ClockMove:
    """Not begun yet; without steps where the end has passed."""
    return ClockMove(start, end, steps=max(0, -(-(end - start) // timedelta(days=1))))


class ClockMoves:
    """`wanted.json` is there from the asking until all of it is done; `move.json` tells how far it is."""

    def __init__(self, folder: Path) -> None:
        self._wanted = folder / "wanted.json"
        self._lock = folder / "clock.lock"
        self._latest = JsonFile(folder / "move.json", _move)

    def ask(self, now: datetime, by: timedelta) -> datetime:
        """Have the clock moved; answers where to. Raises Refused during a move, or with nobody to do it."""
        if not self.is_served():
            raise Refused(
                "the sandbox is not running, and nothing else moves its clock; start it with `make run`"
            )
        with NamedTemporaryFile("w", dir=self._wanted.parent) as new:
            json.dump({"to": (now + by).isoformat()}, new)
            new.flush()
            try:
                os.link(new.name, self._wanted)
            except FileExistsError:
                raise Refused("the clock is being moved already; wait until it arrives") from None
        return now + by

    def wanted(self) -> datetime | None:
        """Return the moment the clock is to move to; None when it is there."""
        return JsonFile(self._wanted, lambda kept: kept and datetime.fromisoformat(kept["to"])).value()

    def latest(self) -> ClockMove | None:
        """Return the move under way, or else the last one."""
        return self._latest.value()

    def report(self, how_far: ClockMove) -> None:
        self._latest.replace(json.loads(json.dumps(asdict(how_far), default=datetime.isoformat)))

    def arrived(self) -> None:
        self._wanted.unlink(missing_ok=True)

    @contextmanager
    def served(self) -> Iterator[None]:
        """While it lasts the caller carries moves out; begins when nobody else does."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def is_served(self) -> bool:
        """Return whether there is somebody to carry moves out."""
        try:
            with self._lock.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            pass
        return False


def _move(kept: Any) -> ClockMove | None:
    if kept is None:
        return None
    changes = tuple(Change(**{**item, "at": datetime.fromisoformat(item["at"])}) for item in kept["changes"])
    start, end = (datetime.fromisoformat(kept[name]) for name in ("start", "end"))
    return ClockMove(start, end, kept["steps"], kept["done"], changes)
