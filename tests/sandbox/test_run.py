"""The sandbox starts whole, its stores' signals are processed, and a stop leaves nothing running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import structlog
from sqlalchemy import select

from receiver.container import Container
from receiver.sandbox.run import main
from receiver.storage.tables import Staff
from tests.conftest import folder_in_memory
from tests.processes import wait_until
from tests.sandbox.ports import free_ports
from tests.sandbox.scenario.test_merchants import PROMISED

ROOT = Path(__file__).parents[2]
STAGES = {key: stages[0] for key, stages in PROMISED.items()}


class Sandbox:
    """One sandbox in a folder and on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_ports(3)
        self.process: subprocess.Popen[str] | None = None

    def environment(self, **environment: str) -> dict[str, str]:
        """Return the environment that names the sandbox's port and folder, with more variables."""
        return {"PORT": str(self.port), "SANDBOX_FOLDER": str(self.folder), **environment}

    def start(self) -> subprocess.Popen[str]:
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PORT")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "receiver.sandbox"],
            cwd=ROOT,
            env={**inherited, **self.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o000,
        )
        return self.process

    def stop(self, number: signal.Signals) -> tuple[int, str, str]:
        assert self.process is not None
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err

    def stores(self) -> dict[str, dict[str, str]]:
        stores: dict[str, dict[str, str]] = json.loads((self.folder / "state.json").read_text())["stores"]
        return stores

    def status(self, key: str) -> dict[str, object]:
        token = self.stores()[key]["token"]
        address = f"http://127.0.0.1:{self.port}/api/v1/status"
        with urlopen(Request(address, headers={"Authorization": f"Bearer {token}"}), timeout=60) as answer:
            document: dict[str, object] = json.load(answer)
        return document

    def shop(self, key: str) -> dict[str, object]:
        """Return the index of a shop's REST API."""
        address = f"http://127.0.0.1:{self.port + 2}/shops/{key}/wp-json/"
        with urlopen(address, timeout=60) as answer:
            index: dict[str, object] = json.load(answer)
        return index

    def open_to_others(self) -> list[str]:
        """Return the names of the sandbox's files that other users of this machine may read or write."""
        everything = [self.folder, *self.folder.rglob("*")]
        return [path.name for path in everything if path.stat().st_mode & 0o077]

    def processes(self) -> list[int]:
        """Return the ids of the processes that were started with this sandbox's folder, except its own."""
        mark = f"SANDBOX_FOLDER={self.folder}".encode()
        ids = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and has_mark(entry, mark)
        ]
        return [item for item in ids if self.process is None or item != self.process.pid]


def has_mark(process: Path, mark: bytes) -> bool:
    try:
        return mark in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both kinds: somebody's own database may be either."""
    return str(request.param)


@contextmanager
def killed_at_exit(sandbox: Sandbox) -> Iterator[Sandbox]:
    yield sandbox
    if sandbox.process is not None and sandbox.process.poll() is None:
        sandbox.process.kill()
        sandbox.process.communicate(timeout=60)


@pytest.fixture
def sandbox(memory_path: Path) -> Iterator[Sandbox]:
    with killed_at_exit(Sandbox(memory_path / "sandbox")) as sandbox:
        yield sandbox


@dataclass(frozen=True)
class FirstRun:
    """The record of a sandbox: what it showed while it ran, what it printed, and how it ended."""

    folder: Path
    processes: int
    shop: dict[str, object]
    open_to_others: list[str]
    status: int
    out: str
    err: str
    survivors: list[int]
    stores: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def first_run() -> Iterator[FirstRun]:
    """A run that began with nothing, and was ended by Ctrl-C once all stores had their expected stages."""
    with folder_in_memory() as folder, killed_at_exit(Sandbox(folder / "sandbox")) as sandbox:
        sandbox.start()
        wait_for_its_stages(sandbox)
        processes, shop, open_to_others = (
            len(sandbox.processes()),
            sandbox.shop("morning-roast"),
            sandbox.open_to_others(),
        )
        status, out, err = sandbox.stop(signal.SIGINT)
        survivors, stores = sandbox.processes(), sandbox.stores()
        yield FirstRun(sandbox.folder, processes, shop, open_to_others, status, out, err, survivors, stores)


@pytest.fixture
def earlier(first_run: FirstRun, memory_path: Path) -> Iterator[Sandbox]:
    """A sandbox that ran before: replaying its stores' past takes most of a first start."""
    shutil.copytree(first_run.folder, memory_path / "sandbox", ignore=shutil.ignore_patterns("*.log"))
    with killed_at_exit(Sandbox(memory_path / "sandbox")) as sandbox:
        yield sandbox


