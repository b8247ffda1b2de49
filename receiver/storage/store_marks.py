"""Marks of shops within a programme, hashed, so that a store that was erased is known again."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy.orm import Session

from receiver.storage.tables import Store, StoreMark

ADDRESS, UUID = "address", "uuid"
LONGEST_LINEAGE = 20  # records of one shop; a longer history repeats itself


def bearer(session: Session, programme: str, kind: str, value: str) -> str | None:
    """Return the id of the store that a mark belongs to."""
    found = session.get(StoreMark, (programme, kind, _digest(value)))
    return found.store_id if found else None


def mark(session: Session, store: Store, kind: str, value: str, *, replace: bool) -> None:
    """Note that a store bears a mark; without `replace` whoever bore it first keeps it."""
    found = session.get(StoreMark, (store.programme, kind, _digest(value)))
    if found is None:
        row = StoreMark(programme=store.programme, kind=kind, digest=_digest(value), store_id=store.id)
        session.add(row)
    elif replace:
        found.store_id = store.id


def lineage(session: Session, store: Store) -> list[str]:
    """Return the ids of the earlier records of a shop, the newest first; without the store's own."""
    ids: list[str] = []
    before = store.continues
    while before is not None and before not in ids and len(ids) < LONGEST_LINEAGE:
        ids.append(before)
        earlier = session.get(Store, before)
        before = earlier.continues if earlier else None
    return ids


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()
