"""Commands of no group; like those of a group, they turn an error into one line and exit code 1."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from receiver.cli.output import in_one_line


class _Single(click.Command):
    def invoke(self, ctx: click.Context) -> Any:
        with in_one_line():
            return super().invoke(ctx)


def single_command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Decorate in place of `@click.command(name)`; `attributes` are click's."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def in_app(*arguments: Any, **options: Any) -> Any:
            from flask.cli import with_appcontext  # here: a command without an app needs no Flask

            return with_appcontext(function)(*arguments, **options)

        return plain_command(name, **attributes)(in_app)

    return decorate


def plain_command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Decorate a command that has no app, and so starts without importing what an app is made of."""
    return click.command(name, cls=_Single, **attributes)
