"""The sandbox's side of the port in receiver/extension.py; nothing imports it but by its name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import Flask

from receiver.extension import Extension
from receiver.sandbox.console.commands import sandbox_group
from receiver.sandbox.console.pages import register as register_pages
from receiver.sandbox.controls import Controls


class SandboxPlug:
    """The sandbox as an extension of the service: its clock, its page in the console and its commands."""

    def __init__(self, folder: Path) -> None:
        self._clock = Controls(folder).clock

    def now(self) -> datetime:
        """Return the sandbox's time, in UTC."""
        return self._clock()

    def register(self, app: Flask) -> None:
        """Put the sandbox's commands and page on an app."""
        app.cli.add_command(sandbox_group)  # in place of the product's, which refuses
        register_pages(app)


def plug_in(folder: Path) -> Extension:
    """Return the sandbox whose files lie in `folder`."""
    return SandboxPlug(folder)
