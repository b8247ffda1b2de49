"""`sandbox` where no sandbox is set up: each of its commands says what it needs.

Where the settings say SANDBOX=yes, the sandbox registers its own group in place of this one.
`ad-credit sandbox` alone starts it.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click
from flask.cli import ScriptInfo

from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.errors import Refused

RUNNER = "receiver.sandbox.run"  # found by its name: the product imports nothing of it

_words = click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND]...")


@single_command("sandbox", context_settings={"ignore_unknown_options": True})
@_words
def sandbox_command(words: tuple[str, ...]) -> None:
    """Play with the clock and the faults of a sandbox; needs SANDBOX=yes, which `make run` writes."""
    current_container()  # so that an error in the settings comes first
    raise Refused("`sandbox` commands need SANDBOX=yes: here time is real, and so is TikTok")


@click.command("sandbox", context_settings={"allow_interspersed_args": False})
@_words
@click.pass_context
def play_command(context: click.Context, words: tuple[str, ...]) -> None:
    """Run a sandbox to play with, or steer the one that runs.

    `sandbox clock +30d` and `sandbox faults` steer it. Without a COMMAND it starts a stand-in for TikTok,
    WooCommerce shops, web and worker on 127.0.0.1 (PORT, default 8000), until Ctrl-C. It keeps its data in
    instance/sandbox, and its settings in .env.
    """
    if not words:
        sys.exit(import_module(RUNNER).main([]))
    app = context.ensure_object(ScriptInfo).load_app()
    command = app.cli.get_command(context, "sandbox")  # the sandbox's own, where there is one
    assert command is not None
    with command.make_context("sandbox", list(words), parent=context) as inner:
        command.invoke(inner)
