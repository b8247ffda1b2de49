"""Merchants on their way through a shop's key page; user ids and browsers are known by hashes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from receiver.domain.connection_attempts import SETTLES, ConnectionOutcome
from receiver.storage.tables import ConnectionAttempt

# That are under way: whoever begins many cannot fill the disk, nor soon push out a merchant who approves.
PER_BROWSER, PER_SHOP = 10, 200  # each of one shop
IN_ALL = 10_000  # without keys, and with; who approves meanwhile is some minutes behind the newest


def add_attempt(session: Session, attempt: ConnectionAttempt) -> None:
    """Store an attempt, and delete the oldest beyond the limits of its browser, its shop and all together."""
    session.add(attempt)
    session.flush()
    of_shop = ConnectionAttempt.shop == attempt.shop
    _keep_newest(session, PER_BROWSER, of_shop, ConnectionAttempt.browser_hash == attempt.browser_hash)
    # No stranger's beginnings push out what has keys already.
    for has_keys in (ConnectionAttempt.keys_at.is_(None), ConnectionAttempt.keys_at.is_not(None)):
        _keep_newest(session, PER_SHOP, of_shop, has_keys)
        _delete_beyond(session, IN_ALL, has_keys)


def _delete_beyond(session: Session, most: int, alike: ColumnElement[bool]) -> None:
    """Delete the oldest of the matching attempts beyond the newest `most`."""
    times = select(ConnectionAttempt.created_at).where(alike).order_by(ConnectionAttempt.created_at.desc())
    oldest = session.scalar(times.offset(most - 1).limit(1))
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


def get_attempt(session: Session, attempt_id: str) -> ConnectionAttempt | None:
    """Return an attempt, fresh from the database with its row locked; None for an unknown id."""
    query = select(ConnectionAttempt).where(ConnectionAttempt.id == attempt_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def due_attempts(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return ids and shops of the attempts that the worker can advance, the oldest first."""
    query = (
        select(ConnectionAttempt.id, ConnectionAttempt.shop)
        .where(*_is_due(now))
        .order_by(ConnectionAttempt.created_at)
        .limit(limit)
    )
    return [(attempt_id, shop) for attempt_id, shop in session.execute(query)]


def claim_attempt(
    session: Session, attempt_id: str, now: datetime, lease: timedelta
) -> ConnectionAttempt | None:
    """Lease a due attempt to one caller; return None where it is not due or another holds the lease."""
    claimed = session.execute(
        update(ConnectionAttempt)
        .where(ConnectionAttempt.id == attempt_id, *_is_due(now))
        .values(lease_until=now + lease)
        .returning(ConnectionAttempt.id)
    )
    return get_attempt(session, attempt_id) if claimed.first() else None


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for attempts that the worker can advance.

    Due is an attempt whose shop was not examined yet, or whose keys are here and settled (Step.READY). One in
    trouble without keys waits until its browser asks again; with keys, until its lease is over.
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


def end_attempt(attempt: ConnectionAttempt, outcome: ConnectionOutcome, store_id: str | None = None) -> None:
    """Record the outcome and delete the keys."""
    attempt.outcome, attempt.store_id = outcome, store_id
    attempt.keys_encrypted = attempt.user_id_encrypted = attempt.lease_until = attempt.trouble = None


def drop_unused_keys(session: Session, now: datetime) -> int:
    """Delete the keys of attempts that expired unfinished; return the number of attempts."""
    unused = (ConnectionAttempt.keys_encrypted.is_not(None), ConnectionAttempt.expires_at <= now)
    updated = session.execute(
        update(ConnectionAttempt)
        .where(ConnectionAttempt.outcome.is_(None), *unused)
        .values(keys_encrypted=None)
        .returning(ConnectionAttempt.id)
    )
    return len(updated.all())


def purge_attempts(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` attempts created before a time, with their keys; return their number."""
    old = select(ConnectionAttempt.id).where(ConnectionAttempt.created_at < before).limit(limit)
    deleted = session.execute(
        delete(ConnectionAttempt).where(ConnectionAttempt.id.in_(old)).returning(ConnectionAttempt.id)
    )
    return len(deleted.all())


def attempt_of_browser(
    session: Session, browser_hash: str, attempt_id: str | None = None
) -> ConnectionAttempt | None:
    """Return the newest attempt of this browser, or the one with `attempt_id`; None without any."""
    query = (
        select(ConnectionAttempt)
        .where(ConnectionAttempt.browser_hash == browser_hash)
        .order_by(ConnectionAttempt.created_at.desc())
    )
    if attempt_id is not None:
        query = query.where(ConnectionAttempt.id == attempt_id)
    return session.scalars(query.limit(1)).first()


def waiting_of_browser(session: Session, browser_hash: str, now: datetime) -> list[ConnectionAttempt]:
    """Return the browser's open attempts that have received keys, the newest first."""
    query = (
        select(ConnectionAttempt)
        .where(ConnectionAttempt.browser_hash == browser_hash, *_has_unused_keys(now))
        .order_by(ConnectionAttempt.created_at.desc())
    )
    return list(session.scalars(query.limit(PER_BROWSER)))


def waits_for_browser(attempt: ConnectionAttempt, now: datetime) -> bool:
    """Return whether an attempt has its keys, and only its browser's return is missing."""
    has_keys = attempt.outcome is None and attempt.keys_at is not None and now < attempt.expires_at
    return has_keys and attempt.returned_at is None


def _has_unused_keys(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ConnectionAttempt.outcome.is_(None),
        ConnectionAttempt.keys_at.is_not(None),
        ConnectionAttempt.expires_at > now,
    )
