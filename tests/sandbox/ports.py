"""Ports for a sandbox of a test's own."""

from __future__ import annotations

import socket
from contextlib import ExitStack


def two_free_ports() -> int:
    return free_ports(2)


def free_ports(how_many: int) -> int:
    """The lowest of so many neighbours that nobody uses."""
    while True:
        with ExitStack() as taken:
            first = taken.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = int(first.getsockname()[1])
            try:
                for next_one in range(port + 1, port + how_many):
                    taken.enter_context(socket.create_server(("127.0.0.1", next_one)))
            except (OSError, OverflowError):
                continue
            return port
