"""The process that `ad-credit run` becomes: supervises web and worker, and takes little memory."""

from __future__ import annotations

import os
import sys
import time

import click

from receiver.cli.single import plain_command
from receiver.cli.web import ALLOCATOR, address_options, web_server
from receiver.errors import Refused
from receiver.home import HOME, with_package
from receiver.processes import Children, Stop

LOOK_SECONDS = 0.2
STOP_WITHIN_SECONDS = 70.0  # the worker finishes the periodic job in hand, which takes 60 at most


def become_watch(host: str, port: int, threads: int) -> None:
    """Replace this process by the one that watches over web and worker."""
    address = ["--host", host, "--port", str(port), "--threads", str(threads)]
    command = [sys.executable, "-m", "receiver.cli.watch", *address]
    os.execve(command[0], command, with_package(os.environ))  # noqa: S606 (which gets the signals)


@plain_command("watch")
@address_options
@click.option("--threads", type=int, required=True)
def watch_command(host: str, port: int, threads: int) -> None:
    """Start web and worker, and end when told to, or when one of them does."""
    stop, children = Stop(), Children(None, HOME)
    environment = {**os.environ, "AD_CREDIT_HOME": str(HOME)}
    try:
        children.start("web", web_server(host, port, threads), {**ALLOCATOR, **environment})
        children.start("worker", [sys.executable, "-m", "receiver", "worker"], environment)
        click.echo(f"web answers on http://{host}:{port}; the worker runs", err=True)
        _watch(children, stop)
    finally:
        children.stop(STOP_WITHIN_SECONDS)


def _watch(children: Children, stop: Stop) -> None:
    """Return once told to stop. Raises Refused when a child ended by itself."""
    while not stop.requested:
        if fallen := children.find_ended():
            raise Refused(f"{fallen.name} ended by itself (exit status {fallen.process.returncode})")
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    watch_command(prog_name="ad-credit run")
