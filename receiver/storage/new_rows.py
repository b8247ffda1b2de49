"""Rows that a transaction adds for many stores, kept in one statement for each table."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from receiver.storage.tables import Base


class NewRows:
    """Collects rows that nobody needs as objects; they are kept before somebody reads them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._rows: defaultdict[type[Base], list[dict[str, Any]]] = defaultdict(list)

    def add(self, kind: type[Base], **values: Any) -> None:
        """Every row of a kind names the same columns."""
        self._rows[kind].append(values)

    def keep(self) -> None:
        """Insert what was added since it was called last, in that order."""
        for kind, rows in self._rows.items():
            self.session.execute(insert(cast(Table, kind.__table__)), rows)
        self._rows.clear()
