"""Stores the discrepancies of a store's sources as of its last decision, for lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.storage import audit, tables


def store_discrepancies(
    session: Session, now: datetime, store: tables.Store, discrepancies: tuple[str, ...], actor: str
) -> None:
    """Replace a store's discrepancies, and audit which were raised and which were settled."""
    before, after = set(store.discrepancies or ()), set(discrepancies)
    if before == after:
        return
    store.discrepancies = sorted(after)
    changed = {"raised": after - before, "settled": before - after}
    detail = {name: ", ".join(sorted(names)) for name, names in changed.items() if names}
    audit.record(session, now, actor, AuditAction.STORE_DISCREPANCY, store.id, detail)
