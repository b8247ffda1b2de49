"""The site file we ship for nginx: slow senders delay nobody, and no failure looks like success."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from receiver.container import Container, build_container
from receiver.settings import read_settings
from receiver.storage.migrate import migrate
from receiver.storage.tables import Delivery
from receiver.web.bodies import FILES, MOST_BYTES, MOST_BYTES_OF_A_FILE
from tests.capabilities import needs_nginx
from tests.conftest import KEY, make_settings
from tests.nginx_proxy import CALLER, SITE, Proxy
from tests.processes import Process, accepts_connections, run_process, wait_until, web
from tests.raw_http import RawResponse, signed_headers
from tests.sandbox.ports import two_free_ports
from tests.signals import SECRET, add_shop, body_of, signal

THREADS = 8
SLOW = 200
ADDRESSES = 4  # of this machine, from which the slow senders connect
SHOPS = count(1)

pytestmark = needs_nginx


class ProxiedStore:
    """A store that sends to the service through nginx; `proxy` and `serving` are their processes."""

    def __init__(self, container: Container, proxy: Proxy, serving: Process) -> None:
        self.container, self.proxy, self.serving = container, proxy, serving
        self.store = add_shop(container, f"https://shop-{next(SHOPS)}.example/").id
        self.path = f"/webhooks/woocommerce/{self.store}"
        self.tls = ssl.create_default_context()
        self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    def post(self, number: int, padding: int = 0) -> RawResponse:
        body = body_of(signal(number)) + b" " * padding
        return self.ask("POST", self.path, body, dict(signed_headers(body, SECRET)))

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> RawResponse:
        return _request(
            HTTPSConnection("127.0.0.1", self.proxy.https, timeout=60, context=self.tls),
            method,
            path,
            body,
            headers,
        )

    def ask_plainly(self, method: str, path: str) -> RawResponse:
        return _request(HTTPConnection("127.0.0.1", self.proxy.http, timeout=60), method, path, b"", None)

    def slow_sender(self, number: int) -> socket.socket:
        """Open a connection that announces a body of a thousand bytes and sends one."""
        source = (f"127.0.1.{number % ADDRESSES + 1}", 0)
        line = socket.create_connection(("127.0.0.1", self.proxy.https), 20, source)
        line = self.tls.wrap_socket(line)
        line.sendall(f"POST {self.path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{".encode())
        return line

    def count_deliveries(self) -> int:
        with self.container.database.reading() as session:
            return session.query(Delivery).filter_by(store_id=self.store).count()


def _request(
    connection: HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str] | None
) -> RawResponse:
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        headers_by_name = {name.lower(): value for name, value in answer.getheaders()}
        return RawResponse(answer.status, headers_by_name, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class WebProcess:
    """A web process of the service, reached without a proxy."""

    container: Container
    port: int
    process: Process

    def ensure_it_runs(self) -> None:
        if not self.process.is_running:
            self.process.start()
        wait_until(lambda: accepts_connections(self.port))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    """The web process of all tests here: it has no memory of callers, and each test has its own store."""
    folder, port = tmp_path_factory.mktemp("service"), two_free_ports()
    container = build_container(make_settings(database_url=f"sqlite:///{folder}/receiver.db"))
    migrate(container.database)
    with run_process(container, web(port, THREADS)) as process:
        yield WebProcess(container, port, process)
    container.database.close()


@pytest.fixture
def front(tmp_path: Path, service: WebProcess) -> Iterator[ProxiedStore]:
    service.ensure_it_runs()  # a test before may have stopped it
    ports = two_free_ports()
    proxy = Proxy(tmp_path, ports, ports + 1, service.port)
    with proxy.running():
        yield ProxiedStore(service.container, proxy, service.process)


def test_nginx_takes_the_file(tmp_path: Path):
    result = Proxy(tmp_path, 8080, 8443, 8000).check()
    assert result.returncode == 0, result.stderr
    assert "warn" not in result.stderr


def test_bodies_may_be_as_large_as_the_service_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEYS", KEY)
    monkeypatch.setenv("PUBLIC_URL", "https://credit.example")
    monkeypatch.delenv("MAX_BODY_BYTES", raising=False)
    # The first limit is for all locations without one of their own.
    others, *_ = re.findall(r"client_max_body_size (\d+)k;", SITE.read_text())
    locations = re.findall(r"location (?:= )?(\S+) \{\n\s+client_max_body_size (\d+)m;", SITE.read_text())
    most = {path: int(size) * 1024 * 1024 for path, size in locations}
    assert most.pop("/webhooks/") == read_settings(tmp_path / "none").max_body_bytes
    assert most == dict.fromkeys(FILES, MOST_BYTES_OF_A_FILE)
    assert int(others) * 1024 == MOST_BYTES


@contextmanager
def sending_slowly(lines: list[socket.socket]) -> Iterator[None]:
    """Send a byte a second on each connection, so that none is silent for long, while the block lasts."""
    enough = Event()

    def drip() -> None:
        while not enough.wait(1):
            for line in lines:
                line.sendall(b" ")

    thread = Thread(target=drip, daemon=True)
    thread.start()
    yield
    enough.set()
    thread.join()


def test_two_hundred_slow_senders_hold_no_delivery_up(front: ProxiedStore):
    with ExitStack() as stack:
        lines = [stack.enter_context(front.slow_sender(number)) for number in range(SLOW)]
        with sending_slowly(lines):
            for number in range(1, 4):
                assert front.post(number).json["status"] == "accepted"
    assert front.count_deliveries() == 3


def test_a_service_that_is_gone_is_told_as_the_service_tells_it(front: ProxiedStore):
    assert front.post(1).status == 200
    front.serving.stop()
    reply = front.post(2)
    assert (reply.status, reply.json) == (503, {"error": "unavailable"})
    assert reply.headers["retry-after"] == "30"
    front.serving.kill_and_restart()
    wait_until(lambda: front.post(2).status == 200)
    assert front.count_deliveries() == 2


def test_what_the_service_says_is_passed_on_as_it_is(front: ProxiedStore):
    assert front.post(1, padding=900_000).json["status"] == "accepted"
    reply = front.ask("POST", f"{front.path}x", b"{}")
    assert (reply.status, reply.json) == (404, {"error": "store"})
    assert front.post(2, padding=2_000_000).status == 413
    assert front.count_deliveries() == 1


def test_every_answer_by_https_binds_browsers_to_https_and_none_by_http(front: ProxiedStore):
    answers = [front.ask("GET", path) for path in ("/admin/sign-in", "/healthz", "/nowhere")]
    answers += [front.post(1), front.post(2, padding=2_000_000)]
    front.serving.stop()
    answers.append(front.post(3))
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 413, 503]
    for answer in answers:
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in front.ask_plainly("GET", "/admin/").headers


def test_plain_http_is_no_success_for_a_webhook(front: ProxiedStore):
    reply = front.ask_plainly("POST", front.path)
    assert (reply.status, json.loads(reply.body)) == (403, {"error": "https"})
    console = front.ask_plainly("GET", "/admin/")
    assert (console.status, console.headers["location"]) == (308, "https://127.0.0.1/admin/")


BURST = 51  # the first, and fifty more
OFTEN = 60


def statuses_of(front: ProxiedStore, callers: list[str], path: str = "/healthz") -> list[int]:
    return [front.ask("GET", path, headers={CALLER: caller}).status for caller in callers]


def test_who_asks_too_often_is_told_so_and_nobody_else_is(front: ProxiedStore):
    statuses = statuses_of(front, ["198.51.100.7"] * OFTEN)
    assert statuses == [200] * BURST + [429] * (OFTEN - BURST)
    again = front.ask("GET", "/healthz", headers={CALLER: "::ffff:198.51.100.7"})
    assert (again.status, again.json, again.headers["retry-after"]) == (
        429,
        {"error": "too many requests"},
        "5",
    )
    assert statuses_of(front, ["198.51.100.8", "::ffff:198.51.100.9"]) == [200, 200]


def test_a_whole_64_is_one_caller_and_its_neighbour_another(front: ProxiedStore):
    statuses = statuses_of(front, [f"2001:db8:1:2:{number:x}::1" for number in range(OFTEN)])
    assert statuses == [200] * BURST + [429] * (OFTEN - BURST)
    others = ["2001:db8:1:2::ffff", "2001:db8:1:3::1", "2001:db8:0a0a:3::1"]
    assert statuses_of(front, others) == [429, 200, 200]


def test_however_often_a_store_sends_no_delivery_is_rejected(front: ProxiedStore):
    assert {front.post(number).status for number in range(1, OFTEN)} == {200}
