"""Lists the calls that were rejected, a page at a time, and the newest of them as samples."""

from __future__ import annotations

from receiver.domain.rejections import RejectedCall, RejectionCount
from receiver.paging import Page
from receiver.services.records import record_of
from receiver.services.validation import check_filters
from receiver.storage import rejections
from receiver.storage.database import Database


def page_of_rejections(
    database: Database, *, store_id: str | None, reason: str | None, after: str | None = None, limit: int
) -> Page[RejectionCount]:
    """Return a page of counts, the newest day first; an empty store: no known one, `limit` 0 for all.

    Raises InputError.
    """
    check_filters({"store": store_id, "reason": reason})
    with database.reading() as session:
        page = rejections.page_of_rejections(session, store_id, reason, after=after, limit=limit)
    return page.show(lambda row: record_of(RejectionCount, row))


def samples(
    database: Database, *, store_id: str | None, reason: str | None, limit: int
) -> list[RejectedCall]:
    """Return the newest samples; `limit` 0 for all. Raises InputError."""
    check_filters({"store": store_id, "reason": reason})
    with database.reading() as session:
        found = rejections.list_samples(session, store_id, limit, reason=reason)
    return [record_of(RejectedCall, row) for row in found]
