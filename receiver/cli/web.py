"""`ad-credit web`: the web server with the options that the service needs."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import click

from receiver.cli.single import plain_command
from receiver.errors import Refused

STOPS_WITHIN_SECONDS = 30  # the longest answer
# For glibc, before the server starts: memory from two places, and no store of freed memory for each thread.
# With 64 threads it would otherwise keep much of what it is given back.
ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


def address_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--host` and `--port`."""
    host = click.option(
        "--host", default="127.0.0.1", show_default=True, help="The address that web listens on."
    )
    port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
    return host(port(command))


@plain_command("web")
@address_options
def web_command(host: str, port: int) -> None:
    """Answer requests until SIGTERM; what was accepted is answered first."""
    from receiver.settings import (
        read_settings,
    )  # here: the supervisor imports this file, and needs no settings

    threads = read_settings().web_threads
    require_address(host, port)
    command = web_server(host, port, threads)
    os.execve(command[0], command, {**ALLOCATOR, **os.environ})  # noqa: S606 (which gets the signals)


def require_address(host: str, port: int) -> None:
    """Raise Refused where nobody can listen: the server would say so in a traceback."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):  # as granian does
                probe.setsockopt(socket.SOL_SOCKET, option, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused(
            f"web cannot listen on port {port} of {host} ({reason}); choose others with --host and --port"
        ) from error


def web_server(host: str, port: int, threads: int) -> list[str]:
    """Return the command that serves the app with so many threads."""
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    workers = ["--blocking-threads", str(threads), "--workers-kill-timeout", str(STOPS_WITHIN_SECONDS)]
    return [*server, *workers, "--respawn-failed-workers", "--factory", "receiver.app:create_served_app"]
