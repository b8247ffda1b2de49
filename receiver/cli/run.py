"""`ad-credit run`: web and worker of one machine under one process, which ends when one of them does."""

from __future__ import annotations

from collections.abc import Iterator

import click

from receiver.cli.output import one_line
from receiver.cli.single import single_command
from receiver.cli.watch import become_watch
from receiver.cli.web import address_options, require_address
from receiver.container import current_container
from receiver.processes import Stop
from receiver.services.operations.doctor import CheckState, diagnose_before_start
from receiver.services.operations.migrate import migrate_database


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
    if not stop.requested:
        become_watch(host, port, threads)


def _prepare() -> int:
    """Migrate, say what is wrong, and return the number of web's threads; nothing of it stays open."""
    container = current_container()
    try:
        migrate_database(container)
        for line in _failures():
            click.echo(line, err=True)
    finally:
        container.database.close()
    return container.settings.web_threads


def _failures() -> Iterator[str]:
    container = current_container()
    for check in diagnose_before_start(container, container.channel):
        if check.state is CheckState.FAIL:
            yield one_line(f"doctor: {check.name}: {check.finding}; {check.do}")
