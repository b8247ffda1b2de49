"""`worker`: background work in the foreground, until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
from threading import Event, Thread

from receiver.cli.output import json_option, print_one
from receiver.cli.single import plain_command, single_command
from receiver.collector import freeze_start
from receiver.container import Container, checked_container, current_container
from receiver.logs import log_to_stderr
from receiver.settings import read_settings


@single_command("worker")
@json_option
def worker_command(as_json: bool) -> None:
    """Process deliveries, poll TikTok and decide, until SIGTERM or Ctrl-C."""
    _work(current_container(), as_json)


@plain_command("worker", help=worker_command.help)
@json_option
def bare_worker_command(as_json: bool) -> None:
    """Do the same in a process without an app."""
    log_to_stderr()
    _work(checked_container(read_settings()), as_json)


def _work(container: Container, as_json: bool) -> None:
    from receiver.worker.loop import run  # here: a web process has all commands and needs no Huey

    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread: a handler that sets an event its own thread is waiting on can wait for itself.
        signal.signal(number, lambda *_: Thread(target=stopping.set).start())
    freeze_start()
    run(container, stopping)
    print_one({"worker": "stopped"}, as_json)
