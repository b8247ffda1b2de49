"""The service's own processes, started as an operator starts them, to be stopped and killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from receiver.container import Container
from tests.conftest import KEY

ROOT = Path(__file__).parents[1]


class Process:
    """A process in a group of its own, so that a kill takes all of it; `output` is what it logged."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self._log = TemporaryFile()  # noqa: SIM115 (as long as the process)
        self.start()

    def start(self) -> None:
        """Start the process, again after it was killed; its log goes on."""
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environment,
            start_new_session=True,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        self._log.flush()
        return os.pread(self._log.fileno(), 10_000_000, 0).decode(errors="replace")

    def terminate(self) -> None:
        """Send SIGTERM without waiting."""
        self._process.terminate()

    def stop(self, seconds: float = 30.0) -> int:
        """Send SIGTERM and wait; return the exit code. Raises TimeoutExpired after `seconds`."""
        self.terminate()
        return self._process.wait(seconds)

    def kill(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait()

    def kill_and_restart(self) -> None:
        self.kill()
        self.start()


@contextmanager
def run_process(container: Container, command: list[str]) -> Iterator[Process]:
    """Run a command on the container's database while the block lasts, then kill it."""
    process = Process(command, environment_on(container))
    try:
        yield process
    finally:
        process.kill()


def environment_on(container: Container) -> dict[str, str]:
    """Return the environment of a process that uses the container's database."""
    settings = {
        "SECRET_KEYS": KEY,
        "PUBLIC_URL": "https://credit.example",
        "DATABASE_URL": container.database.url.render_as_string(hide_password=False),
        "TIKTOK_API_URL": "http://127.0.0.1:9/open_api/v1.3",
    }
    return {**os.environ, **settings}


def web(port: int, threads: int = 16, address: str = "127.0.0.1") -> list[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", address]
    return [*command, "--port", str(port), "--blocking-threads", str(threads), "wsgi:app"]


def worker() -> list[str]:
    return [sys.executable, "-m", "receiver", "worker"]


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(true: Callable[[], object], seconds: float = 120.0) -> None:
    """Wait until `true()` holds; raises AssertionError after `seconds`, many, since machines can be busy."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
