"""The groups of the command line."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from receiver.cli.output import in_one_line


class Commands(AppGroup):
    """A group of the command line whose ReceiverErrors become one clear line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error becomes one line on stderr and exit code 1."""
        with in_one_line():
            return super().invoke(ctx)
