"""Reads the CSV of issued credits: columns `award`, `reference` and, if it is there, `as` (applied or code).

Of the columns that our export adds, store, account and credit are compared with the award. A row whose
reference is blank is skipped: the downloaded list may be filled in part by part.

As spreadsheets write it: commas, semicolons or tabs, a first line `sep=;`, quotes, a byte order mark, empty
columns at the end, any order of the columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from receiver.domain.awards import AwardDelivery
from receiver.errors import InputError
from receiver.services.awards.issue import Issued, validate_issue
from receiver.services.awards.spreadsheet import protect, same_amount, split_separator, unprotect
from receiver.storage.tables import Award

REQUIRED, OPTIONAL = ("award", "reference"), ("as",)
# Columns that our own export adds: a file that was filled in may come back as it is.
DETAILS = (
    *("store", "store_name", "programme", "merchant", "advertiser_id", "state"),
    *("credit", "currency", "due_by", "overdue", "flags"),
)
COMPARED = ("store", "advertiser_id", "currency", "credit")
AWARD_ID = re.compile(r"aw_[A-Za-z0-9_-]{1,60}", re.ASCII)
MOST_ROWS = 20_000
HEADER = "the first line must name the columns award,reference or award,reference,as"


@dataclass(frozen=True)
class Row:
    """A line of the file: its credit, or the problem with it; neither where the reference is blank."""

    line: int
    issued: Issued | None  # None beside no problem: its reference is blank
    problem: str | None = None
    award_id: str | None = None  # None where none can be read
    stated: Mapping[str, str] = field(default_factory=dict)  # the columns that are compared with the award

    def contradicts(self, award: Award) -> str | None:
        """Return which column contradicts the award; None where none does."""
        actual = {"store": award.store_id, "advertiser_id": award.advertiser_id, "currency": award.currency}
        for name, value in actual.items():
            if self.stated.get(name, value) != value:
                return f"{name}: {self.stated[name]} is not the award's {value}; the file was changed"
        credit = self.stated.get("credit")
        if credit is not None and not same_amount(credit, award.credit):
            return f"credit: {credit} is not the award's {award.credit}; the file was changed"
        return None


def read_rows(text: str) -> list[Row]:
    """Return the rows of a file without its blank lines. Raises InputError where the file cannot be read."""
    separator, text = split_separator(text.removeprefix("\ufeff"))
    lines = _lines(text, separator, first=2 if separator else 1)
    _, header = next(lines, (1, []))
    names = _without_trailing([name.strip() for name in header])
    if len(set(names)) < len(names) or not set(REQUIRED) <= set(names) <= {*REQUIRED, *OPTIONAL, *DETAILS}:
        raise InputError(HEADER, path="line 1")
    rows = [_row(line, names, cells) for line, cells in islice(lines, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise InputError(f"has more than {MOST_ROWS} rows; split it", path=f"line {rows[-1].line}")
    return rows


def _lines(text: str, separator: str | None, *, first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its first line."""
    reader = csv.reader(io.StringIO(text), delimiter=separator or _delimiter(text), strict=True)
    line = first
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + first
    except csv.Error as error:
        raise InputError(f"is no readable CSV ({error})", path=f"line {line}") from error


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return next((mark for mark in (",", ";", "\t") if mark in header), ",")


def _without_trailing(cells: list[str], keep: int = 0) -> list[str]:
    """Return the cells without the empty ones at the end, down to `keep` of them."""
    while len(cells) > keep and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    cells = _without_trailing(cells, len(names))
    if len(cells) != len(names):
        return Row(line, None, f"has {len(cells)} cells where the first line has {len(names)}")
    values = dict(zip(names, (unprotect(cell.strip()) for cell in cells), strict=True))
    if not AWARD_ID.fullmatch(values["award"]):  # where columns are mixed up it may be a code: not repeated
        return Row(line, None, "award: must be an award's id, such as aw_…")
    if not values["reference"]:
        return Row(line, None, award_id=values["award"])
    try:
        issued = validate_issue(
            values["award"], values["reference"], values.get("as") or AwardDelivery.APPLIED
        )
    except InputError as error:
        return Row(line, None, str(error), values["award"])
    return Row(
        line, issued, None, values["award"], {name: values[name] for name in COMPARED if values.get(name)}
    )


def rows_as_csv(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return rows of award, reference and `as` as a file, so that what staff typed is read like one."""
    text = io.StringIO()
    csv.writer(text).writerows([(*REQUIRED, *OPTIONAL), *(map(protect, row) for row in rows)])
    return text.getvalue()
