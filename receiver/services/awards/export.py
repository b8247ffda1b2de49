"""Awards as a CSV file to fill in and hand to `issue_file`, which knows the same columns."""

from __future__ import annotations

import csv
import io
from itertools import chain
from typing import Any

from receiver.domain.awards import AwardFilters
from receiver.paging import Page, every_page
from receiver.services.awards.issue_rows import DETAILS, OPTIONAL, REQUIRED
from receiver.services.awards.listing import page_of_awards
from receiver.services.awards.spreadsheet import protect
from receiver.services.context import ServiceContext

COLUMNS = (*REQUIRED, *OPTIONAL, *DETAILS)


def export_awards(context: ServiceContext, filters: AwardFilters) -> str:
    """Return the whole CSV file, the earliest due first: not streamed, since a cut file would look complete.

    Raises InputError.
    """
    context = context.at(context.now())

    def read(after: str | None, size: int) -> Page[dict[str, Any]]:
        return page_of_awards(context, filters, after=after, limit=size)

    rows = (row for page in every_page(read) for row in page.rows)
    return _lines(chain([COLUMNS], ([_cell(row, name) for name in COLUMNS] for row in rows)))


def _cell(row: dict[str, Any], name: str) -> str:
    value = row[{"award": "id", "as": "delivery"}.get(name, name)]
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return protect(text)  # a shop's name is whatever its owner wrote


def _lines(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
