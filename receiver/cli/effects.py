"""Shows what a command changes for a store, before it is kept (`--dry-run`) or once it is."""

from __future__ import annotations

import click

from receiver.cli.output import Command, print_one
from receiver.container import current_container
from receiver.services.decisions.preview import Action, run_with_preview


def dry_run_option(command: Command) -> Command:
    """Add `--dry-run`, which the command gets as `dry_run`."""
    help_text = "Say what would change, and change nothing."
    return click.option("--dry-run", is_flag=True, help=help_text)(command)


def do_and_show(store_id: str, act: Action, *, dry_run: bool, as_json: bool) -> None:
    """Print the answer of `act`, the store's stage and verdict afterwards, and each change."""
    container = current_container()
    effect = run_with_preview(container, store_id, act, dry_run=dry_run)
    decision = {"stage": effect.after.stage, "verdict": effect.after.verdict}
    print_one({**effect.answer, **decision, "saved": not dry_run, "effect": effect.changes}, as_json)
