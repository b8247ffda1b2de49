"""Search of deliveries, by pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from receiver.domain.deliveries import DeliveryFilters, DeliveryState
from receiver.errors import InputError, NotFound
from receiver.paging import LARGEST_ID, CountedPage, first_rows, read_number
from receiver.services import validation
from receiver.services.records import record_of
from receiver.services.search.stores import resolve_store
from receiver.storage import deliveries, store_names
from receiver.storage.database import Database
from receiver.storage.tables import Delivery

MOST_COUNTED = deliveries.COUNT_LIMIT  # of each state


@dataclass(frozen=True)
class DeliverySummary:
    """A delivery and its state, without its body and headers."""

    id: int
    state: str
    source: str
    store_id: str | None
    store_name: str | None
    topic: str | None
    delivery_id: str | None  # as its sender numbered it, like webhook_id
    webhook_id: str | None
    received_at: datetime
    body_sha256: str
    body_bytes: int | None
    duplicates: int
    due_at: datetime | None
    reason: str | None  # a DeliveryReason
    error: str | None
    request_id: str | None  # of the call that brought it, in the logs of web and worker

    @classmethod
    def of(cls, row: Delivery, names: Mapping[str, str]) -> DeliverySummary:
        """Return the summary of a row; `names`: the names of stores by id."""
        return record_of(cls, row, store_name=names.get(row.store_id or ""))


def search_deliveries(
    database: Database, filters: DeliveryFilters, *, after: str | None, limit: int
) -> CountedPage[DeliverySummary]:
    """Return a page of deliveries, the newest first; `after` is the `next` of the page before.

    Raises InputError, also for a text that no store matches.
    """
    check_filters(filters)
    with database.reading() as session:
        resolved = resolve_store(session, filters)
        try:
            page = deliveries.search_deliveries(session, resolved, after=read_number(after), limit=limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error
        names = store_names.names_of(session, (row.store_id for row in page.rows))
    return page.show(lambda row: DeliverySummary.of(row, names))


def count_by_state(database: Database, filters: DeliveryFilters) -> dict[DeliveryState, int] | None:
    """Count the deliveries that match all filters but that of the state, by state.

    A number over MOST_COUNTED means more than that. Returns None where counting would take long. Raises
    InputError, also for a text that no store matches.
    """
    check_filters(filters)
    with database.reading() as session:
        return deliveries.count_states(session, replace(resolve_store(session, filters), state=None))


def list_deliveries(database: Database, filters: DeliveryFilters, limit: int) -> list[DeliverySummary]:
    """Return the newest matching deliveries, at most `limit`, 0 for all. Raises InputError."""

    def read(after: str | None, size: int) -> CountedPage[DeliverySummary]:
        return search_deliveries(database, filters, after=after, limit=size)

    return first_rows(read, limit)


def check_filters(filters: DeliveryFilters) -> None:
    """Raise InputError for filters that no delivery can match."""
    validation.check_filters(filters.as_json())
    if filters.failed_in is not None and not 0 < filters.failed_in <= LARGEST_ID:
        raise InputError("must be the number of a replay", path="failed_in")
