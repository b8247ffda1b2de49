"""Groups whose commands are imported when they are called: to import all of them takes more than a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True)
class LazyCommand:
    """The place of a command, as `module:attribute`, its line in the list of commands, and if it has an app.

    `quick` has the places of a group's commands that need no database: they are called without the group.
    """

    path: str
    summary: str
    quick: Mapping[str, str] = field(default_factory=dict)
    has_app: bool = True

    def load(self) -> click.Command:
        """Import the command."""
        return _load(self.path)


def _load(path: str) -> click.Command:
    module, _, attribute = path.partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command


class LazyCommands(click.Group):
    """A group that lists its commands without importing them; one added later replaces a lazy one."""

    def __init__(self, name: str | None, lazy: Mapping[str, LazyCommand], **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in alphabetical order; imports none."""
        return sorted({*self.lazy, *self.commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported if need be; None for an unknown name."""
        if cmd_name not in self.commands and cmd_name in self.lazy:
            return self.lazy[cmd_name].load()
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, and what is left of them.

        A quick command of a group is called without its group.
        """
        lazy = self.lazy.get(args[0])
        quick = lazy.quick.get(args[1]) if lazy and len(args) > 1 else None
        if quick is None:
            return super().resolve_command(ctx, args)
        return f"{args[0]} {args[1]}", _load(quick), args[2:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with their summaries; imports none."""
        rows = [(name, self._summary(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _summary(self, name: str) -> str:
        command = self.commands.get(name)
        return command.get_short_help_str(100) if command else self.lazy[name].summary
