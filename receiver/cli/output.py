"""The output of commands: a table or JSON with the same keys; an error is one line and exit code 1."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import click

from receiver.errors import ReceiverError

Command = TypeVar("Command", bound=Callable[..., Any])
Row = Mapping[str, Any]


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn errors into one clear line and exit code 1, also that of a full disk behind the output."""
    try:
        yield
    except ReceiverError as error:
        raise click.ClickException(one_line(str(error))) from error
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader has closed the pipe: click ends silently
            raise
        raise click.ClickException(one_line(str(error))) from error


def json_option(command: Command) -> Command:
    """Add `--json`: the same keys for a program to read; the command gets it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def print_rows(rows: Sequence[Row], as_json: bool, columns: Sequence[str] | None = None) -> None:
    """Print a listing: a JSON array of whole rows, or a table of `columns` (None: all of them)."""
    if as_json:
        click.echo(to_json(list(rows)))
    elif rows:
        click.echo(table(rows, columns or list(rows[0])))
    else:
        click.echo("none")


def print_one(row: Row, as_json: bool) -> None:
    """Print one row: a JSON object, or a line a field; a list of rows inside it becomes a table below."""
    click.echo(to_json(row) if as_json else _lines(row))


def to_json(value: Any) -> str:
    """Return JSON in plain ASCII, which no terminal's or pipe's encoding can fail on."""
    return json.dumps(value, default=_plain, indent=2)


def table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return a table with left-aligned columns under their names."""
    cells = [list(columns), *([cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def cell(value: Any) -> str:
    """Return a value on one line; "-" where there is none."""
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return one_line(value if isinstance(value, str) else str(_plain(value))) or "-"


def one_line(text: str) -> str:
    """Return the text without line breaks and control characters, which could steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _lines(row: Row) -> str:
    width = max((len(name) for name in row), default=0)
    return "\n".join(_line(name, value, width) for name, value in row.items())


def _line(name: str, value: Any, width: int) -> str:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        below = table(value, list(value[0])).replace("\n", "\n  ")
        return f"{name}:\n  {below}"
    return f"{(name + ':').ljust(width + 1)} {cell(value)}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return ", ".join(cell(part) for part in value)
    if isinstance(value, Mapping):
        return " ".join(f"{name}={cell(part)}" for name, part in value.items())
    return str(value)
