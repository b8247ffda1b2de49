"""Knows a shop again that was a store before, so that erasing it and coming back is no second beginning.

What went before counts for the new record alone: nobody's record changes because another shop says it is the
same one.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from receiver.storage import store_marks
from receiver.storage.store_marks import MarkKind
from receiver.storage.tables import Store


def recognise(session: Session, store: Store, uuid: str | None) -> None:
    """Let a new store go on from an earlier record of its address, else of the UUID it reports.

    Whoever opened the address is that shop, so it also joined when the address did. A UUID is only reported:
    its history counts, and nothing about it is earlier.
    """
    at_address = store_marks.bearer(session, store.programme, MarkKind.ADDRESS, _place(store.url))
    of_uuid = store_marks.bearer(session, store.programme, MarkKind.UUID, uuid) if uuid else None
    earlier = session.get(Store, at_address) if at_address not in (None, store.id) else None
    if earlier is not None:
        store.joined_at = min(store.joined_at, earlier.joined_at)
    store.continues = earlier.id if earlier else of_uuid if of_uuid != store.id else None
    mark_store(session, store, uuid)


def follow_move(session: Session, store: Store) -> None:
    """Take over the new address of a store, and the history of a shop that left that address. Idempotent.

    Moving makes no date earlier.
    """
    at_address = store_marks.bearer(session, store.programme, MarkKind.ADDRESS, _place(store.url))
    if store.continues is None and at_address != store.id:
        store.continues = at_address
    mark_store(session, store, uuid=None)


def mark_store(session: Session, store: Store, uuid: str | None) -> None:
    """Note what the shop is known by. Idempotent."""
    store_marks.mark(session, store, MarkKind.ADDRESS, _place(store.url), replace=True)
    if uuid is not None:
        store_marks.mark(session, store, MarkKind.UUID, uuid, replace=False)


def _place(url: str) -> str:
    """Return the address without its scheme: http and https are the same shop."""
    return url.partition("://")[2].rstrip("/")
