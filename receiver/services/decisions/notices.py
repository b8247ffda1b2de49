"""Finds what a store's merchant is told without asking, and keeps it, so that each is told once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.decision import Decision
from receiver.domain.notices import Notice, notices_of
from receiver.domain.troubles import Observations
from receiver.storage import notices, store_troubles, tables


def keep_notices(session: Session, store: tables.Store, decision: Decision, observed: Observations) -> None:
    """Keep a store's notices as of a decision, and have new ones sent. The caller holds the store's row."""
    found = notices_of(decision, store_troubles.since_of(session, store.id), observed)
    if notices.replace_notices(session, store.id, decision.as_of, {item.id for item in found}):
        notices.look_at(session, store.id, decision.as_of)


def current_notices(
    session: Session, store_id: str, decision: Decision, observed: Observations
) -> list[tuple[Notice, datetime]]:
    """Return the notices that are true now, each with when it was first noticed."""
    noticed = notices.noticed_at(session, store_id)
    found = notices_of(decision, store_troubles.since_of(session, store_id), observed)
    return [(item, noticed.get(item.id, decision.as_of)) for item in found]
