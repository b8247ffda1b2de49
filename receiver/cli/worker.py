"""`worker`: background work in the foreground, until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
from threading import Event, Thread

from receiver.cli.output import json_option, print_one
from receiver.cli.single import single_command
from receiver.collector import collect_seldom, freeze_start
from receiver.container import current_container


@single_command("worker")
@json_option
def worker_command(as_json: bool) -> None:
    """Process deliveries, poll TikTok and decide, until SIGTERM or Ctrl-C."""
    from receiver.worker.loop import run  # here: a web process has all commands and needs no Huey

    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread: a handler that sets an event its own thread is waiting on can wait for itself.
        signal.signal(number, lambda *_: Thread(target=stopping.set).start())
    freeze_start()
    collect_seldom()
    run(current_container(), stopping)
    print_one({"worker": "stopped"}, as_json)
