"""A network line to PostgreSQL that can go dead: packets are lost, and neither side is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import URL, make_url


class NetworkLine:
    """A TCP proxy to the PostgreSQL server at `server_url`, a socket in a folder; connect to `url`."""

    def __init__(self, server_url: str) -> None:
        address = make_url(server_url)
        self._server = f"{address.query['host']}/.s.PGSQL.5432"
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = _url_at_port(address, self._door.getsockname()[1])
        self._dead = Event()
        self._ends = [self._door]
        Thread(target=self._take_calls, daemon=True).start()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Drop everything while the block lasts; connections open by then stay dead afterwards."""
        self._dead.set()
        yield
        self._dead = Event()

    def close(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _take_calls(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._door.accept()[0], socket.socket(socket.AF_UNIX)
                self._ends += [near, far]
                far.connect(self._server)
                for item, other in ((near, far), (far, near)):
                    Thread(target=_carry, args=(item, other, self._dead), daemon=True).start()


def _url_at_port(address: URL, port: int) -> str:
    url = address.difference_update_query(["host"]).set(host="127.0.0.1", port=port)
    return url.render_as_string(hide_password=False)


def _carry(item: socket.socket, other: socket.socket, dead: Event) -> None:
    with suppress(OSError):
        while piece := item.recv(65536):
            if not dead.is_set():
                other.sendall(piece)
        if not dead.is_set():
            other.shutdown(socket.SHUT_WR)
