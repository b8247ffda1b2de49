"""Lists reviews for staff, a page at a time."""

from __future__ import annotations

from typing import Any

from receiver.domain.reviews import ReviewState
from receiver.errors import InputError, NotFound
from receiver.paging import Page
from receiver.services.reviews.records import review_row
from receiver.storage import reviews
from receiver.storage.database import Database


def page_of_reviews(
    database: Database, state: ReviewState | None, *, after: str | None = None, limit: int
) -> Page[dict[str, Any]]:
    """Return a page of reviews with their stores' names, the longest waiting first; `limit` 0 for all.

    Raises InputError for an unknown `after`.
    """
    with database.reading() as session:
        try:
            page = reviews.page_of_reviews(session, state, after=after, limit=limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error
    return page.show(lambda row: {**review_row(row[0]), "store_name": row[1]})
