"""`sandbox` where there is none: every one of its commands says what it needs.

Where the settings say SANDBOX=yes, the sandbox registers its own group in place of this one.
"""

from __future__ import annotations

import click

from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.errors import Refused


@single_command("sandbox", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND]...")
def sandbox_command(words: tuple[str, ...]) -> None:
    """Play with the clock and the faults of a sandbox; needs SANDBOX=yes, which `make run` writes."""
    current_container()  # a wrong setting is told first
    raise Refused("`sandbox` commands need SANDBOX=yes: here time is real, and so is TikTok")
