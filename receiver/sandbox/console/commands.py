"""The `sandbox` commands: move its clock, and switch the faults of TikTok and of shops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from receiver.cli.groups import Commands
from receiver.cli.output import cell, json_option, one_line, print_one
from receiver.errors import InputError, Refused
from receiver.sandbox.clock.moves import ClockMove, ClockMoves, StageTransition, parse_span
from receiver.sandbox.console.current import current_controls
from receiver.sandbox.console.fault_commands import FaultSide, fault_commands
from receiver.sandbox.controls import Controls
from receiver.sandbox.tiktok.faults import WORDS, Fault
from receiver.sandbox.woocommerce.faults import DOES, ShopFault

CHECK_SECONDS = 0.2


@click.group("sandbox", cls=Commands)
def sandbox_group() -> None:
    """Move the clock and switch the faults of a sandbox; only where `make run` wrote the settings."""


@sandbox_group.command("clock")
@click.argument("by", required=False, metavar="[+1d|+12h|+30d]")
@json_option
def clock_command(by: str | None, as_json: bool) -> None:
    """Show the sandbox's time, or move it forward day by day, with all that falls due on the way."""
    controls = current_controls()
    changes = [] if by is None else _move(controls, _parse_step(by), as_json)
    row = _clock_row(controls)
    print_one(row if by is None or not as_json else {**row, "changes": changes}, as_json)


sandbox_group.add_command(
    fault_commands(
        FaultSide(
            group="faults",
            help="TikTok's faults: what each does, and for which accounts it is on.",
            kinds=Fault,
            does={fault: {"does": words.does, "then": words.then} for fault, words in WORDS.items()},
            option="advertiser",
            target_help="ad account",
            every="ad account",
            switches=lambda: current_controls().faults,
        )
    )
)
sandbox_group.add_command(
    fault_commands(
        FaultSide(
            group="shop-faults",
            help="The shops' faults: what each does, and for which shops it is on.",
            kinds=ShopFault,
            does={fault: {"does": does} for fault, does in DOES.items()},
            option="shop",
            target_help="shop, such as tin-roof",
            every="shop",
            switches=lambda: current_controls().shop_faults,
        )
    )
)


def _clock_row(controls: Controls) -> dict[str, Any]:
    clock = controls.clock
    return {
        "now": clock(),
        "ahead_seconds": round(clock.ahead.total_seconds()),
        "moving_to": controls.moves.destination(),
    }


def _parse_step(by: str) -> timedelta:
    try:
        return parse_span(by)
    except InputError as error:
        raise click.UsageError(str(error)) from error


def _move(controls: Controls, by: timedelta, as_json: bool) -> list[dict[str, Any]]:
    """Request a move and show its progress; return the stores whose stage changed, as rows."""
    console = Console(stderr=as_json)
    columns = (TextColumn("day"), MofNCompleteColumn(), BarColumn())
    changes: tuple[StageTransition, ...] = ()
    until = controls.moves.request(controls.clock(), by)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("move", total=None)
        for move in _follow(controls.moves, until):
            for change in move.changes[len(changes) :] if not as_json else ():
                console.print(_line(change), markup=False, highlight=False, soft_wrap=True)
            changes = move.changes
            progress.update(bar, total=move.steps, completed=move.done)
    return [asdict(change) for change in changes]


def _follow(moves: ClockMoves, until: datetime) -> Iterator[ClockMove]:
    """Yield the move as it goes on, to its end. Raises Refused where it stops on the way."""
    arriving = True
    while arriving:
        arriving = moves.destination() == until
        latest = moves.latest()
        if latest and latest.end == until:
            yield latest
            if not (arriving or latest.finished):
                raise Refused("the clock stopped on its way; the sandbox's clock.log says why")
        if arriving and not moves.is_served():
            raise Refused("the sandbox was stopped; its clock goes on from there with the next `make run`")
        time.sleep(CHECK_SECONDS)


def _line(change: StageTransition) -> str:
    return f"{change.at:%Y-%m-%d}  {one_line(change.store)}: {cell(change.was)} -> {cell(change.now)}"
