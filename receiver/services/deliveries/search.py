"""Searches deliveries, a page at a time."""

from __future__ import annotations

from receiver.domain.deliveries import DeliveryState
from receiver.errors import InputError, NotFound
from receiver.storage import delivery_search
from receiver.storage.database import Database
from receiver.storage.deliveries import Filters
from receiver.storage.delivery_search import FoundDeliveries
from receiver.storage.types import LARGEST_ID

LONGEST_FILTER = 200


def search_deliveries(
    database: Database, filters: Filters, *, after: str | None, limit: int
) -> FoundDeliveries:
    """The newest first; `after` is the `next` of the page before. Raises InputError."""
    check_filters(filters)
    with database.reading() as session:
        try:
            return delivery_search.look_through(session, filters, read_place(after), limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error


def check_filters(filters: Filters) -> Filters:
    """The same, where a database takes them. Raises InputError."""
    for name, value in filters.said().items():
        if isinstance(value, str) and (len(value) > LONGEST_FILTER or not value.isprintable()):
            raise InputError(f"must be at most {LONGEST_FILTER} characters on one line", path=name)
    if filters.state is not None and filters.state not in set(DeliveryState):
        raise InputError(f"must be one of {', '.join(DeliveryState)}", path="state")
    return filters


def read_place(text: str | None) -> int | None:
    """The number of a row from which a page goes on; None for the first page. Raises InputError."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID):
        raise InputError("must be the `next` of a page before", path="after")
    return int(text)
