"""docs/bounds.md says of each table of the database how large it can grow."""

from __future__ import annotations

import re
from pathlib import Path

from receiver.domain import limits
from receiver.storage.tables import Base

DOCUMENT = (Path(__file__).parents[2] / "docs" / "bounds.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_each_table_has_a_row_that_says_who_makes_it_grow_what_stops_that_and_when_it_goes():
    rows = {name: (who, stop, end) for name, who, stop, end in ROW.findall(DOCUMENT)}
    assert list(rows) == sorted(Base.metadata.tables)
    assert all(all(map(str.strip, row)) for row in rows.values())


def test_the_document_names_the_figures_the_code_has():
    row = {name: stop for name, _, stop, _ in ROW.findall(DOCUMENT)}
    assert f"{limits.DELIVERIES_A_DAY:,} rows a day" in row["deliveries"]
    assert f"at most {limits.LARGEST_BODY // 1024} KiB" in row["deliveries"]
    assert f"{limits.BODY_BYTES_A_DAY // 1024**2} MiB a day" in row["deliveries"]
    assert f"{limits.SIGNALS_A_DAY} a day" in row["signals"]
    assert f"{limits.DECISIONS_A_DAY} a day" in row["decisions"]
    assert f"{limits.CLAIMS_OF_A_STORE} claims" in row["links"]
