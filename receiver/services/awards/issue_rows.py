"""Reads the CSV of issued credits: columns `award`, `reference` and, if it is there, `as` (applied or code).

The columns that our export adds are read past.

As spreadsheets write it: commas, semicolons or tabs, quotes, a byte order mark, any order of the columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from receiver.errors import InputError
from receiver.services.awards.issue import Issued, checked_issue

REQUIRED, OPTIONAL = ("award", "reference"), ("as",)
# What our own export says beside: a file that was filled in may come back as it is.
TOLD = (
    *("store", "store_name", "programme", "merchant", "advertiser_id", "state"),
    *("credit", "currency", "due_by", "overdue", "flags"),
)
MOST_ROWS = 20_000
HEADER = "the first line must name the columns award,reference or award,reference,as"


@dataclass(frozen=True)
class Row:
    """A line of the file: what it says, or why that cannot be."""

    line: int
    issued: Issued | None
    problem: str | None = None


def read_rows(text: str) -> list[Row]:
    """Blank lines are left out. Raises InputError where the file as a whole cannot be read."""
    text = text.removeprefix("\ufeff")
    lines = _lines(text)
    _, header = next(lines, (1, []))
    names = [name.strip() for name in header]
    if len(set(names)) < len(names) or not set(REQUIRED) <= set(names) <= {*REQUIRED, *OPTIONAL, *TOLD}:
        raise InputError(HEADER, path="line 1")
    rows = [_row(line, names, cells) for line, cells in islice(lines, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise InputError(f"has more than {MOST_ROWS} rows; split it", path=f"line {rows[-1].line}")
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its first line."""
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"is no readable CSV ({error})", path=f"line {line}") from error


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return next((mark for mark in (",", ";", "\t") if mark in header), ",")


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    if len(cells) != len(names):
        return Row(line, None, f"has {len(cells)} cells where the first line has {len(names)}")
    told = dict(zip(names, (cell.strip() for cell in cells), strict=True))
    if not told["award"].startswith("aw_"):  # where columns are mixed up it may be a code: not told again
        return Row(line, None, "award: must be an award's id, such as aw_…")
    try:
        return Row(line, checked_issue(told["award"], told["reference"], told.get("as") or "applied"))
    except InputError as error:
        return Row(line, None, str(error))
