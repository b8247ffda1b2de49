"""The newest messages of a store that could not be used, where nothing was heard of it since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryReason, DeliveryState
from receiver.domain.facts import LostSignals
from receiver.domain.rejections import RejectionReason
from receiver.storage.tables import Delivery, Quarantined, RejectionSample, Store, StoreTroubleRow

SIGNAL = "action.wc_ad_credit_signal"
TROUBLES = {f"signals_{why}": why for why in LostSignals}  # as the store's last decision noted them


def newest_loss(session: Session, store: Store) -> LostSignals | None:
    """Return why the newest message was lost; None where a signal was applied since, or none was lost.

    What was lost stays lost when the message itself is deleted with its age.
    """
    found = [loss for loss in (_dead(session, store), _refused(session, store)) if loss]
    if not found:
        return _remembered(session, store.id)
    at, why = max(found)
    return why if store.clock_read_at is None or at > store.clock_read_at else None


def is_held(session: Session, store: Store) -> bool:
    """Return whether the newest message names another address as home, and none was applied since."""
    dead = _dead(session, store)
    if dead is None:
        return _remembered(session, store.id) is LostSignals.HELD
    at, why = dead
    return why is LostSignals.HELD and (store.clock_read_at is None or at > store.clock_read_at)


def forget_losses(session: Session, store_ids: Collection[str | None]) -> None:
    """Forget what these stores lost before: a signal of each was applied."""
    if store_ids:
        of_stores = StoreTroubleRow.store_id.in_(store_ids)
        session.execute(delete(StoreTroubleRow).where(of_stores, StoreTroubleRow.id.in_(TROUBLES)))


def _remembered(session: Session, store_id: str) -> LostSignals | None:
    of_store = StoreTroubleRow.store_id == store_id
    noted = select(StoreTroubleRow.id).where(of_store, StoreTroubleRow.id.in_(TROUBLES))
    found = session.scalar(noted.order_by(StoreTroubleRow.since.desc()).limit(1))
    return TROUBLES[found] if found else None


def _dead(session: Session, store: Store) -> tuple[datetime, LostSignals] | None:
    query = select(Delivery.received_at, Delivery.reason)
    query = query.where(
        Delivery.state == DeliveryState.DEAD, Delivery.store_id == store.id, Delivery.topic == SIGNAL
    )
    row = session.execute(query.order_by(Delivery.id.desc()).limit(1)).first()
    if row is None:
        return None
    is_held = row.reason == DeliveryReason.ELSEWHERE
    return row.received_at, LostSignals.HELD if is_held else LostSignals.UNREADABLE


def _refused(session: Session, store: Store) -> tuple[datetime, LostSignals] | None:
    of_store = (RejectionSample.store_id == store.id, RejectionSample.reason == RejectionReason.SIGNATURE)
    sample = select(RejectionSample.at).where(*of_store).order_by(RejectionSample.id.desc()).limit(1)
    held = select(Quarantined.received_at).where(Quarantined.store_id == store.id)
    moments = [
        session.scalar(sample),
        session.scalar(held.order_by(Quarantined.id.desc()).limit(1)),
    ]
    at = max((moment for moment in moments if moment is not None), default=None)
    return None if at is None else (at, LostSignals.REFUSED)
