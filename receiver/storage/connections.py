"""Connections to stores: their keys, the facts read from each store, and the schedule of checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import Connection, Store, WebhookEndpoint

FAILING_SHARE = 4


def find_connection(session: Session, store_id: str, *, locked: bool = False) -> Connection | None:
    """Return the connection to a store, fresh from the database; None where we hold none of its keys."""
    query = (
        select(Connection).where(Connection.store_id == store_id).execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if locked else query).first()


@dataclass(frozen=True)
class ConnectionTrouble:
    """The trouble that the last check of a connected store met, and when one last came through."""

    trouble: str
    checked_at: datetime | None


_IN_TROUBLE = select(Connection.store_id, Connection.trouble, Connection.checked_at).where(
    Connection.store_id.in_(STORE_IDS), Connection.trouble.is_not(None)
)


def connection_troubles(session: Session, store_ids: Collection[str]) -> dict[str, ConnectionTrouble]:
    """Return, by store, what is wrong with its connection; a store with nothing wrong is left out."""
    rows = session.execute(_IN_TROUBLE, {"store_ids": list(store_ids)})
    return {store_id: ConnectionTrouble(trouble, at) for store_id, trouble, at in rows if trouble}


def due_connections(session: Session, now: datetime, limit: int) -> list[str]:
    """Return the ids of stores due for a check, the longest due first; disconnected ones are left out.

    Stores that failed last time come after the others and, while others wait, get a quarter of the places:
    one that does not answer takes a minute, and many of them must not delay the rest.
    """
    well, failing = (_due_connections(session, now, fails, limit) for fails in (False, True))
    few = max(limit // FAILING_SHARE, limit - len(well))
    return [*well[: limit - min(len(failing), few)], *failing[:few]]


def _due_connections(session: Session, now: datetime, fails: bool, limit: int) -> list[str]:
    query = (
        select(Connection.store_id)
        .join(Store, Store.id == Connection.store_id)
        .where(Connection.next_check_at <= now, Store.disconnected_at.is_(None), _is_unleased(now))
        .where(Connection.failures > 0 if fails else Connection.failures == 0)
        .order_by(Connection.next_check_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def stores_with_errands(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return ids and addresses of stores with an errand: requested by staff, or to disconnect."""
    query = select(Connection.store_id, Store.url).join(Store, Store.id == Connection.store_id)
    rows = session.execute(query.where(_has_errand(), _is_unleased(now)).limit(limit))
    return [(store_id, url) for store_id, url in rows]


def request_leaving(session: Session, now: datetime) -> None:
    """Request a check of every disconnected store whose keys we still hold. Reads all such stores."""
    has_left = exists().where(Store.id == Connection.store_id, Store.disconnected_at.is_not(None))
    statement = update(Connection).where(has_left, ~_has_errand()).values(check_requested_at=now)
    session.execute(statement.execution_options(synchronize_session=False))


def claim_connection(session: Session, store_id: str, now: datetime, lease: timedelta) -> Connection | None:
    """Lease the connection to one caller; return None without one, or while another holds the lease."""
    claimed = session.execute(
        update(Connection)
        .where(Connection.store_id == store_id, _is_unleased(now))
        .values(lease_until=now + lease)
        .returning(Connection.store_id)
    )
    return find_connection(session, store_id) if claimed.first() else None


def reschedule_check(session: Session, store_id: str, at: datetime) -> None:
    """Move the next check up to `at` where it was later; does nothing for a store without a connection."""
    session.execute(
        update(Connection)
        .where(Connection.store_id == store_id, Connection.next_check_at > at)
        .values(next_check_at=at)
        .execution_options(synchronize_session=False)
    )


def forget_connection(session: Session, store_id: str) -> None:
    """Delete the connection with its keys and facts, and clear the troubles of its webhooks."""
    session.execute(delete(Connection).where(Connection.store_id == store_id))
    session.execute(update(WebhookEndpoint).where(WebhookEndpoint.store_id == store_id).values(trouble=None))


def _has_errand() -> Any:
    """Return the condition for connections with an errand, worded as in their partial index."""
    return or_(Connection.check_requested_at.is_not(None), Connection.rotation.is_not(None))


def _is_unleased(now: datetime) -> Any:
    return or_(Connection.lease_until.is_(None), Connection.lease_until <= now)
