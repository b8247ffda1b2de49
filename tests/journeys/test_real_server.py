"""The real server: a body that is not whole is never kept, and no good delivery is ever rejected."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection

import pytest

from receiver.container import Container
from receiver.storage.tables import Delivery, Quarantined
from tests.processes import accepts_connections, run_process, wait_until, web
from tests.raw_http import signed_headers
from tests.sandbox.ports import two_free_ports
from tests.signals import SECRET, add_shop, body_of, signal

BODY = body_of(signal())
CHUNKED = b"%x\r\n%b\r\n" % (len(BODY), BODY)
THREADS = 16


class SocketStore:
    """A store that writes to sockets of the real server, bytes as they are or a proper delivery."""

    def __init__(self, container: Container, port: int) -> None:
        self.container, self.port = container, port
        self.path = f"/webhooks/woocommerce/{add_shop(container).id}"

    def send_raw(self, *bodies: bytes, **changes: str | None) -> bytes:
        """Send the head and each piece of the body, end the sending, and return all that is answered."""
        head = [f"POST {self.path} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in signed_headers(BODY, SECRET, **changes)]
        pieces = ["\r\n".join([*head, "", ""]).encode(), *bodies]
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            with suppress(OSError):  # the server may close the connection earlier
                for piece in pieces:
                    connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                while piece := connection.recv(65536):
                    answer += piece
        return answer

    def deliver(self, number: int, **changes: str | None) -> int:
        """Deliver a signal as a store does; return the status of the answer."""
        body = body_of(signal(number))
        headers = signed_headers(body, SECRET, x_wc_webhook_delivery_id=f"{number:032x}", **changes)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", self.path, body, dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()

    def count_deliveries(self) -> int:
        with self.container.database.reading() as session:
            return session.query(Delivery).count()


@pytest.fixture
def store(container: Container) -> Iterator[SocketStore]:
    port = two_free_ports()
    with run_process(container, web(port, THREADS)) as serving:
        wait_until(lambda: accepts_connections(port))
        yield SocketStore(container, port)
        assert "Traceback" not in serving.output


# The signature is right, so that only the length can be a reason to refuse.
CHUNKS = {"content_length": None, "transfer_encoding": "chunked"}
NOT_WHOLE: dict[str, tuple[dict[str, str | None], list[bytes]]] = {
    "shorter than announced": ({"content_length": str(len(BODY) + 1)}, [BODY]),
    "cut after a chunk": (CHUNKS, [CHUNKED]),
    "cut in the next chunk": (CHUNKS, [CHUNKED, b"20\r\nmore"]),
    "chunked, though whole": (CHUNKS, [CHUNKED, b"0\r\n\r\n"]),
    "both, and sent in chunks": ({"transfer_encoding": "chunked"}, [CHUNKED, b"0\r\n\r\n"]),
    "both, and sent by length": ({"transfer_encoding": "chunked"}, [BODY]),
    "two lengths": ({"Content-Length": str(len(BODY) - 1)}, [BODY]),
    "no length": ({"content_length": None}, [BODY]),
    "a length with a sign": ({"content_length": f"+{len(BODY)}"}, [BODY]),
}


def test_what_does_not_come_whole_is_never_taken_for_whole(store: SocketStore):
    for what, (changes, bodies) in NOT_WHOLE.items():
        answer = store.send_raw(*bodies, **changes)
        assert b" 200 " not in answer, what
        assert store.count_deliveries() == 0, what


def test_no_good_delivery_is_rejected_however_many_come_and_whatever_comes_beside_them(store: SocketStore):
    """A thousand good deliveries from one address, and one forged call for every three of them."""

    def send(number: int) -> tuple[str, int]:
        if number % 4:
            return "signed", store.deliver(number)
        return "noise", store.deliver(number, x_wc_webhook_signature="A" * 43 + "=")

    with ThreadPoolExecutor(THREADS * 2) as threads:
        statuses = Counter(threads.map(send, range(1, 1334)))
    assert statuses == {("signed", 200): 1000, ("noise", 401): 333}
    with store.container.database.reading() as session:
        assert session.query(Delivery).count() == 1000
        assert session.query(Quarantined).count() < 100
