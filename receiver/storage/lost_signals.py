"""A store's newest messages that could not be used, where no usable one came since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryReason, DeliveryState
from receiver.domain.facts import LostSignals
from receiver.domain.rejections import RejectionReason
from receiver.storage.bulk import is_any_of
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import Delivery, Quarantined, RejectionSample, Store, StoreTroubleRow

BY_REASON: Mapping[str, LostSignals] = {
    DeliveryReason.ELSEWHERE: LostSignals.HELD,
    DeliveryReason.OLD_VERSION: LostSignals.OUTDATED,
}
SIGNAL = "action.wc_ad_credit_signal"
TROUBLES = {f"signals_{why}": why for why in LostSignals}  # trouble ids of a store's last decision


@dataclass(frozen=True)
class LostMessages:
    """When a store last lost a message, by how: as a dead delivery, or refused at our address."""

    dead: tuple[datetime, LostSignals] | None = None
    refused: tuple[datetime, LostSignals] | None = None


def lost_messages(session: Session, store_ids: Collection[str]) -> dict[str, LostMessages]:
    """Return, by store, its newest lost messages; a store that lost none is left out."""
    dead, refused = _dead_messages(session, store_ids), _refused_messages(session, store_ids)
    return {item: LostMessages(dead.get(item), refused.get(item)) for item in dead.keys() | refused.keys()}


def newest_loss(store: Store, losses: LostMessages, noticed: Mapping[str, datetime]) -> LostSignals | None:
    """Return why the newest message was lost; None where a signal was applied since, or none was lost.

    A loss outlives the lost message, which is deleted with age: `noticed` holds when each trouble of the
    store's last decision was first noticed.
    """
    newest = [loss for loss in (losses.dead, losses.refused) if loss]
    if not newest:
        return _noticed_loss(noticed)
    at, why = max(newest)
    return why if store.clock_read_at is None or at > store.clock_read_at else None


def is_held(store: Store, losses: LostMessages, noticed: Mapping[str, datetime]) -> bool:
    """Return whether the newest message names another address as home, and none was applied since."""
    if losses.dead is None:
        return _noticed_loss(noticed) is LostSignals.HELD
    at, why = losses.dead
    return why is LostSignals.HELD and (store.clock_read_at is None or at > store.clock_read_at)


def forget_losses(session: Session, store_ids: Collection[str]) -> None:
    """Delete the noted losses of these stores, of which a signal was applied now."""
    if store_ids:
        of_stores = is_any_of(StoreTroubleRow.store_id, store_ids)
        session.execute(delete(StoreTroubleRow).where(of_stores, StoreTroubleRow.id.in_(TROUBLES)))


def _noticed_loss(noticed: Mapping[str, datetime]) -> LostSignals | None:
    losses = [(since, trouble_id) for trouble_id, since in noticed.items() if trouble_id in TROUBLES]
    return TROUBLES[max(losses)[1]] if losses else None


# One row a store is read, by an index: a store may have lost thousands.
_NEWEST_DEAD = (
    select(Delivery.id)
    .where(Delivery.state == DeliveryState.DEAD, Delivery.store_id == Store.id, Delivery.topic == SIGNAL)
    .order_by(Delivery.id.desc())
    .limit(1)
    .correlate(Store)
    .scalar_subquery()
)
_DEAD = (
    select(Store.id, Delivery.received_at, Delivery.reason)
    .join(Delivery, Delivery.id == _NEWEST_DEAD)
    .where(Store.id.in_(STORE_IDS))
)
_NEWEST_SAMPLE = (
    select(RejectionSample.at)
    .where(RejectionSample.store_id == Store.id, RejectionSample.reason == RejectionReason.SIGNATURE)
    .order_by(RejectionSample.id.desc())
    .limit(1)
    .scalar_subquery()
)
_NEWEST_HELD = (
    select(Quarantined.received_at)
    .where(Quarantined.store_id == Store.id)
    .order_by(Quarantined.id.desc())
    .limit(1)
    .scalar_subquery()
)
_REFUSED = select(Store.id, _NEWEST_SAMPLE, _NEWEST_HELD).where(Store.id.in_(STORE_IDS))


def _dead_messages(session: Session, store_ids: Collection[str]) -> dict[str, tuple[datetime, LostSignals]]:
    return {
        store_id: (at, BY_REASON.get(reason or "", LostSignals.UNREADABLE))
        for store_id, at, reason in session.execute(_DEAD, {"store_ids": list(store_ids)})
    }


def _refused_messages(
    session: Session, store_ids: Collection[str]
) -> dict[str, tuple[datetime, LostSignals]]:
    losses = {}
    for store_id, *moments in session.execute(_REFUSED, {"store_ids": list(store_ids)}):
        if times := [at for at in moments if at is not None]:
            losses[store_id] = max(times), LostSignals.REFUSED
    return losses
