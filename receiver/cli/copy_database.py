"""`copy-database`: moves an installation from SQLite to PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict

import click

from receiver.cli.options import SECRET
from receiver.cli.output import json_option, print_rows
from receiver.cli.progress import table_progress
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.services.operations.copy_database import copy_to, is_postgresql


def _postgresql(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not is_postgresql(value):
        raise click.BadParameter("should be postgresql+psycopg://user@host/name")
    return value


@single_command("copy-database")
@click.argument("to", type=SECRET, callback=_postgresql)
@json_option
def copy_database_command(to: str, as_json: bool) -> None:
    """Copy the SQLite database of DATABASE_URL into TO: PostgreSQL, migrated and empty.

    TO may hold a password: "-" reads it from standard input, where nobody else on the machine can see it.

    Nothing else may have the SQLite file open. All is copied and read back, or nothing is: after a failure
    or a kill, run it again. Then set DATABASE_URL to TO.
    """
    container = current_container()
    with table_progress() as show:
        copied = copy_to(container, to, show)
    print_rows([asdict(item) for item in copied], as_json)
