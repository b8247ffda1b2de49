"""`programmes check`: looks at a file of terms, and needs no database."""

from __future__ import annotations

from pathlib import Path

import click

from receiver.cli.output import json_option, print_one
from receiver.cli.single import plain_command
from receiver.documents.programme import programme_warnings, read_programme_file


@plain_command("check")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
def check_command(file: Path, as_json: bool) -> None:
    """Check that a file's terms can be applied; warn of windows that outlive the credit."""
    terms = read_programme_file(file)
    print_one({"id": terms.id, "valid": True, "warnings": programme_warnings(terms)}, as_json)
