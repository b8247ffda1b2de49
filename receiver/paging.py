"""The pages of a listing by keyset pagination, shared by API, console and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from receiver.errors import InputError

Row = TypeVar("Row")
View = TypeVar("View")

LARGEST_ID = 2**63 - 1  # no row has a larger number, and no database takes one
LARGEST_PAGE = 500  # rows at a time, where a caller reads a listing to its end


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in the listing's order; `next` is the cursor of the page that follows, None on the last page.

    A page may hold fewer rows than asked for and have a `next` all the same: one request scans a bounded
    number of rows only.
    """

    rows: Sequence[Row] = ()
    next: str | None = None

    def show(self, row: Callable[[Row], View]) -> Page[View]:
        """Return the same page with each row as `row` shows it."""
        return Page([row(item) for item in self.rows], self.next)


@dataclass(frozen=True)
class CountedPage(Page[Row]):
    """A page with the count of rows that match among those scanned, and whether that is all of them."""

    count: int = 0
    is_all: bool = True

    def show(self, row: Callable[[Row], View]) -> CountedPage[View]:
        """Return the same page with each row as `row` shows it."""
        return CountedPage([row(item) for item in self.rows], self.next, self.count, self.is_all)


def first_rows(read: Callable[[str | None, int], Page[Row]], limit: int) -> list[Row]:
    """Return the first `limit` rows of a listing, 0 for all, over as many pages as that takes.

    `read` reads one page from its cursor and largest number of rows.
    """
    pages = every_page(read, min(limit or LARGEST_PAGE, LARGEST_PAGE))
    return list(islice((row for page in pages for row in page.rows), limit or None))


def every_page(read: Callable[[str | None, int], Page[Row]], size: int = LARGEST_PAGE) -> Iterator[Page[Row]]:
    """Yield every page of a listing, each of at most `size` rows."""
    cursor: str | None = None
    while True:
        page = read(cursor, size)
        yield page
        cursor = page.next
        if cursor is None:
            return


def read_number(cursor: str | None) -> int | None:
    """Return the number of the row after which a page begins; None for the first page. Raises InputError."""
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and int(cursor) <= LARGEST_ID):
        raise wrong_cursor()
    return int(cursor)


def wrong_cursor() -> InputError:
    """Return the error for a cursor that is not the `next` of any page."""
    return InputError("must be the `next` of a page before", path="after")
