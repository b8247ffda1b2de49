"""`timeline`: what happened when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from receiver.cli.options import TIME, ChoiceOption, limit_option
from receiver.cli.output import json_option, print_rows
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.domain.timeline import TimelineFilters, TimelineKind
from receiver.services.overview.timeline import list_timeline

COLUMNS = ("at", "kind", "id", "store_name", "state", "text")


@single_command("timeline")
@click.option("--from", "--since", "since", type=TIME, help="At this time or later.")
@click.option("--to", "--until", "until", type=TIME, help="Before this time.")
@click.option("--store", help="The store's id, or part of its name, address or id.")
@click.option("--kind", type=ChoiceOption(TimelineKind))
@limit_option
@json_option
def timeline_command(
    since: datetime | None,
    until: datetime | None,
    store: str | None,
    kind: TimelineKind | None,
    limit: int,
    as_json: bool,
) -> None:
    """List what happened when: deliveries, stage changes, polls, acts, counts by the hour."""
    filters = TimelineFilters(since=since, until=until, store=store, kind=kind)
    entries = list_timeline(current_container().database, filters, limit)
    print_rows([asdict(entry) for entry in entries], as_json, COLUMNS)
