"""`ad-credit run`: web and worker of one machine under one process, which ends when one of them does."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import click

from receiver.cli.output import one_line
from receiver.cli.single import single_command
from receiver.cli.web import address_options, require_address, web_server
from receiver.container import current_container
from receiver.errors import Refused
from receiver.home import HOME
from receiver.processes import Children, Stop
from receiver.services.operations.doctor import CheckState, diagnose_before_start
from receiver.services.operations.migrate import migrate_database

LOOK_SECONDS = 0.2
STOP_WITHIN_SECONDS = 70.0  # the worker finishes the periodic job in hand, which takes 60 at most


@single_command("run")
@address_options
def run_command(host: str, port: int) -> None:
    """Migrate, then run web and worker on this machine.

    Says in a line each what is wrong first. SIGTERM and Ctrl-C let both finish what they have in hand. Ends
    with exit code 1 when one of them falls, so that a service manager starts all of it again.
    """
    stop = Stop()
    require_address(host, port)
    threads = _prepare()
    children = Children(None, HOME)
    environment = {**os.environ, "AD_CREDIT_HOME": str(HOME)}
    try:
        children.start("web", web_server(host, port, threads), environment)
        children.start("worker", [sys.executable, "-m", "receiver", "worker"], environment)
        click.echo(f"web answers on http://{host}:{port}; the worker runs", err=True)
        _wait(children, stop)
    finally:
        children.stop(STOP_WITHIN_SECONDS)


def _prepare() -> int:
    """Migrate, say what is wrong, and return the number of web's threads; nothing of it stays open."""
    container = current_container()
    try:
        migrate_database(container.database, container.cipher)
        for line in _failures():
            click.echo(line, err=True)
    finally:
        container.database.close()
    return container.settings.web_threads


def _failures() -> Iterator[str]:
    container = current_container()
    for check in diagnose_before_start(container, container.channel):
        if check.state is CheckState.FAIL:
            yield one_line(f"doctor: {check.name}: {check.found}; {check.do}")


def _wait(children: Children, stop: Stop) -> None:
    """Return once told to stop. Raises Refused when a child ended by itself."""
    while not stop.asked:
        if fallen := children.fallen():
            raise Refused(f"{fallen.name} ended by itself (exit status {fallen.process.returncode})")
        time.sleep(LOOK_SECONDS)
