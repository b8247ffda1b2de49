"""Rows that a transaction adds and removes for many stores, in one statement for each table."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from sqlalchemy import Table, delete, insert, tuple_
from sqlalchemy.orm import Session

from receiver.storage.tables import Base


class RowBatch:
    """A collection of rows to insert and delete that nobody needs as objects; `flush` writes them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._added: defaultdict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self._removed: defaultdict[type[Base], list[tuple[Any, ...]]] = defaultdict(list)

    def add(self, kind: type[Base], **values: Any) -> None:
        """Add a row to insert; all rows of a kind must name the same columns."""
        self._added[kind].append(values)

    def remove(self, kind: type[Base], *key: Any) -> None:
        """Add a row to delete. `key`: the values of its primary key, in order."""
        self._removed[kind].append(key)

    def flush(self) -> None:
        """Delete and then insert the rows collected since the last call."""
        for kind, keys in self._removed.items():
            table = cast(Table, kind.__table__)
            self.session.execute(delete(table).where(tuple_(*table.primary_key).in_(keys)))
        for kind, rows in self._added.items():
            self.session.execute(insert(cast(Table, kind.__table__)), rows)
        self._removed.clear()
        self._added.clear()
