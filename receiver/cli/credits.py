"""`credits`: decide from a facts document, and list awards; cli/awards.py adds what staff do."""

from __future__ import annotations

from datetime import datetime

import click

from receiver.cli.credits_decide import decide_command
from receiver.cli.groups import Commands
from receiver.cli.options import ChoiceOption, limit_option
from receiver.cli.output import json_option, print_rows
from receiver.container import current_container
from receiver.domain.awards import DUE_SOON, AwardFilters, AwardState
from receiver.services.awards.listing import page_of_awards


@click.group("credits", cls=Commands)
def credits_group() -> None:
    """Decide awards of credit, list them, and record what became of them."""


credits_group.add_command(decide_command)


@credits_group.command("list")
@click.option("--state", type=ChoiceOption(AwardState))
@click.option("--programme", help="Only of this programme.")
@click.option("--flagged", is_flag=True, help="Only those with a flag.")
@click.option("--overdue", is_flag=True, help="Only those past their date.")
@click.option("--due-soon", is_flag=True, help=f"Only those due within {DUE_SOON.days} days.")
@click.option("--text", help="Part of a store's name, an ad account, a reference or an id.")
@click.option("--due-before", type=click.DateTime(["%Y-%m-%d"]), help="Only those due before this date.")
@limit_option
@json_option
def list_command(
    state: AwardState | None,
    programme: str | None,
    flagged: bool,
    overdue: bool,
    due_soon: bool,
    text: str | None,
    due_before: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List awards, the earliest due first."""
    filters = AwardFilters(
        state=state,
        programme=programme,
        flagged=flagged,
        due_before=due_before and due_before.date(),
        due_soon=due_soon,
        overdue=overdue,
        text=text,
    )
    page = page_of_awards(current_container(), filters, limit=limit)
    print_rows(page.rows, as_json, ("id", "store", "state", "credit", "currency", "due_by", "overdue"))
