"""The `ad-credit` program, also `python -m receiver`: every command, each imported when it is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from receiver.cli import COMMANDS
from receiver.cli.lazy import LazyCommand, LazyCommands
from receiver.version import VERSION

if TYPE_CHECKING:
    from flask import Flask

# Commands that `flask --app wsgi` does not have: its own `run` is a server.
OWN_COMMANDS = {
    "run": LazyCommand("receiver.cli.run:run_command", "Migrate, then run web and worker on this machine."),
    # Without an app, and so without Flask, which would take 8 MB.
    "worker": replace(COMMANDS["worker"], path="receiver.cli.worker:bare_worker_command", has_app=False),
    "web": LazyCommand(
        "receiver.cli.web:web_command",
        "Answer requests until SIGTERM; what was accepted is answered first.",
        has_app=False,
    ),
    "sandbox": LazyCommand(
        "receiver.cli.sandbox:play_command", "Run a sandbox to play with, or steer the one that runs."
    ),
}


class _AdCredit(LazyCommands):
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        lazy = self.lazy.get(cmd_name)
        if command is not None and ctx.obj is None and (lazy is None or lazy.has_app):
            from flask.cli import ScriptInfo  # here: a list of the commands needs no Flask

            ctx.obj = ScriptInfo(create_app=_create_app)
        return command


def _create_app() -> Flask:
    from receiver.app import create_command_app  # here: not every command has an app

    return create_command_app()


ad_credit = _AdCredit(
    "ad-credit",
    {**COMMANDS, **OWN_COMMANDS},
    help="Receive webhooks of WooCommerce stores, poll TikTok for spend, and decide awards of ad credit.",
    params=[],
)
click.version_option(VERSION, prog_name="ad-credit")(ad_credit)


def main() -> None:
    """Run the command that the process was started with."""
    ad_credit.main(prog_name="ad-credit")


if __name__ == "__main__":
    main()
