"""Keyset pagination: a page goes on behind the key of the last row before it, so that no row comes twice.

Every listing reads its pages here. Where no index leads to exactly the rows asked for, a page comes from a
scan: it goes along the index that leads nearest, looks at a bounded number of rows and says where to go on.
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
Found = TypeVar("Found")
Cells = TypeVarTuple("Cells")
Key = Sequence[Any]


@dataclass(frozen=True)
class Keyset:
    """The columns that rows follow each other by; the last of them all is unique.

    `then`: columns that follow in the other direction.
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
        """Return the condition of rows that come after the one with this key."""
        place, own = tuple_(*self.columns), key[: len(self.columns)]
        last = tuple_(*(type_coerce(*pair) for pair in zip(own, _types(self.columns), strict=True)))
        further: ColumnElement[bool] = place < last if self.descending else place > last
        if self.then is None:
            return further
        not_before = place <= last if self.descending else place >= last
        return and_(not_before, or_(further, self.then.behind(key[len(self.columns) :])))

    def write(self, key: Key) -> str:
        """Return a key as a cursor, of which nothing has to be escaped in an address."""
        return BETWEEN.join(map(_text, key))

    def read(self, cursor: str | None) -> Key | None:
        """Return the key that a cursor holds; None for the first page. Raises InputError."""
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
    """Read one page of entities behind the key `after`; `limit` 0 reads all there are.

    `cursor` makes a row the page's `next`.
    """
    return _page(session.scalars(_one_more(query, by, after, limit)).all(), limit, cursor)


def read_rows(
    session: Session,
    query: Select[*Cells],
    by: Keyset,
    *,
    after: Key | None,
    limit: int,
    cursor: Callable[[Row[*Cells]], str],
) -> Page[Row[*Cells]]:
    """Read one page of rows of several columns, as `read_page` does of entities."""
    return _page(session.execute(_one_more(query, by, after, limit)).all(), limit, cursor)


@dataclass(frozen=True)
class ScanPlan:
    """A plan of a scan: the index that leads, and what is left to look at on each of its rows."""

    rows: Select[()]  # all that the index leads to
    by: Keyset
    wanted: Sequence[Any]  # conditions that each row must meet beside; none: every row fits
    bound: int  # rows that one page looks at


def scan(
    session: Session,
    plan: ScanPlan,
    *,
    after: Key | None,
    limit: int,
    cursor: Callable[[Key], str],
) -> CountedPage[Key]:
    """Return the keys of the rows that fit among the next `plan.bound` ones, at most `limit` of them."""
    query = plan.rows.add_columns(*plan.by.all_columns, and_(true(), *plan.wanted))
    looked_at = session.execute(_one_more(query, plan.by, after, plan.bound)).all()
    fitting = [row[:-1] for row in looked_at[: plan.bound] if row[-1]]
    is_all = len(looked_at) <= plan.bound
    last = fitting[limit - 1] if len(fitting) > limit else None if is_all else looked_at[plan.bound - 1][:-1]
    return CountedPage(fitting[:limit], None if last is None else cursor(last), len(fitting), is_all)


def rows_of(found: CountedPage[Key], rows: Iterable[Any]) -> CountedPage[Any]:
    """Return the page with the rows of its keys; one that was deleted in between is left out."""
    by_id = {row.id: row for row in rows}
    there = [by_id[key[-1]] for key in found.rows if key[-1] in by_id]
    return CountedPage(there, found.next, found.count, found.is_all)


def last_value(key: Key) -> str:
    """Return the cursor of a listing whose rows are known by the last column of their key."""
    return str(key[-1])


def _one_more(query: Select[*Cells], by: Keyset, after: Key | None, limit: int) -> Select[*Cells]:
    """One row more than the page holds tells whether another page follows."""
    ordered = query.order_by(*by.order())
    if after is not None:
        ordered = ordered.where(by.behind(after))
    return ordered.limit(limit + 1) if limit else ordered


def _page(found: Sequence[Found], limit: int, cursor: Callable[[Found], str]) -> Page[Found]:
    if not limit or len(found) <= limit:
        return Page(found)
    return Page(found[:limit], cursor(found[limit - 1]))


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
