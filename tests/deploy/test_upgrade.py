"""An upgrade from 0.1.0 under load: every delivery that was answered 200 is stored and processed.

The old version runs from its own source in git: it fills the database, and its web process goes on answering
while the new version migrates.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text

from receiver.app import create_command_app
from receiver.integrations.woocommerce.signature import sign, signing_key
from receiver.storage.migrate import newest_revision
from tests.conftest import KEY
from tests.processes import wait_until
from tests.sandbox.ports import free_ports
from tests.signals import SECRET, SHOP, body_of
from tests.signals import signal as signal_of

ROOT = Path(__file__).parents[2]
OLD = "32b00acbad64d769c7b6c9bf3077a9ea335dda53"  # the last commit of 0.1.0, whose newest migration is 0027
FEW, MORE = 10, 5  # deliveries: that fill the old database, and that come to each version while it runs
PAUSE = 0.1  # seconds; a store may send 500 signals a day
# Runs commands of the old version in one process: to import it takes longer than what they do.
IN_TURN = """
import json, sys
from flask.cli import FlaskGroup
for words in json.loads(sys.argv[1]):
    FlaskGroup().main(["--app", "wsgi", *words], prog_name="flask", standalone_mode=False)
"""


@pytest.fixture(scope="session")
def old_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of 0.1.0, extracted from git."""
    folder = tmp_path_factory.mktemp("old")
    git = ["git", "-c", f"safe.directory={ROOT}"]
    if subprocess.run([*git, "cat-file", "-e", OLD], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.xfail("this checkout has no history as far back as 0.1.0 (git fetch --unshallow)")
    archive = subprocess.run([*git, "archive", OLD], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


class Version:
    """The commands and processes of one version, over one database and one port."""

    def __init__(self, source: Path, database_url: str, port: int, log: Path) -> None:
        self._source, self._port, self._log = source, port, log
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "SECRET_KEYS": KEY,
            "PUBLIC_URL": "https://credit.example",
            "DATABASE_URL": database_url,
            "TIKTOK_API_URL": "http://127.0.0.1:9/open_api/v1.3",
        }

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words], cwd=self._source, env=self._environment,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def web(self) -> subprocess.Popen[bytes]:
        server = ("granian", "--interface", "wsgi", "--port", str(self._port), "--blocking-threads", "16")
        return self.start(*server, "--workers-kill-timeout", "30", "wsgi:app")

    def command(self, *words: str) -> str:
        """Run a command of the new version, which is imported already; return what it prints."""
        assert self._source == ROOT
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._environment.items():
                patch.setenv(name, value)
            result = create_command_app().test_cli_runner().invoke(args=words, catch_exceptions=False)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def commands(self, *calls: Sequence[str]) -> str:
        """Run commands of either version in one process; return what they print."""
        command = [sys.executable, "-c", IN_TURN, json.dumps(calls)]
        result = subprocess.run(
            command, cwd=self._source, env=self._environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stdout


class RetryingSender:
    """A shop that never stops sending, and a proxy before the service that retries what was refused."""

    def __init__(self, port: int, store: str) -> None:
        self._port, self._path = port, f"/webhooks/woocommerce/{store}"
        self._stop, self._number = Event(), 0
        self.accepted: dict[str, str] = {}  # the hash of each body by its delivery id
        self.refused = Counter[object]()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> RetryingSender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait_for(self, more: int) -> None:
        total = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= total)
        assert len(self.accepted) >= total, self.refused

    def _run(self) -> None:
        while not self._stop.is_set():
            self._number += 1
            body = body_of(signal_of(self._number, home_url=SHOP))
            while (status := self._post(body, f"d{self._number}")) != 200 and not self._stop.is_set():
                self.refused[status] += 1
                time.sleep(PAUSE)
            if status == 200:
                self.accepted[f"d{self._number}"] = hashlib.sha256(body).hexdigest()
            time.sleep(PAUSE)

    def _post(self, body: bytes, delivery_id: str) -> object:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": "action.wc_ad_credit_signal",
            "X-WC-Webhook-Signature": sign(body, signing_key(SECRET)),
            "X-WC-Webhook-ID": "136",
            "X-WC-Webhook-Delivery-ID": delivery_id,
        }
        try:
            connection.request("POST", self._path, body, headers)
            return connection.getresponse().status
        except (OSError, HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(75) == 0


@pytest.fixture
def versions(
    old_source: Path, empty_database_url: str, tmp_path: Path
) -> Iterator[tuple[Version, Version, int]]:
    port = free_ports(1)
    log = tmp_path / "log"
    versions = [Version(source, empty_database_url, port, log) for source in (old_source, ROOT)]
    started: list[subprocess.Popen[bytes]] = []
    for version in versions:
        start = version.start
        version.start = lambda *words, start=start: started.append(start(*words)) or started[-1]  # type: ignore[method-assign, func-returns-value, assignment]
    yield versions[0], versions[1], port
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_no_delivery_is_lost_while_a_filled_database_of_0_1_0_is_upgraded(
    versions: tuple[Version, Version, int], empty_database_url: str
) -> None:
    old, new, port = versions
    about = (
        "--url",
        SHOP,
        "--name",
        "Example",
        "--country",
        "US",
        "--currency",
        "USD",
        "--webhook-secret",
        SECRET,
    )
    add = ("stores", "add", *about, "--joined-at", "2025-11-01", "--json")
    output = old.commands(["migrate"], add)
    store = json.loads(output[output.index("{") :])["id"]
    web, worker = old.web(), old.start("flask", "--app", "wsgi", "worker")
    engine = create_engine(empty_database_url)

    def states() -> dict[str, tuple[str, str]]:
        query = text("SELECT delivery_id, body_sha256, state FROM deliveries")
        with engine.connect() as connection:
            return {row[0]: (row[1], row[2]) for row in connection.execute(query)}

    with RetryingSender(port, store) as sender:
        sender.wait_for(FEW)
        wait_until(lambda: sum(state == "processed" for _, state in states().values()) >= FEW)
        stop(worker)
        sender.wait_for(MORE)

        plan = json.loads(new.command("upgrade", "--check", "--json"))
        assert (plan["from"], plan["done"]) == ("0027", False)
        assert all(step["does"] for step in plan["steps"])
        report = json.loads(new.command("upgrade", "--json"))
        assert (report["from"], report["to"], report["done"]) == ("0027", newest_revision(), True)
        sender.wait_for(MORE)  # of the old version's web, on the new version's tables
        refused = set(sender.refused)
        stop(web)
        web, worker = new.web(), new.start("flask", "--app", "wsgi", "worker")
        sender.wait_for(MORE)
    assert refused <= {
        "ConnectionRefusedError"
    }  # before the old web listened; none was ever answered with an error

    def unfinished() -> list[str]:
        return [name for name, (_, state) in states().items() if state != "processed"]

    wait_until(lambda: not unfinished())
    rows = states()
    assert {name: rows.get(name, ("lost",))[0] for name in sender.accepted} == sender.accepted
    assert [name for name in unfinished() if name in sender.accepted] == []
    stop(web)
    stop(worker)
    assert json.loads(new.command("upgrade", "--check", "--json"))["steps"] == []
    engine.dispose()
