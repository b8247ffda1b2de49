"""Keyset pagination: a page starts behind the key of the last row of the page before, so no row comes twice.

Every listing reads its pages here. Where no index leads to exactly the matching rows, a page comes from a
scan: it follows the most selective index, examines a bounded number of rows and returns where to continue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Date, Row, Select, and_, or_, true, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from receiver.paging import CountedPage, Page, wrong_cursor
from receiver.storage.types import Utc

BETWEEN = "~"  # the values of a cursor; neither times nor ids nor reasons have one
LONGEST_CURSOR = 200

Entity = TypeVar("Entity")
Item = TypeVar("Item")
Cells = TypeVarTuple("Cells")
Key = Sequence[Any]


@dataclass(frozen=True)
class Keyset:
    """The columns that rows are ordered by; the last of them all is unique.

    `then`: columns that follow, in the other direction.
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    then: Keyset | None = None

    @property
    def all_columns(self) -> tuple[InstrumentedAttribute[Any], ...]:
        return (*self.columns, *(self.then.all_columns if self.then else ()))

    def order(self) -> list[ColumnElement[Any]]:
        """Return the ORDER BY columns, those of the next keyset included."""
        own = [column.desc() if self.descending else column.asc() for column in self.columns]
        return [*own, *(self.then.order() if self.then else ())]

    def behind(self, key: Key) -> ColumnElement[bool]:
        """Return the condition for rows that come after the row with this key."""
        place, own = tuple_(*self.columns), key[: len(self.columns)]
        last = tuple_(*(type_coerce(*pair) for pair in zip(own, _types(self.columns), strict=True)))
        further: ColumnElement[bool] = place < last if self.descending else place > last
        if self.then is None:
            return further
        not_before = place <= last if self.descending else place >= last
        return and_(not_before, or_(further, self.then.behind(key[len(self.columns) :])))

    def write(self, key: Key) -> str:
        """Return a key as a cursor that needs no escaping in a URL."""
        return BETWEEN.join(map(_text, key))

    def read(self, cursor: str | None) -> Key | None:
        """Return the key that a cursor holds, None for the first page. Raises InputError for a bad cursor."""
        if cursor is None:
            return None
        try:
            if not cursor.isprintable() or len(cursor) > LONGEST_CURSOR:
                raise ValueError
            pairs = zip(_types(self.all_columns), cursor.split(BETWEEN), strict=True)
            return [_value(kind, text) for kind, text in pairs]
        except ValueError:
            raise wrong_cursor() from None


def _id(row: Any) -> str:
    return str(row.id)


def read_page(
    session: Session,
    query: Select[Entity],
    by: Keyset,
    *,
    after: Key | None,
    limit: int,
    cursor: Callable[[Entity], str] = _id,
) -> Page[Entity]:
    """Read one page of entities behind the key `after`; `limit` 0 reads all.

    `cursor` returns the page's `next` for its last row.
    """
    return _page(session.scalars(_page_query(query, by, after, limit)).all(), limit, cursor)


def read_rows(
    session: Session,
    query: Select[*Cells],
    by: Keyset,
    *,
    after: Key | None,
    limit: int,
    cursor: Callable[[Row[*Cells]], str],
) -> Page[Row[*Cells]]:
    """Read one page of rows of several columns, as `read_page` reads entities."""
    return _page(session.execute(_page_query(query, by, after, limit)).all(), limit, cursor)


@dataclass(frozen=True)
class ScanPlan:
    """A plan of a scan: the index to follow, and the conditions left to check on each of its rows."""

    rows: Select[()]  # all that the index leads to
    by: Keyset
    conditions: Sequence[Any]  # that each row must meet besides; none: every row matches
    bound: int  # rows that one page examines


def scan(
    session: Session,
    plan: ScanPlan,
    *,
    after: Key | None,
    limit: int,
    cursor: Callable[[Key], str],
) -> CountedPage[Key]:
    """Return the keys of the matching rows among the next `plan.bound` ones, at most `limit` of them."""
    query = plan.rows.add_columns(*plan.by.all_columns, and_(true(), *plan.conditions))
    rows = session.execute(_page_query(query, plan.by, after, plan.bound)).all()
    matching = [row[:-1] for row in rows[: plan.bound] if row[-1]]
    is_all = len(rows) <= plan.bound
    last = matching[limit - 1] if len(matching) > limit else None if is_all else rows[plan.bound - 1][:-1]
    return CountedPage(matching[:limit], None if last is None else cursor(last), len(matching), is_all)


def rows_of(keys: CountedPage[Key], rows: Iterable[Any]) -> CountedPage[Any]:
    """Return the page with the rows of its keys; a row deleted in between is left out."""
    by_id = {row.id: row for row in rows}
    present = [by_id[key[-1]] for key in keys.rows if key[-1] in by_id]
    return CountedPage(present, keys.next, keys.count, keys.is_all)


def last_value(key: Key) -> str:
    """Return the cursor of a listing whose rows are identified by the last column of their key."""
    return str(key[-1])


def _page_query(query: Select[*Cells], by: Keyset, after: Key | None, limit: int) -> Select[*Cells]:
    """Return the query of a page and one more row, which tells whether another page follows."""
    ordered = query.order_by(*by.order())
    if after is not None:
        ordered = ordered.where(by.behind(after))
    return ordered.limit(limit + 1) if limit else ordered


def _page(rows: Sequence[Item], limit: int, cursor: Callable[[Item], str]) -> Page[Item]:
    if not limit or len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], cursor(rows[limit - 1]))


def _types(columns: Iterable[InstrumentedAttribute[Any]]) -> list[Any]:
    return [column.type for column in columns]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(kind: Any, text: str) -> Any:
    if isinstance(kind, Date):
        return date.fromisoformat(text)
    if not isinstance(kind, Utc):
        return text
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
