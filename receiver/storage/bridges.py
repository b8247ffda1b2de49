"""Connected stores: their keys, what they said of themselves, and whose turn it is to be looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import Bridge, Store, WebhookEndpoint

FAILING_SHARE = 4


def bridge_of(session: Session, store_id: str, *, locked: bool = False) -> Bridge | None:
    query = select(Bridge).where(Bridge.store_id == store_id).execution_options(populate_existing=True)
    return session.scalars(query.with_for_update() if locked else query).first()


@dataclass(frozen=True)
class BridgeTrouble:
    """The trouble that the last check of a connected store met, and when one last came through."""

    trouble: str
    checked_at: datetime | None


_IN_TROUBLE = select(Bridge.store_id, Bridge.trouble, Bridge.checked_at).where(
    Bridge.store_id.in_(STORE_IDS), Bridge.trouble.is_not(None)
)


def bridge_troubles(session: Session, store_ids: Collection[str]) -> dict[str, BridgeTrouble]:
    """Return, by store, what is wrong with its connection; a store with nothing wrong is left out."""
    found = session.execute(_IN_TROUBLE, {"store_ids": list(store_ids)})
    return {store_id: BridgeTrouble(trouble, at) for store_id, trouble, at in found if trouble}


def due_bridges(session: Session, now: datetime, limit: int) -> list[str]:
    """The stores whose turn it is, the longest due first; those that disconnected are left alone.

    Stores that failed last time come after the others and, while others wait, have a quarter of the places:
    one that does not answer takes a minute, and nobody shall wait behind many of them.
    """
    well, failing = (_due_bridges(session, now, fails, limit) for fails in (False, True))
    few = max(limit // FAILING_SHARE, limit - len(well))
    return [*well[: limit - min(len(failing), few)], *failing[:few]]


def _due_bridges(session: Session, now: datetime, fails: bool, limit: int) -> list[str]:
    query = (
        select(Bridge.store_id)
        .join(Store, Store.id == Bridge.store_id)
        .where(Bridge.next_check_at <= now, Store.disconnected_at.is_(None), _free(now))
        .where(Bridge.failures > 0 if fails else Bridge.failures == 0)
        .order_by(Bridge.next_check_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def stores_with_errands(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Ids and addresses of stores that something was asked of: by staff, or that they leave."""
    asked = select(Bridge.store_id, Store.url).join(Store, Store.id == Bridge.store_id)
    found = session.execute(asked.where(_is_asked(), _free(now)).limit(limit))
    return [(store_id, url) for store_id, url in found]


def ask_to_leave(session: Session, now: datetime) -> None:
    """Ask it of every store that disconnected and whose keys are still here: it reads all that ever did."""
    has_left = exists().where(Store.id == Bridge.store_id, Store.disconnected_at.is_not(None))
    left = update(Bridge).where(has_left, ~_is_asked()).values(check_requested_at=now)
    session.execute(left.execution_options(synchronize_session=False))


def claim_bridge(session: Session, store_id: str, now: datetime, lease: timedelta) -> Bridge | None:
    """The bridge, for one caller at a time until it is given back or the lease is over."""
    claimed = session.execute(
        update(Bridge)
        .where(Bridge.store_id == store_id, _free(now))
        .values(lease_until=now + lease)
        .returning(Bridge.store_id)
    )
    return bridge_of(session, store_id) if claimed.first() else None


def reschedule_check(session: Session, store_id: str, at: datetime) -> None:
    """Look at the store no later than that; nothing for a store we hold no keys of."""
    session.execute(
        update(Bridge)
        .where(Bridge.store_id == store_id, Bridge.next_check_at > at)
        .values(next_check_at=at)
        .execution_options(synchronize_session=False)
    )


def forget_bridge(session: Session, store_id: str) -> None:
    """With the keys; what the store said of itself and its webhooks goes with them."""
    session.execute(delete(Bridge).where(Bridge.store_id == store_id))
    session.execute(update(WebhookEndpoint).where(WebhookEndpoint.store_id == store_id).values(trouble=None))


def _is_asked() -> Any:
    """As the index of such stores has it."""
    return or_(Bridge.check_requested_at.is_not(None), Bridge.rotation.is_not(None))


def _free(now: datetime) -> Any:
    return or_(Bridge.lease_until.is_(None), Bridge.lease_until <= now)
