"""Marks of shops within a programme, hashed, so that a store that was erased is known again."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.storage.tables import Store, StoreMark

LONGEST_LINEAGE = 20  # records of one shop; a longer history repeats itself


class MarkKind(StrEnum):
    """The kinds of marks by which a shop is known again."""

    ADDRESS = "address"
    UUID = "uuid"  # of its WordPress


def bearer(session: Session, programme: str, kind: MarkKind, value: str) -> str | None:
    """Return the id of the store that a mark belongs to."""
    found = session.get(StoreMark, (programme, kind, _digest(value)))
    return found.store_id if found else None


def mark(session: Session, store: Store, kind: MarkKind, value: str, *, replace: bool) -> None:
    """Note that a store bears a mark; without `replace` whoever bore it first keeps it."""
    found = session.get(StoreMark, (store.programme, kind, _digest(value)))
    if found is None:
        row = StoreMark(programme=store.programme, kind=kind, digest=_digest(value), store_id=store.id)
        session.add(row)
    elif replace:
        found.store_id = store.id


def lineages(session: Session, stores: Iterable[Store]) -> dict[str, list[str]]:
    """Return, by store, the ids of the earlier records of a shop, the newest first; without its own.

    A store that continues none is left out.
    """
    found: dict[str, list[str]] = {store.id: [store.continues] for store in stores if store.continues}
    continues: dict[str, str | None] = {}
    going_on = dict(found)
    while going_on:
        unknown = {ids[-1] for ids in going_on.values()} - continues.keys()
        query = select(Store.id, Store.continues).where(Store.id.in_(unknown))
        continues |= dict.fromkeys(unknown)
        continues |= {row.id: row.continues for row in session.execute(query)}
        for store_id, ids in list(going_on.items()):
            before = continues[ids[-1]]
            if before is None or before in ids or len(ids) == LONGEST_LINEAGE:
                del going_on[store_id]
            else:
                ids.append(before)
    return found


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()
