"""`spend`: ask TikTok now, and show an account's days."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console

from receiver.cli.groups import Commands
from receiver.cli.output import json_option, print_one, print_rows
from receiver.cli.spend_chart_text import ASCII, BLOCKS, draw_spend
from receiver.container import current_container
from receiver.services.decisions.poll_and_decide import poll_account_and_decide, poll_due_and_decide
from receiver.services.polling.poll import PollResult
from receiver.services.polling.spend import spend_of, timelines_on


@click.group("spend", cls=Commands)
def spend_group() -> None:
    """Show the daily spend of ad accounts."""


@spend_group.command("poll")
@click.option(
    "--due", is_flag=True, help="The accounts whose time has come (what is polled without options)."
)
@click.option("--advertiser", help="This account, now, whatever the schedule or stage.")
@json_option
def poll_command(due: bool, advertiser: str | None, as_json: bool) -> None:
    """Read spend from TikTok now, and decide the stores it concerns."""
    if due and advertiser:
        raise click.UsageError("--due and --advertiser exclude each other")
    container = current_container()
    if advertiser:
        polled = [poll_account_and_decide(container.urgently(), advertiser)]
    else:
        polled = poll_due_and_decide(container, limit=100)
    print_rows([_row(item) for item in polled], as_json)
    if advertiser and polled[0].error:
        raise click.exceptions.Exit(1)


@spend_group.command("show")
@click.option("--advertiser", required=True)
@json_option
def show_command(advertiser: str, as_json: bool) -> None:
    """Show an account's days as last read, and how they count for the store that links it."""
    container = current_container()
    spend = spend_of(container, advertiser)
    if as_json:
        print_one(spend, as_json)
        return
    timelines = timelines_on(container, advertiser)
    print_one({name: value for name, value in spend.items() if name != "days" or not timelines}, as_json)
    console = Console()
    marks = BLOCKS if console.encoding.startswith("utf") else ASCII
    for store_name, timeline in timelines:
        click.echo()
        console.print(draw_spend(timeline, store_name, console.width, marks), soft_wrap=True)


def _row(polled: PollResult) -> dict[str, Any]:
    return {"advertiser": polled.advertiser_id, "stores": list(polled.stores), "error": polled.error}
