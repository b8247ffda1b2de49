"""Recognises a shop that was a store before, so that erasure and return give it no second award.

The earlier record counts for the new one only: no record changes because another shop claims to be the same.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from receiver.storage import store_marks
from receiver.storage.store_marks import MarkKind
from receiver.storage.tables import Store


def link_earlier_record(session: Session, store: Store, uuid: str | None) -> None:
    """Link a new store to the earlier record of its address, else of the UUID it reports.

    An address proves the shop, so the store also joined when that record did. A UUID is only reported: the
    history counts, but no date becomes earlier.
    """
    at_address = store_marks.bearer(session, store.programme, MarkKind.ADDRESS, _place(store.url))
    of_uuid = store_marks.bearer(session, store.programme, MarkKind.UUID, uuid) if uuid else None
    earlier = session.get(Store, at_address) if at_address not in (None, store.id) else None
    if earlier is not None:
        store.joined_at = min(store.joined_at, earlier.joined_at)
    store.continues = earlier.id if earlier else of_uuid if of_uuid != store.id else None
    mark_store(session, store, uuid)


def mark_move(session: Session, store: Store) -> None:
    """Mark a moved store with its new address, and link it to the record that had it before. Idempotent.

    No date becomes earlier.
    """
    at_address = store_marks.bearer(session, store.programme, MarkKind.ADDRESS, _place(store.url))
    if store.continues is None and at_address != store.id:
        store.continues = at_address
    mark_store(session, store, uuid=None)


def mark_store(session: Session, store: Store, uuid: str | None) -> None:
    """Mark a store with its address and, if reported, its UUID. Idempotent."""
    store_marks.mark(session, store, MarkKind.ADDRESS, _place(store.url), replace=True)
    if uuid is not None:
        store_marks.mark(session, store, MarkKind.UUID, uuid, replace=False)


def _place(url: str) -> str:
    """Return the address without its scheme: both are the same shop."""
    return url.partition("://")[2].rstrip("/")
