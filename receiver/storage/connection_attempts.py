"""Merchants on their way through a shop's key page; user ids and browsers are known by hashes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from receiver.domain.connection_attempts import SETTLES, ConnectOutcome
from receiver.storage.tables import ConnectionAttempt

# That are under way: whoever begins many cannot fill the disk, nor soon push out a merchant who approves.
PER_BROWSER, PER_SHOP = 10, 200  # each of one shop
IN_ALL = 10_000  # without keys, and with; who approves meanwhile is some minutes behind the newest


def add_connect(session: Session, connect: ConnectionAttempt) -> None:
    """Keep it; of one browser's and of one shop's the newest remain."""
    session.add(connect)
    session.flush()
    of_shop = ConnectionAttempt.shop == connect.shop
    _keep_newest(session, PER_BROWSER, of_shop, ConnectionAttempt.browser_hash == connect.browser_hash)
    # No stranger's beginnings push out what has keys already.
    for has_keys in (ConnectionAttempt.keys_at.is_(None), ConnectionAttempt.keys_at.is_not(None)):
        _keep_newest(session, PER_SHOP, of_shop, has_keys)
        _forget_beyond(session, IN_ALL, has_keys)


def _forget_beyond(session: Session, most: int, alike: ColumnElement[bool]) -> None:
    """Forget the oldest of these rows, once there are more than so many."""
    begun = select(ConnectionAttempt.created_at).where(alike).order_by(ConnectionAttempt.created_at.desc())
    oldest = session.scalar(begun.offset(most - 1).limit(1))
    if oldest is not None:
        session.execute(delete(ConnectionAttempt).where(ConnectionAttempt.created_at < oldest, alike))


def _keep_newest(session: Session, most: int, *alike: ColumnElement[bool]) -> None:
    newest = (
        select(ConnectionAttempt.id)
        .where(*alike)
        .order_by(ConnectionAttempt.created_at.desc(), ConnectionAttempt.id)
        .limit(most)
    )
    session.execute(delete(ConnectionAttempt).where(*alike, ConnectionAttempt.id.not_in(newest)))


def get_connect(session: Session, connect_id: str) -> ConnectionAttempt | None:
    """Locked, and fresh from the database."""
    query = select(ConnectionAttempt).where(ConnectionAttempt.id == connect_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def due_connects(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Ids and shops of those that the worker can take further, the oldest first."""
    query = (
        select(ConnectionAttempt.id, ConnectionAttempt.shop)
        .where(*_is_due(now))
        .order_by(ConnectionAttempt.created_at)
        .limit(limit)
    )
    return [(connect_id, shop) for connect_id, shop in session.execute(query)]


def claim_connect(
    session: Session, connect_id: str, now: datetime, lease: timedelta
) -> ConnectionAttempt | None:
    """A connect that is due, for one caller at a time until it ends or the lease is over."""
    claimed = session.execute(
        update(ConnectionAttempt)
        .where(ConnectionAttempt.id == connect_id, *_is_due(now))
        .values(lease_until=now + lease)
        .returning(ConnectionAttempt.id)
    )
    return get_connect(session, connect_id) if claimed.first() else None


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Nobody has looked at the shop, or its keys are here and settled (Step.READY).

    One in trouble without keys waits until its browser asks again; with keys, until its lease is over.
    """
    settled = now - SETTLES
    ready = and_(
        ConnectionAttempt.keys_encrypted.is_not(None),
        ConnectionAttempt.keys_at <= settled,
        ConnectionAttempt.returned_at <= settled,
    )
    return (
        ConnectionAttempt.outcome.is_(None),
        ConnectionAttempt.expires_at > now,
        or_(ConnectionAttempt.trouble.is_(None), ConnectionAttempt.keys_at.is_not(None)),
        or_(ConnectionAttempt.lease_until.is_(None), ConnectionAttempt.lease_until <= now),
        or_(ConnectionAttempt.rest_base.is_(None), ready),
    )


def end_connect(connect: ConnectionAttempt, outcome: ConnectOutcome, store_id: str | None = None) -> None:
    """From here on it holds no key."""
    connect.outcome, connect.store_id = outcome, store_id
    connect.keys_encrypted = connect.user_id_encrypted = connect.lease_until = connect.trouble = None


def drop_unused_keys(session: Session, now: datetime) -> int:
    """Forget the keys that nobody came back for in time; return how many they were."""
    unused = (ConnectionAttempt.keys_encrypted.is_not(None), ConnectionAttempt.expires_at <= now)
    gone = session.execute(
        update(ConnectionAttempt)
        .where(ConnectionAttempt.outcome.is_(None), *unused)
        .values(keys_encrypted=None)
        .returning(ConnectionAttempt.id)
    )
    return len(gone.all())


def purge_connects(session: Session, before: datetime, limit: int) -> int:
    """Forget those begun before a moment, keys that nobody came back for with them; how many."""
    old = select(ConnectionAttempt.id).where(ConnectionAttempt.created_at < before).limit(limit)
    gone = session.execute(
        delete(ConnectionAttempt).where(ConnectionAttempt.id.in_(old)).returning(ConnectionAttempt.id)
    )
    return len(gone.all())


def connect_of_browser(
    session: Session, browser_hash: str, connect_id: str | None = None
) -> ConnectionAttempt | None:
    """One that this browser began: the newest, unless it is named."""
    query = (
        select(ConnectionAttempt)
        .where(ConnectionAttempt.browser_hash == browser_hash)
        .order_by(ConnectionAttempt.created_at.desc())
    )
    if connect_id is not None:
        query = query.where(ConnectionAttempt.id == connect_id)
    return session.scalars(query.limit(1)).first()


def waiting_of_browser(session: Session, browser_hash: str, now: datetime) -> list[ConnectionAttempt]:
    """Those of a browser whose keys came and that have not ended, the newest first."""
    query = (
        select(ConnectionAttempt)
        .where(ConnectionAttempt.browser_hash == browser_hash, *_has_unused_keys(now))
        .order_by(ConnectionAttempt.created_at.desc())
    )
    return list(session.scalars(query.limit(PER_BROWSER)))


def waits_for_browser(connect: ConnectionAttempt, now: datetime) -> bool:
    """Return whether its keys came, and nothing but its browser is missing."""
    has_keys = connect.outcome is None and connect.keys_at is not None and now < connect.expires_at
    return has_keys and connect.returned_at is None


def _has_unused_keys(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ConnectionAttempt.outcome.is_(None),
        ConnectionAttempt.keys_at.is_not(None),
        ConnectionAttempt.expires_at > now,
    )
