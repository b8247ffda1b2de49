"""Ports for a sandbox of a test's own."""

from __future__ import annotations

import socket


def two_free_ports() -> int:
    """The lower of two neighbours that nobody uses."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except (OSError, OverflowError):
                continue
