"""Hashed marks of shops within a programme, by which an erased store is recognised when it returns."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.storage.tables import Store, StoreMark

LONGEST_LINEAGE = 20  # earlier records of one shop that are considered


class MarkKind(StrEnum):
    """The kinds of marks by which a shop is recognised."""

    ADDRESS = "address"
    UUID = "uuid"  # of its WordPress


def bearer(session: Session, programme: str, kind: MarkKind, value: str) -> str | None:
    """Return the id of the store that a mark belongs to, None for an unknown mark."""
    row = session.get(StoreMark, (programme, kind, _digest(value)))
    return row.store_id if row else None


def mark(session: Session, store: Store, kind: MarkKind, value: str, *, replace: bool) -> None:
    """Record that a store has a mark; without `replace` the first store that had it keeps it."""
    row = session.get(StoreMark, (store.programme, kind, _digest(value)))
    if row is None:
        new = StoreMark(programme=store.programme, kind=kind, digest=_digest(value), store_id=store.id)
        session.add(new)
    elif replace:
        row.store_id = store.id


def lineages(session: Session, stores: Iterable[Store]) -> dict[str, list[str]]:
    """Return, by store, the ids of the shop's earlier records, the newest first.

    A store's own id is not among them, and a store that continues no other is left out.
    """
    earlier: dict[str, list[str]] = {store.id: [store.continues] for store in stores if store.continues}
    continues: dict[str, str | None] = {}
    unfinished = dict(earlier)
    while unfinished:
        unknown = {ids[-1] for ids in unfinished.values()} - continues.keys()
        query = select(Store.id, Store.continues).where(Store.id.in_(unknown))
        continues |= dict.fromkeys(unknown)
        continues |= {row.id: row.continues for row in session.execute(query)}
        for store_id, ids in list(unfinished.items()):
            before = continues[ids[-1]]
            if before is None or before in ids or len(ids) == LONGEST_LINEAGE:
                del unfinished[store_id]
            else:
                ids.append(before)
    return earlier


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()
