"""Finds the stores that a filter matches; one that matches none is an error, and no empty listing."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditFilters
from receiver.domain.deliveries import DeliveryFilters
from receiver.errors import InputError
from receiver.storage import store_names

MOST_MATCHES = 20  # stores that one filter searches

Filters = TypeVar("Filters", AuditFilters, DeliveryFilters)


def match_stores(session: Session, text: str) -> tuple[str, ...]:
    """Return the ids of the stores that a text matches: an id, or part of a name, address, ad account or id.

    Raises InputError where no store matches, and where more than MOST_MATCHES do: an empty listing for some
    of them would read as one for all.
    """
    if store_names.is_store(session, text):
        return (text,)
    ids = [store.id for store in store_names.find_stores(session, text, MOST_MATCHES + 1)]
    if not ids:
        raise InputError(f"no store matches “{text}”", path="store")
    if len(ids) > MOST_MATCHES:
        raise InputError(
            f"more than {MOST_MATCHES} stores match “{text}”; write more of the name or the id", path="store"
        )
    return tuple(ids)


def resolve_store(session: Session, filters: Filters) -> Filters:
    """Return the filters with the ids of the stores that their text matches. Raises InputError."""
    if filters.store is None:
        return filters
    ids = match_stores(session, filters.store)
    return replace(filters, store=ids[0]) if len(ids) == 1 else replace(filters, store=None, stores=ids)
