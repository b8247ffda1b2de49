"""Keyset pages: every row once and in order, whatever the size of a page and the direction of its key."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from receiver.errors import InputError
from receiver.paging import Page, every_page, first_rows, read_number
from receiver.services.inbox.rejections import page_of_rejections
from receiver.storage.paging import BETWEEN
from receiver.storage.rejections import NEWEST_DAY, add_counts

TODAY = date(2025, 11, 20)
STORES, REASONS, DAYS = ("", "st_1", "st_2"), ("signature", "size"), range(3)


@pytest.fixture
def listed_keys(container):
    """The keys of counts of three days, three callers and two reasons, in the order of the listing."""
    counts = {
        (store, reason, TODAY - timedelta(days=ago)): 1
        for ago in DAYS
        for store in STORES
        for reason in REASONS
    }
    with container.database.writing() as session:
        add_counts(session, counts)
    return [(day, store, reason) for store, reason, day in counts]


@pytest.mark.parametrize("size", [1, 2, 5, 18, 19])
def test_pages_hold_every_row_once_in_order_where_the_key_runs_both_ways(container, listed_keys, size):
    def read(after, limit):
        return page_of_rejections(container.database, store=None, reason=None, after=after, limit=limit)

    pages = list(every_page(read, size))
    assert [(row.day, row.store_id, row.reason) for page in pages for row in page.rows] == listed_keys
    assert all(len(page.rows) == size for page in pages[:-1])
    assert 0 < len(pages[-1].rows) <= size
    assert [len(first_rows(read, limit)) for limit in (0, 1, 7)] == [18, 1, 7]


def test_rows_that_came_or_went_in_between_move_no_other(container, listed_keys):
    arguments = {"store": None, "reason": None, "limit": 2}
    first = page_of_rejections(container.database, **arguments)
    with container.database.writing() as session:
        add_counts(session, {("", "length", TODAY): 1})  # before the place where the next page begins
    second = page_of_rejections(container.database, **arguments, after=first.next)
    assert [(row.day, row.store_id, row.reason) for row in second.rows] == listed_keys[2:4]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "2025-11-20",
        f"2025-11-20{BETWEEN}a",
        f"soon{BETWEEN}a{BETWEEN}b",
        "9" * 201,
        "2025-11-20~\0~b",
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(cursor):
    with pytest.raises(InputError, match="after: must be the `next` of a page before"):
        NEWEST_DAY.read(cursor)


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30, "²", "1.5"])
def test_a_number_that_no_page_gave_is_refused(cursor):
    with pytest.raises(InputError, match="after: must be the `next` of a page before"):
        read_number(cursor)


def test_a_listing_is_followed_over_pages_that_hold_few_rows_or_none():
    pages = {None: Page([1], "a"), "a": Page((), "b"), "b": Page([2, 3], "c"), "c": Page([4])}
    cursors = []

    def read(after, _limit):
        cursors.append(after)
        return pages[after]

    assert first_rows(read, 0) == [1, 2, 3, 4]
    cursors.clear()
    assert first_rows(read, 2) == [1, 2]
    assert cursors == [None, "a", "b"]  # and no further
