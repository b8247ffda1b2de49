"""`credits decide`: pure, and started without what needs a database."""

from __future__ import annotations

from pathlib import Path

import click
from babel import Locale

from receiver.cli.output import json_option, to_json
from receiver.cli.single import plain_command
from receiver.documents.facts import read_facts
from receiver.documents.programme import load_shipped, read_programme_file
from receiver.documents.status import status_document
from receiver.domain.decision import decide
from receiver.errors import InputError
from receiver.i18n.languages import LANGUAGES
from receiver.strict_json import read_json

LONGEST_TEXT = 8 * 1024 * 1024  # bytes


@plain_command("decide")
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
    document = read_facts(read_json(read_text(facts_file)))
    if programme_file:
        programme = read_programme_file(Path(programme_file))
    else:
        programme = document.terms or load_shipped(document.programme)
    decision = decide(document.facts, programme, document.as_of)
    click.echo(to_json(status_document(decision, locale=Locale(language))))


def read_text(name: str) -> str:
    """Read the text of a file, or of standard input for "-". Raises InputError."""
    try:
        return read_bytes(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("cannot be read (it is no UTF-8)", path=name) from error


def read_bytes(name: str) -> bytes:
    """Read a file, or standard input for "-", up to LONGEST_TEXT bytes. Raises InputError."""
    try:
        with click.open_file(name, "rb") as file:
            body = bytes(file.read(LONGEST_TEXT + 1))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=name) from error
    if len(body) > LONGEST_TEXT:
        raise InputError(f"is longer than {LONGEST_TEXT} bytes", path=name)
    return body
