"""`backup` and `restore`: the whole database in one file, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from receiver.cli.output import json_option, print_rows
from receiver.cli.progress import table_progress
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.services.operations.backup import back_up, restore

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@single_command("backup")
@FILE
@json_option
def backup_command(file: Path, as_json: bool) -> None:
    """Write all of the database into FILE, a new file, while the service runs.

    Every row is read back and counted; FILE.sha256 beside it holds the checksum. Secrets stay encrypted:
    keep SECRET_KEYS too, apart from it.
    """
    with table_progress() as show:
        copied = back_up(current_container().database, file, show)
    print_rows([asdict(item) for item in copied], as_json)


@single_command("restore")
@FILE
@json_option
def restore_command(file: Path, as_json: bool) -> None:
    """Fill the empty database of DATABASE_URL with what `backup` wrote into FILE.

    FILE may come from the other kind of database, or from an older version. All is read back, or nothing is
    kept. Then `doctor` says whether the service can run on it.
    """
    container = current_container()
    with table_progress() as show:
        copied = restore(container, file, show)
    print_rows([asdict(item) for item in copied], as_json)
