"""The commands `sandbox faults` and `sandbox shop-faults`, alike for TikTok and for shops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

import click
from flask.cli import with_appcontext

from receiver.cli.groups import Commands
from receiver.cli.output import json_option, print_rows
from receiver.sandbox.fault_switches import Kind, Switches


@dataclass(frozen=True)
class FaultSide(Generic[Kind]):
    """One side whose faults are switched, TikTok or the shops: the text of its commands, and its switches."""

    group: str
    help: str
    kinds: type[Kind]
    does: Mapping[Kind, Mapping[str, str]]  # columns that say what each fault does
    option: str  # the option that names one target
    target_help: str
    every: str
    switches: Callable[[], Switches[Kind]]


def fault_commands(side: FaultSide[Kind]) -> click.Group:
    """Return the group that lists the faults of a side, with `on` and `off`."""
    fault = click.Choice([kind.value for kind in side.kinds])

    @click.group(side.group, cls=Commands, invoke_without_command=True, help=side.help)
    @json_option
    @click.pass_context
    @with_appcontext
    def group(context: click.Context, as_json: bool) -> None:
        if context.invoked_subcommand is None:
            _show(side, as_json)

    @group.command("on", help=f"Switch a fault on, for every {side.every} or one.")
    @click.argument("name", type=fault, metavar="NAME")
    @click.option(f"--{side.option}", "target", default="", help=f"Only for this {side.target_help}.")
    @json_option
    def on_command(name: str, target: str, as_json: bool) -> None:
        side.switches().on(side.kinds(name), target)
        _show(side, as_json)

    @group.command("off", help="Switch a fault off, or all of them.")
    @click.argument("name", type=fault, metavar="NAME", required=False)
    @click.option("--all", "all_of_them", is_flag=True, help="Every fault.")
    @click.option(f"--{side.option}", "target", help=f"Only what was switched on for this {side.every}.")
    @json_option
    def off_command(name: str | None, all_of_them: bool, target: str | None, as_json: bool) -> None:
        if (name is None) is not all_of_them:
            raise click.UsageError("write either NAME or --all")
        for kind in list(side.kinds) if name is None else [side.kinds(name)]:
            side.switches().off(kind, target)
        _show(side, as_json)

    return group


def _show(side: FaultSide[Kind], as_json: bool) -> None:
    """Print each fault, the targets it is on for, and what it does."""
    on: dict[Kind, list[str]] = defaultdict(list)
    for item in side.switches().list_active():
        on[item.fault].append(item.target or "all")
    rows = [{"fault": fault, "on": on[fault], **columns} for fault, columns in side.does.items()]
    print_rows(rows, as_json, ("fault", "on", "does"))
