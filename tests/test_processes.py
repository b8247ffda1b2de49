"""No child of a supervising process outlives it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.processes import Children
from tests.processes import wait_until

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
# Ignores SIGTERM, and so does the grandchild it leaves in its group.
STUBBORN = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", {SLEEPS!r}]).pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    monkeypatch.setattr("receiver.processes.STOP_SECONDS", 0.5)
    group = Children(tmp_path, tmp_path)
    yield group
    group.stop()


def start(children: Children, code: str) -> subprocess.Popen[bytes]:
    return children.start("child", [sys.executable, "-c", code], os.environ).process


def runs(process_id: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("parent", "output"), [("os.getppid()", "lives\n"), ("0", "")])
def test_one_whose_parent_died_before_it_could_ask_ends_at_once(parent: str, output: str) -> None:
    code = f"import os; from receiver.processes import *; end_with_parent({parent}); print('lives')"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (process.stdout, process.returncode == 0) == (output, bool(output))


def test_one_that_ends_is_noticed_with_its_last_lines(children: Children) -> None:
    start(children, "print('what went wrong'); raise SystemExit(3)")
    wait_until(children.find_ended)
    child = children.find_ended()
    assert child is not None
    assert (child.process.returncode, child.last_lines()) == (3, ["what went wrong"])


def test_new_lines_are_told_once_and_whole(children: Children) -> None:
    start(children, "import time; print('one\\ntw', end='', flush=True); time.sleep(60)")
    (child,) = children.running
    wait_until(lambda: child.log.stat().st_size == 6)
    assert (child.new_lines(), child.new_lines()) == (["one"], [])


def test_stop_ends_those_that_will_not_and_what_they_left(children: Children) -> None:
    process = start(children, STUBBORN)
    (child,) = children.running
    wait_until(child.last_lines)
    grandchild = int(child.last_lines()[0])
    children.stop()
    assert process.returncode == -signal.SIGKILL
    wait_until(lambda: not runs(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems than Linux do not tell a parent's death")
def test_a_parent_killed_outright_takes_its_children_along(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, sys, time
from receiver.processes import Children
folder = pathlib.Path({str(tmp_path)!r})
child = Children(folder, folder).start("child", [sys.executable, "-c", {SLEEPS!r}], os.environ)
print(child.process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_until(lambda: (tmp_path / "child.log").read_text())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not runs(child))


def test_a_child_finds_the_program_from_whatever_folder_it_is_started_in(children: Children) -> None:
    without = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", "import receiver; print(receiver.__name__)"]
    child = children.start("child", command, without)
    assert child.process.wait(120) == 0
    assert child.last_lines() == ["receiver"]
