"""`search`: find stores, deliveries and awards by one text."""

from __future__ import annotations

from dataclasses import asdict

import click

from receiver.cli.output import json_option, print_rows
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.services.search.everything import MOST_HITS, search_everything

COLUMNS = ("kind", "id", "title", "detail")


@single_command("search")
@click.argument("text")
@json_option
def search_command(text: str, as_json: bool) -> None:
    """Find stores, deliveries and awards by one text, as the console's search box does.

    TEXT is part of a store's name, address, ad account or id, a delivery's number or its sender's id, or an
    award's id or reference. No redeem code is searched.
    """
    results = search_everything(current_container().database, text)
    print_rows([asdict(hit) for hit in results.hits], as_json, COLUMNS)
    for kind in results.more:
        click.echo(f"There is more than {MOST_HITS} of kind {kind}; write more of it.", err=True)
