"""Moves of the sandbox's clock: any process requests one, one process carries it out, all can watch."""

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
class StageTransition:
    """A store whose stage changed in a step; a stage is None before the first decision."""

    at: datetime
    store_id: str
    store: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class ClockMove:
    """A move from one time of the sandbox to a later one, in `steps` of at most a day, `done` so far."""

    start: datetime
    end: datetime
    steps: int
    done: int = 0
    changes: tuple[StageTransition, ...] = ()

    @property
    def finished(self) -> bool:
        return self.done == self.steps

    def moments(self) -> list[datetime]:
        """Return the moment at which each step ends."""
        day = timedelta(days=1)
        return [min(self.start + day * (step + 1), self.end) for step in range(self.steps)]

    def with_step(self, changes: list[StageTransition]) -> ClockMove:
        """Return a copy with one more step done, and what changed in it."""
        return replace(self, done=self.done + 1, changes=(*self.changes, *changes))


def parse_span(text: str) -> timedelta:
    """Parse hours or days, such as `+12h` or `1d`. Raises InputError."""
    match = re.fullmatch(r"\+?([0-9]{1,4})([hd])", text)
    by = UNITS[match[2]] * int(match[1]) if match else timedelta(0)
    if not timedelta(0) < by <= LONGEST:
        raise InputError(f"{text!r} is no step forward; write +12h, +1d or +30d, up to +{LONGEST.days}d")
    return by


def plan_move(start: datetime, end: datetime) -> ClockMove:
    """Return a move that has not begun; it has no steps where the end has passed."""
    return ClockMove(start, end, steps=max(0, -(-(end - start) // timedelta(days=1))))


class ClockMoves:
    """The request for a move, in `wanted.json` until all of it is done, and its progress in `move.json`."""

    def __init__(self, folder: Path) -> None:
        self._request = folder / "wanted.json"
        self._lock = folder / "clock.lock"
        self._latest = JsonFile(folder / "move.json", _parse_move)

    def request(self, now: datetime, by: timedelta) -> datetime:
        """Request a move, and return its end. Raises Refused during a move, or without a process to do it."""
        if not self.is_served():
            raise Refused(
                "the sandbox is not running, and nothing else moves its clock; start it with `make run`"
            )
        with NamedTemporaryFile("w", dir=self._request.parent) as new:
            json.dump({"to": (now + by).isoformat()}, new)
            new.flush()
            try:
                os.link(new.name, self._request)
            except FileExistsError:
                raise Refused("the clock is being moved already; wait until it arrives") from None
        return now + by

    def destination(self) -> datetime | None:
        """Return the moment that the clock is to move to; None when no move is requested."""
        return JsonFile(
            self._request, lambda document: document and datetime.fromisoformat(document["to"])
        ).value()

    def latest(self) -> ClockMove | None:
        """Return the move under way, or else the last one; None before the first."""
        return self._latest.value()

    def report(self, move: ClockMove) -> None:
        """Write down how far a move is."""
        self._latest.replace(json.loads(json.dumps(asdict(move), default=datetime.isoformat)))

    def finish(self) -> None:
        """Drop the request: the move is done, or given up."""
        self._request.unlink(missing_ok=True)

    @contextmanager
    def serve(self) -> Iterator[None]:
        """Hold the lock of the process that carries moves out; wait while another process holds it."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def is_served(self) -> bool:
        """Return whether a process is there to carry moves out."""
        try:
            with self._lock.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            pass
        return False


def _parse_move(document: Any) -> ClockMove | None:
    if document is None:
        return None
    changes = tuple(
        StageTransition(**{**item, "at": datetime.fromisoformat(item["at"])}) for item in document["changes"]
    )
    start, end = (datetime.fromisoformat(document[name]) for name in ("start", "end"))
    return ClockMove(start, end, document["steps"], document["done"], changes)
