"""Lists the counts of rejected calls, a page at a time, and the newest calls as samples."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from receiver.domain.rejections import RejectedCall, RejectionCount, RejectionReason
from receiver.paging import Page
from receiver.services.records import record_of
from receiver.services.search.stores import match_stores
from receiver.services.validation import check_filters
from receiver.storage import rejections, store_names
from receiver.storage.database import Database


@dataclass(frozen=True)
class CountOfStore(RejectionCount):
    """The number of calls rejected on a day, with the name of their store."""

    store_name: str | None  # None: no known store


@dataclass(frozen=True)
class SampleOfStore(RejectedCall):
    """A call that was rejected, with the name of its store."""

    store_name: str | None  # None: no known store


def page_of_rejections(
    database: Database,
    *,
    store: str | None,
    reason: RejectionReason | None,
    after: str | None = None,
    limit: int,
) -> Page[CountOfStore]:
    """Return a page of counts, the newest day first; `limit` 0 for all.

    `store`: an id, or part of a name, address or id; empty: calls of no known store; None: all calls.

    Raises InputError, also where no store matches.
    """
    check_filters({"store": store})
    with database.reading() as session:
        stores = _stores(session, store)
        page = rejections.page_of_rejections(session, stores, reason, after=after, limit=limit)
        names = store_names.names_of(session, (row.store_id for row in page.rows))
    return page.show(lambda row: record_of(CountOfStore, row, store_name=names.get(row.store_id)))


def list_samples(
    database: Database, *, store: str | None, reason: RejectionReason | None, limit: int
) -> list[SampleOfStore]:
    """Return the newest samples, filtered as `page_of_rejections` does. Raises InputError."""
    check_filters({"store": store})
    with database.reading() as session:
        rows = rejections.list_samples(session, _stores(session, store), limit, reason=reason)
        names = store_names.names_of(session, (row.store_id for row in rows))
    return [record_of(SampleOfStore, row, store_name=names.get(row.store_id)) for row in rows]


def _stores(session: Session, store: str | None) -> tuple[str, ...] | None:
    """Return the ids of the stores that match; None for all calls, an empty id for no known store."""
    return match_stores(session, store) if store else None if store is None else ("",)
