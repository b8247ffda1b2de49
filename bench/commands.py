"""The processor time that a command takes to start and answer, beside a Python that does nothing.

One run takes turns among the commands, so that whatever else the machine does falls on all of them alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

from rich.progress import Progress

from bench.report import Report
from tests.conftest import KEY

ROUNDS = 7
COMMANDS = {
    "help": ("--help",),
    "version": ("--version",),
    "settings": ("settings",),
    "secrets_new": ("secrets", "new"),
    "stores_list": ("stores", "list"),
}


def measure(progress: Progress) -> Report:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = {
            **os.environ,
            "SECRET_KEYS": KEY,
            "PUBLIC_URL": "https://credit.example",
            "DATABASE_URL": f"sqlite:///{folder}/receiver.db",
        }
        _seconds(["-m", "receiver", "migrate"], environment)  # and compiles what is imported
        rounds = [_measure_round(environment) for _ in progress.track(range(ROUNDS), description="commands")]
    figures = {}
    for name in COMMANDS:
        figures[f"{name}_seconds"] = statistics.median(seconds[name] for seconds in rounds)
        figures[f"{name}_to_python"] = statistics.median(seconds[name] / seconds[""] for seconds in rounds)
    return Report("Commands of `ad-credit`: processor time to start and answer", figures)


def _measure_round(environment: dict[str, str]) -> dict[str, float]:
    nothing = {"": _seconds(["-c", "pass"], environment)}
    return nothing | {
        name: _seconds(["-m", "receiver", *words], environment) for name, words in COMMANDS.items()
    }


def _seconds(words: list[str], environment: dict[str, str]) -> float:
    """Run a command and return its processor seconds, user and system; RuntimeError when it fails."""
    process = subprocess.Popen([sys.executable, *words], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 (ours)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime
