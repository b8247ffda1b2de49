"""`credits`: decide from a facts document (pure), and list awards; cli/awards.py adds what staff do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from babel import Locale

from receiver.cli.options import limit_option
from receiver.cli.output import Commands, json_option, print_rows, to_json
from receiver.container import current_container
from receiver.documents.facts import read_facts
from receiver.documents.programme import load_shipped, read_programme_file
from receiver.documents.status import status_document
from receiver.domain.awards import DUE_SOON, AwardFilters, AwardState
from receiver.domain.decision import decide
from receiver.errors import InputError
from receiver.i18n.languages import LANGUAGES
from receiver.services.awards.listing import page_of_awards
from receiver.strict_json import read_json

LONGEST_TEXT = 8 * 1024 * 1024  # bytes


@click.group("credits", cls=Commands)
def credits_group() -> None:
    """Decide awards of credit, list them, and record what became of them."""


@credits_group.command("decide")
@click.argument("facts_file", metavar="FACTS.json|-")
@click.option(
    "--programme", "programme_file", metavar="FILE", help="Terms to decide by, instead of those named."
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences."
)
@json_option
def decide_command(facts_file: str, programme_file: str | None, language: str, as_json: bool) -> None:
    """Print the status document for a facts document; needs no database, network or settings.

    It is JSON with and without --json.
    """
    document = read_facts(read_json(text_of(facts_file)))
    if programme_file:
        programme = read_programme_file(Path(programme_file))
    else:
        programme = document.terms or load_shipped(document.programme)
    decision = decide(document.facts, programme, document.as_of)
    click.echo(to_json(status_document(decision, locale=Locale(language))))


@credits_group.command("list")
@click.option("--state", type=click.Choice([state.value for state in AwardState]))
@click.option("--programme", help="Only of this programme.")
@click.option("--flagged", is_flag=True, help="Only those with a flag.")
@click.option("--overdue", is_flag=True, help="Only those past their date.")
@click.option("--due-soon", is_flag=True, help=f"Only those due within {DUE_SOON.days} days.")
@click.option("--text", help="Part of a store's name, an ad account, a reference or an id.")
@click.option("--due-before", type=click.DateTime(["%Y-%m-%d"]), help="Only those due before this date.")
@limit_option
@json_option
def list_command(
    state: str | None, due_before: datetime | None, limit: int, as_json: bool, **filters: Any
) -> None:
    """Awards, the earliest due first."""
    chosen = AwardFilters(
        **filters, state=AwardState(state) if state else None, due_before=due_before and due_before.date()
    )
    page = page_of_awards(current_container().database, current_container().now(), chosen, limit=limit)
    print_rows(page.rows, as_json, ("id", "store", "state", "credit", "currency", "due_by", "overdue"))


def text_of(name: str) -> str:
    """The text of a file, or of stdin for "-". Raises InputError."""
    try:
        return bytes_of(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("cannot be read (it is no UTF-8)", path=name) from error


def bytes_of(name: str) -> bytes:
    """The bytes of a file, or of stdin for "-". Raises InputError."""
    try:
        with click.open_file(name, "rb") as file:
            body = bytes(file.read(LONGEST_TEXT + 1))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=name) from error
    if len(body) > LONGEST_TEXT:
        raise InputError(f"is longer than {LONGEST_TEXT} bytes", path=name)
    return body
