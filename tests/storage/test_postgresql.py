"""A dead line to PostgreSQL, on which nothing comes back and nothing is refused, is given up and replaced."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from threading import Event, Timer

import psycopg
import pytest
from huey.api import Huey
from sqlalchemy import text

from receiver.container import Container, build_container
from receiver.errors import StorageUnavailable
from receiver.storage import postgresql as engine
from receiver.storage.database import Driver, driver_of
from receiver.worker.jobs import Job, open_job_queue
from tests.conftest import database_on, make_settings
from tests.dead_network import NetworkLine
from tests.fakes import FrozenClock


@pytest.fixture
def line(postgresql: str, migrated_name: str) -> Iterator[NetworkLine]:
    with database_on(postgresql, migrated_name) as address:
        network_line = NetworkLine(address)
        end = Timer(60, network_line.close)  # who still waits then did so for ever
        end.start()
        yield network_line
        end.cancel()
        network_line.close()


@pytest.fixture
def far(line: NetworkLine, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """A container connected over the line, with shorter timeouts than in production."""
    monkeypatch.setattr(engine.BoundedConnection, "within", 1.0)
    monkeypatch.setitem(engine.BOUNDED, "connect_timeout", 2)
    container = build_container(make_settings(database_url=line.url), now=clock)
    yield container
    container.database.close()


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def queue(far: Container, ran: list[str]) -> Iterator[Huey]:
    huey = open_job_queue(far, (Job("tick", lambda _: ran.append("ran")),), Event())
    yield huey
    huey.storage.close()


def test_every_connection_asks_both_ends_whether_the_other_is_there(far: Container, queue: Huey) -> None:
    with far.database.reading() as session:
        assert _server_options(driver_of(session)) == ["5s", "5", "2", "3"]
        assert _socket_options(driver_of(session)) == [5000, 1, 5, 2, 3]
    assert _server_options(queue.storage.conn) == ["5s", "5", "2", "3"]
    assert _socket_options(queue.storage.conn) == [5000, 1, 5, 2, 3]


def _server_options(driver: Driver) -> list[str]:
    """Return the keepalive options sent to the server; on a Unix socket, as in tests, it ignores them."""
    assert isinstance(driver, psycopg.Connection)
    options = driver.info.get_parameters()["options"]
    names = ("user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count")
    return [options.split(f"tcp_{name}=")[1].split(" ")[0] for name in names]


def _socket_options(driver: Driver) -> list[int]:
    assert isinstance(driver, psycopg.Connection)
    names = (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    with socket.socket(fileno=os.dup(driver.fileno())) as end:
        unanswered, *silent = (end.getsockopt(socket.IPPROTO_TCP, name) for name in names)
        return [unanswered, end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), *silent]


def test_the_queue_gives_a_dead_line_up_and_goes_on_over_a_new_one(
    line: NetworkLine, queue: Huey, ran: list[str]
) -> None:
    assert queue.dequeue() is None  # it holds its connections now: one to ask, one to listen
    with line.cut():
        for _ in ("over the line it had", "over a new one"):
            with pytest.raises(psycopg.OperationalError):
                queue.dequeue()
    for tick in queue.read_periodic(None):
        queue.enqueue(tick)
    queue.execute(queue.dequeue())
    assert ran == ["ran"]


def test_a_session_over_a_dead_line_ends_and_the_next_is_given_a_new_one(
    line: NetworkLine, far: Container
) -> None:
    with far.database.reading() as session:
        session.execute(text("SELECT 1"))
    with line.cut(), pytest.raises(StorageUnavailable), far.database.reading() as session:
        session.execute(text("SELECT 1"))
    with far.database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
