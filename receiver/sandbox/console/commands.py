"""`sandbox`: move its clock, and switch the faults of TikTok and of shops."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from receiver.cli.output import Commands, cell, json_option, one_line, print_one, print_rows
from receiver.container import current_container
from receiver.errors import InputError, Refused
from receiver.sandbox.clock.moves import Change, ClockMove, ClockMoves, span
from receiver.sandbox.controls import Controls
from receiver.sandbox.fault_switches import Kind, Switches
from receiver.sandbox.tiktok.faults import WORDS, Fault, Faults
from receiver.sandbox.woocommerce.faults import DOES, ShopFault, ShopFaults

LOOK_SECONDS = 0.2
FAULT = click.Choice([fault.value for fault in Fault])
SHOP_FAULT = click.Choice([fault.value for fault in ShopFault])


@click.group("sandbox", cls=Commands)
def sandbox_group() -> None:
    """The sandbox's clock, TikTok's faults and the shops'; only where `make run` wrote the settings."""


def _controls() -> Controls:
    folder = current_container().settings.sandbox_folder
    assert folder is not None  # without it these commands are not registered
    return Controls(folder)


@sandbox_group.command("clock")
@click.argument("by", required=False, metavar="[+1d|+12h|+30d]")
@json_option
def clock_command(by: str | None, as_json: bool) -> None:
    """The sandbox's time; or move it forward, day by day, with all that falls due on the way."""
    controls = _controls()
    changes = [] if by is None else _move(controls, _span(by), as_json)
    shown = _time(controls)
    print_one(shown if by is None or not as_json else {**shown, "changes": changes}, as_json)


@sandbox_group.group("faults", cls=Commands, invoke_without_command=True)
@json_option
@click.pass_context
@with_appcontext
def faults_group(context: click.Context, as_json: bool) -> None:
    """TikTok's faults: what each does, and for which accounts it is on."""
    if context.invoked_subcommand is None:
        _show_faults(_controls().faults, as_json)


@faults_group.command("on")
@click.argument("fault", type=FAULT, metavar="NAME")
@click.option("--advertiser", default="", help="Only for this ad account.")
@json_option
def on_command(fault: str, advertiser: str, as_json: bool) -> None:
    """Switch a fault on, for every ad account or one."""
    faults = _controls().faults
    faults.on(Fault(fault), advertiser)
    _show_faults(faults, as_json)


@faults_group.command("off")
@click.argument("fault", type=FAULT, metavar="NAME", required=False)
@click.option("--all", "all_of_them", is_flag=True, help="Every fault.")
@click.option("--advertiser", help="Only what was switched on for this ad account.")
@json_option
def off_command(fault: str | None, all_of_them: bool, advertiser: str | None, as_json: bool) -> None:
    """Switch a fault off, or all of them."""
    faults = _controls().faults
    for item in _chosen(Fault, fault, all_of_them):
        faults.off(item, advertiser)
    _show_faults(faults, as_json)


@sandbox_group.group("shop-faults", cls=Commands, invoke_without_command=True)
@json_option
@click.pass_context
@with_appcontext
def shop_faults_group(context: click.Context, as_json: bool) -> None:
    """The shops' faults: what each does, and for which shops it is on."""
    if context.invoked_subcommand is None:
        _show_shop_faults(_controls().shop_faults, as_json)


@shop_faults_group.command("on")
@click.argument("fault", type=SHOP_FAULT, metavar="NAME")
@click.option("--shop", default="", help="Only for this shop, such as tin-roof.")
@json_option
def shop_on_command(fault: str, shop: str, as_json: bool) -> None:
    """Switch a fault on, for every shop or one."""
    faults = _controls().shop_faults
    faults.on(ShopFault(fault), shop)
    _show_shop_faults(faults, as_json)


@shop_faults_group.command("off")
@click.argument("fault", type=SHOP_FAULT, metavar="NAME", required=False)
@click.option("--all", "all_of_them", is_flag=True, help="Every fault.")
@click.option("--shop", help="Only what was switched on for this shop.")
@json_option
def shop_off_command(fault: str | None, all_of_them: bool, shop: str | None, as_json: bool) -> None:
    """Switch a fault off, or all of them."""
    faults = _controls().shop_faults
    for item in _chosen(ShopFault, fault, all_of_them):
        faults.off(item, shop)
    _show_shop_faults(faults, as_json)


def _chosen(kinds: type[Kind], name: str | None, all_of_them: bool) -> list[Kind]:
    if (name is None) is not all_of_them:
        raise click.UsageError("write either NAME or --all")
    return list(kinds) if name is None else [kinds(name)]


def _show_faults(faults: Faults, as_json: bool) -> None:
    on = _on(faults)
    rows = [
        {"fault": fault, "on": on[fault], "does": words.does, "then": words.then}
        for fault, words in WORDS.items()
    ]
    print_rows(rows, as_json, ("fault", "on", "does"))


def _show_shop_faults(faults: ShopFaults, as_json: bool) -> None:
    on = _on(faults)
    rows = [{"fault": fault, "on": on[fault], "does": does} for fault, does in DOES.items()]
    print_rows(rows, as_json, ("fault", "on", "does"))


def _on(switches: Switches[Kind]) -> dict[Kind, list[str]]:
    """Whose each fault is on for."""
    on: dict[Kind, list[str]] = defaultdict(list)
    for item in switches.switched_on():
        on[item.fault].append(item.whose or "all")
    return on


def _time(controls: Controls) -> dict[str, Any]:
    clock = controls.clock
    return {
        "now": clock(),
        "ahead_seconds": round(clock.ahead.total_seconds()),
        "moving_to": controls.moves.wanted(),
    }


def _span(by: str) -> timedelta:
    try:
        return span(by)
    except InputError as error:
        raise click.UsageError(str(error)) from error


def _move(controls: Controls, by: timedelta, as_json: bool) -> list[dict[str, Any]]:
    """Ask for it, and show how it goes; answers the stores that then stood elsewhere."""
    console = Console(stderr=as_json)
    columns = (TextColumn("day"), MofNCompleteColumn(), BarColumn())
    changes: tuple[Change, ...] = ()
    until = controls.moves.ask(controls.clock(), by)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("move", total=None)
        for move in _followed(controls.moves, until):
            for change in move.changes[len(changes) :] if not as_json else ():
                console.print(_line(change), markup=False, highlight=False, soft_wrap=True)
            changes = move.changes
            progress.update(bar, total=move.steps, completed=move.done)
    return [asdict(change) for change in changes]


def _followed(moves: ClockMoves, until: datetime) -> Iterator[ClockMove]:
    """The move as it goes on, to its end. Raises Refused where it stops on the way."""
    arriving = True
    while arriving:
        arriving = moves.wanted() == until
        latest = moves.told()
        if latest and latest.end == until:
            yield latest
            if not (arriving or latest.finished):
                raise Refused("the clock stopped on its way; the sandbox's clock.log says why")
        if arriving and not moves.is_served():
            raise Refused("the sandbox was stopped; its clock goes on from there with the next `make run`")
        time.sleep(LOOK_SECONDS)


def _line(change: Change) -> str:
    return f"{change.at:%Y-%m-%d}  {one_line(change.store)}: {cell(change.was)} -> {cell(change.now)}"
