"""The newest messages of a store that could not be used, where nothing was heard of it since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.domain.facts import LostSignals
from receiver.storage.tables import Delivery, Quarantined, RejectionSample, Store

SIGNAL = "action.wc_ad_credit_signal"
HELD = "held: "  # how the error of a signal from another address begins


def newest_loss(session: Session, store: Store) -> LostSignals | None:
    """Return why the newest message was lost; None where a signal was applied since, or none was lost."""
    found = [loss for loss in (_dead(session, store), _refused(session, store)) if loss]
    if not found:
        return None
    at, why = max(found)
    return why if store.clock_read_at is None or at > store.clock_read_at else None


def _dead(session: Session, store: Store) -> tuple[datetime, LostSignals] | None:
    query = select(Delivery.received_at, Delivery.error)
    query = query.where(Delivery.state == "dead", Delivery.store_id == store.id, Delivery.topic == SIGNAL)
    row = session.execute(query.order_by(Delivery.id.desc()).limit(1)).first()
    if row is None:
        return None
    is_held = (row.error or "").startswith(HELD)
    return row.received_at, LostSignals.HELD if is_held else LostSignals.UNREADABLE


def _refused(session: Session, store: Store) -> tuple[datetime, LostSignals] | None:
    of_store = (RejectionSample.store_id == store.id, RejectionSample.reason == "signature")
    sample = select(RejectionSample.at).where(*of_store).order_by(RejectionSample.id.desc()).limit(1)
    held = select(Quarantined.received_at).where(Quarantined.store_id == store.id)
    moments = [
        session.scalar(sample),
        session.scalar(held.order_by(Quarantined.id.desc()).limit(1)),
    ]
    at = max((moment for moment in moments if moment is not None), default=None)
    return None if at is None else (at, LostSignals.REFUSED)