def wait_for_its_stages(sandbox: Sandbox) -> None:
    def stages() -> Iterator[tuple[str, object, str]]:
        """Yield each store with its stage, or the error in its place, and the expected stage."""
        for key, stage in STAGES.items():
            try:
                yield key, sandbox.status(key)["stage"], stage
            except (OSError, ValueError, KeyError) as error:
                yield key, error, stage

    try:
        wait_until(lambda: all(now == stage for _, now, stage in stages()))
    except AssertionError:
        pytest.fail(f"the stores stand at {list(stages())}\n{sandbox.stop(signal.SIGTERM)}")


needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="/proc tells what runs")


@needs_proc
def test_it_plays_its_stories_and_leaves_nothing_behind(first_run: FirstRun) -> None:
    assert first_run.processes >= 5
    assert first_run.shop["name"] == "Morning Roast Coffee"
    assert first_run.open_to_others == []
    assert (first_run.status, first_run.err) == (0, "")
    assert "demo@sandbox.example" in first_run.out
    assert f"-H 'Authorization: Bearer {first_run.stores['morning-roast']['token']}'" in first_run.out
    assert first_run.survivors == []


@needs_proc
def test_started_again_it_goes_on_until_a_process_falls_which_is_named_and_ends_all_of_it(
    first_run: FirstRun, earlier: Sandbox
) -> None:
    process = earlier.start()
    wait_for_its_stages(earlier)
    assert {key: store["id"] for key, store in earlier.stores().items()} == {
        key: store["id"] for key, store in first_run.stores.items()
    }
    wait_until(lambda: (earlier.folder / "stores.log").exists())  # begun after all others
    (worker,) = [
        item for item in earlier.processes() if b"\0worker\0" in Path(f"/proc/{item}/cmdline").read_bytes()
    ]
    os.kill(worker, signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("The worker process ended (exit status -9).")
    assert earlier.processes() == []


@needs_proc
def test_stopped_while_it_starts_or_killed_outright_it_takes_its_processes_along(earlier: Sandbox) -> None:
    earlier.start()
    wait_until(lambda: len(earlier.processes()) >= 4)
    assert earlier.stop(signal.SIGTERM)[0] == 0
    assert earlier.processes() == []
    process = earlier.start()
    wait_until(lambda: len(earlier.processes()) >= 4)
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: earlier.processes() == [])


@dataclass(frozen=True)
class Refusal:
    """The exit status and output of a sandbox that does not start."""

    status: int
    out: str
    err: str


@pytest.fixture
def refusal(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Refusal]]:
    """A function that starts a sandbox in this process, whose state is restored at the end."""
    mask, logging, settings = os.umask(0o000), structlog.get_config(), dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    os.environ.pop("DATABASE_URL", None)

    def start(**environment: str) -> Refusal:
        os.environ.update(sandbox.environment(**environment))
        status = main([])
        return Refusal(status, *capsys.readouterr())

    yield start
    os.environ.clear()  # the sandbox's own settings, too, which it puts there
    os.environ.update(settings)
    os.umask(mask)
    structlog.configure(**logging)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_port_in_use_is_one_sentence(sandbox: Sandbox, refusal: Callable[..., Refusal]) -> None:
    with socket.create_server(("127.0.0.1", sandbox.port + 1)):
        result = refusal()
    assert (result.status, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert f"PORT={sandbox.port}" in result.err


def test_a_database_of_ones_own_is_left_alone(refusal: Callable[..., Refusal], container: Container) -> None:
    with container.database.writing() as session:
        session.add(
            Staff(email="ann@shop.example", role="viewer", password_hash="x", created_at=container.now())
        )
    result = refusal(DATABASE_URL=container.settings.database_url)
    assert result.status == 1
    assert "holds stores or staff that are not the sandbox's" in result.err
    with container.database.reading() as session:
        assert [row.email for row in session.scalars(select(Staff))] == ["ann@shop.example"]


def test_settings_of_ones_own_are_one_sentence_and_left_alone(
    sandbox: Sandbox, refusal: Callable[..., Refusal]
) -> None:
    sandbox.folder.mkdir()
    (sandbox.folder / ".env").write_text("PUBLIC_URL=https://credit.example\n")
    result = refusal()
    assert result.status == 1
    assert len(result.err.splitlines()) == 1
    assert "settings of your own" in result.err
    assert (sandbox.folder / ".env").read_text() == "PUBLIC_URL=https://credit.example\n"
