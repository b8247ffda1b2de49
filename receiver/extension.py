"""The port by which a sandbox is plugged in: found by its name, and only where the settings say SANDBOX=yes.

The product imports none of it. What is plugged in says what time it is, and puts its own page and commands
on the app.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from flask import Flask

SANDBOX = "receiver.sandbox.plug"  # has `plug_in(folder) -> Extension`


class Extension(Protocol):
    """The interface that a sandbox offers to the product."""

    def now(self) -> datetime:
        """Return the time that the whole service goes by, in UTC."""

    def register(self, app: Flask) -> None:
        """Put pages and commands on an app that has the product's own."""


def load_sandbox(folder: Path) -> Extension:
    """Import the sandbox and open what it keeps in `folder`."""
    extension: Extension = import_module(SANDBOX).plug_in(folder)
    return extension
