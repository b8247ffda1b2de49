"""The interface of a sandbox, which is loaded by name, and only where the settings say SANDBOX=yes.

The product imports none of it. A sandbox provides the time, and adds a page and commands to the app.
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
        """Return the time of the whole service, in UTC."""

    def register(self, app: Flask) -> None:
        """Add the sandbox's pages and commands to the product's app."""


def load_sandbox(folder: Path) -> Extension:
    """Import the sandbox and open its state in `folder`."""
    extension: Extension = import_module(SANDBOX).plug_in(folder)
    return extension
