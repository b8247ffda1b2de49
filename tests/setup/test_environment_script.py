"""`bin/environment` says in one sentence what is missing, and does nothing twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bin" / "environment"
TOOLS = ("sh", "cat", "cksum", "cp", "dirname", "mkdir", "printf", "rm", "sleep", "touch")

# A Python of a given version that makes a .venv out of itself; its pip writes down that it was called.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
    *"print("*) echo {version} ;;
    *version_info*) exit {too_old} ;;
    *ensurepip*) exit {no_venv} ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip "*) echo "$*" >>pip-calls; exit {pip_fails} ;;
esac
"""


class Machine:
    """A folder with the script, and a PATH on which only the named tools and Pythons are."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "a project"
        self.tools = folder / "tools"
        self.tools.mkdir(parents=True)
        for tool in TOOLS:
            if path := shutil.which(tool):
                (self.tools / tool).symlink_to(path)
        (self.project / "bin").mkdir(parents=True)
        shutil.copy(SCRIPT, self.project / "bin")
        (self.project / "requirements.lock").write_text("flask==3 --hash=sha256:1\n")
        (self.project / "requirements-dev.lock").write_text(
            "flask==3 --hash=sha256:1\npytest==9 --hash=sha256:2\n"
        )

    def has_python(
        self, name: str = "python3", version: str = "3.11.2", *, venv: bool = True, pip: bool = True
    ) -> None:
        too_old = tuple(map(int, version.split("."))) < (3, 11)
        text = FAKE_PYTHON.format(
            version=version, too_old=int(too_old), no_venv=int(not venv), pip_fails=int(not pip)
        )
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(self.project / "bin" / "environment"), *words],
            env={"PATH": str(self.tools), **environment},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )

    def pip_calls(self) -> list[str]:
        log = self.project / "pip-calls"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def refusal(answer: subprocess.CompletedProcess[str]) -> str:
    """Return the one line with which the script refused."""
    assert answer.returncode == 1, answer
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    return answer.stderr


def test_without_a_python_it_asks_for_one(machine: Machine) -> None:
    assert "No Python was found; install Python 3.11 or newer" in refusal(machine.run())


def test_too_old_a_python_is_named_with_its_version(machine: Machine) -> None:
    machine.has_python(version="3.9.2")
    assert "only Python 3.9.2 was found" in refusal(machine.run())


def test_a_missing_venv_module_is_named_with_debians_package(machine: Machine) -> None:
    machine.has_python(venv=False)
    assert "apt-get install python3-venv" in refusal(machine.run())


def test_a_python_variable_that_leads_nowhere_is_said_so(machine: Machine) -> None:
    machine.has_python()
    assert "PYTHON names /nowhere/python" in refusal(machine.run(PYTHON="/nowhere/python"))


def test_pip_failing_is_said_and_repaired_by_the_next_run(machine: Machine) -> None:
    machine.has_python(pip=False)
    assert "is the network reachable?" in refusal(machine.run())
    machine.has_python()
    assert machine.run().returncode == 0
    assert len(machine.pip_calls()) == 2


@pytest.mark.parametrize("rest", [{"version": "3.9.2"}, {"venv": False}])
def test_a_python_that_will_not_do_does_not_hide_one_that_will(
    machine: Machine, rest: dict[str, object]
) -> None:
    machine.has_python("python3.13", **rest)  # type: ignore[arg-type]
    machine.has_python("python3", "3.11.2")
    assert "with Python 3.11.2" in machine.run().stdout


def test_the_python_variable_wins(machine: Machine, tmp_path: Path) -> None:
    machine.has_python("python3.13", "3.13.0")
    machine.has_python("mine", "3.12.1")
    assert "with Python 3.12.1" in machine.run(PYTHON=str(machine.tools / "mine")).stdout


def test_a_second_run_does_nothing(machine: Machine) -> None:
    machine.has_python()
    assert machine.run().returncode == 0
    again = machine.run()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert len(machine.pip_calls()) == 1


def test_changed_requirements_are_installed(machine: Machine) -> None:
    machine.has_python()
    machine.run()
    (machine.project / "requirements.lock").write_text("flask==3 --hash=sha256:3\n")
    machine.run()
    assert len(machine.pip_calls()) == 2


@pytest.mark.parametrize("words", [[], ["dev"]])
def test_nothing_is_installed_but_wheels_whose_hash_is_locked(machine: Machine, words: list[str]) -> None:
    machine.has_python()
    machine.run(*words)
    (call,) = machine.pip_calls()
    assert {"--require-hashes", "--only-binary"} < set(call.split())
    assert call.endswith(f"-r requirements{'-dev' if words else ''}.lock")


def test_what_tests_need_holds_what_the_service_needs(machine: Machine) -> None:
    machine.has_python()
    machine.run()
    machine.run("dev")
    machine.run()
    assert len(machine.pip_calls()) == 2


def test_an_interrupted_install_is_made_anew(machine: Machine) -> None:
    machine.has_python()
    machine.run()
    (machine.project / ".venv" / "unfinished").touch()
    (machine.project / ".venv" / "half-copied").touch()
    assert machine.run().returncode == 0
    assert not (machine.project / ".venv" / "half-copied").exists()


def test_the_lock_of_a_run_that_was_killed_holds_nobody_up(machine: Machine) -> None:
    machine.has_python()
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    (machine.project / ".venv.lock").mkdir()
    (machine.project / ".venv.lock" / "pid").write_text(str(process.pid))
    assert machine.run().returncode == 0
    assert not (machine.project / ".venv.lock").exists()


@pytest.fixture
def make_unwritable(tmp_path: Path) -> Iterator[Callable[[Path], dict[str, int]]]:
    """A function that makes a folder unwritable, for root too: root runs the script as nobody."""
    changed: list[Path] = []

    def make(folder: Path) -> dict[str, int]:
        folder.chmod(0o555)
        changed.append(folder)
        if os.geteuid() != 0:
            return {}
        for parent in (folder, *folder.parents):
            if parent.stat().st_mode & 0o005 != 0o005:
                parent.chmod(parent.stat().st_mode | 0o005)
        return {"user": 65534, "group": 65534}

    yield make
    for folder in changed:
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written_is_named(
    machine: Machine, make_unwritable: Callable[[Path], dict[str, int]]
) -> None:
    machine.has_python()
    identity = make_unwritable(machine.project)
    answer = subprocess.run(
        ["sh", str(machine.project / "bin" / "environment")],
        env={"PATH": str(machine.tools)},
        capture_output=True,
        text=True,
        timeout=60,
        **identity,  # type: ignore[call-overload]
    )
    assert f"The folder {machine.project} cannot be written to" in refusal(answer)


def test_an_unknown_word_is_wrong_use(machine: Machine) -> None:
    assert machine.run("everything").returncode == 2
