"""Ports for servers of a test's own.

Below those that a system gives to outgoing connections, and in a block for each process of a test run:
between the moment in which a port is found free and that in which a server takes it, nobody else comes.
"""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from itertools import count

LOWEST, BLOCK, BLOCKS = 12_000, 1_000, 20
_block = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % BLOCKS
_attempts = count(os.getpid())


def two_free_ports() -> int:
    """Return the lower of two neighbouring ports that nobody uses."""
    return free_ports(2)


def free_ports(how_many: int) -> int:
    """Return the lowest of so many neighbouring ports that nobody uses."""
    while True:
        first = LOWEST + _block * BLOCK + next(_attempts) * how_many % (BLOCK - how_many)
        with ExitStack() as sockets:
            try:
                for port in range(first, first + how_many):
                    sockets.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
