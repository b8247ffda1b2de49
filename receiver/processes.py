"""Child processes that never outlive their parent; each has a process group, which is ended whole."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from receiver.home import with_package

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
LAST_LINES = 15

# Loaded before any fork: a child between fork and exec should do as little as possible.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def end_with_parent(parent: int | None = None) -> None:
    """Have the kernel send this process SIGTERM when its parent dies, even by SIGKILL (Linux only).

    `parent` is the expected parent's id: where it has died already, this process exits at once.
    """
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if parent not in (None, os.getppid()):
        os._exit(1)


class Stop:
    """The request to stop: by Ctrl-C, SIGTERM or a closed terminal."""

    def __init__(self) -> None:
        self.requested = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._ask)

    def _ask(self, *_: object) -> None:
        self.requested = True


@dataclass
class Child:
    """A running process and its log file, if any; `offset` is where reading of new lines goes on."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None
    offset: int = 0

    def new_lines(self) -> list[str]:
        """Return the whole lines written since the last call."""
        if self.log is None:
            return []
        with self.log.open("rb") as log:
            log.seek(self.offset)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self.offset += len(whole)
        return whole.decode(errors="replace").splitlines()

    def last_lines(self) -> list[str]:
        """Return the last lines of the log; none without a log."""
        return self.log.read_text(errors="replace").splitlines()[-LAST_LINES:] if self.log else []


class Children:
    """The child processes of a supervisor, started and stopped together.

    Each writes a log file in the folder `logs`; without that folder their lines join those of this process.
    """

    def __init__(self, logs: Path | None, folder: Path) -> None:
        self._logs, self._folder = logs, folder
        self.running: list[Child] = []

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start a command as a child process."""
        if self._logs is None:
            child = Child(name, self._spawn(command, environment, None), None)
        else:
            log = self._logs / f"{name}.log"
            with log.open("wb") as out:
                child = Child(name, self._spawn(command, environment, out), log)
        self.running.append(child)
        return child

    def _spawn(
        self, command: Sequence[str], environment: Mapping[str, str], out: IO[bytes] | None
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 (our own commands)
            command,
            cwd=self._folder,
            env=with_package(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops the rest in order
            preexec_fn=partial(end_with_parent, os.getpid()),
        )

    def find_ended(self) -> Child | None:
        """Return a child that has ended by itself; None while all run."""
        return next((child for child in self.running if child.process.poll() is not None), None)

    def stop(self, within: float | None = None) -> None:
        """End all children, the last first; kill what remains of their groups after `within` seconds."""
        for child in reversed(self.running):
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        deadline = time.monotonic() + (STOP_SECONDS if within is None else within)
        for child in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.running.clear()
