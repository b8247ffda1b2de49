"""Readiness: the reasons why the service is not ready, in its database, worker or waiting deliveries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from receiver.domain.health import WAITING_FOR, is_silent
from receiver.errors import StorageUnavailable
from receiver.home import COMMAND
from receiver.services.context import ServiceContext
from receiver.storage import heartbeats
from receiver.storage.database import Database
from receiver.storage.pooler import pooler_problem
from receiver.storage.tables import Delivery


def check_readiness(context: ServiceContext) -> list[str]:
    """Return the reasons why the service is not ready, tested by a write; none when all is well."""
    now = context.now()
    try:
        with context.database.writing() as session:
            heartbeats.beat(session, "readiness", now)
            reasons = _reasons(session, now)
        return [*_pooler(context.database), *reasons]
    except StorageUnavailable as error:
        return [str(error)]


def read_readiness(context: ServiceContext) -> list[str]:
    """Return the reasons without a write: a database that takes none soon shows in a silent worker."""
    now = context.now()
    try:
        with context.database.reading() as session:
            reasons = _reasons(session, now)
        return [*_pooler(context.database), *reasons]
    except StorageUnavailable as error:
        return [str(error)]


def _pooler(database: Database) -> list[str]:
    problem = pooler_problem(database)
    return [problem] if problem else []


def _reasons(session: Session, now: datetime) -> list[str]:
    oldest = session.scalar(select(func.min(Delivery.due_at)).where(Delivery.due_at.is_not(None)))
    reasons = []
    if worker_is_silent(session, now):
        reasons.append(f"no worker has shown life lately; start `{COMMAND} worker`")
    if oldest is not None and now - oldest > WAITING_FOR:
        reasons.append("deliveries have been waiting for minutes")
    return reasons


def lacks_worker(context: ServiceContext) -> bool:
    """Return whether the worker is silent, as `worker_is_silent` does."""
    now = context.now()
    with context.database.reading() as session:
        return worker_is_silent(session, now)


def worker_last_seen(database: Database) -> datetime | None:
    """Return when any worker last showed life; None: none was ever seen."""
    with database.reading() as session:
        return heartbeats.last_beat(session, heartbeats.WORKER)


def worker_is_silent(session: Session, now: datetime) -> bool:
    """Return whether no worker has shown life for half a minute."""
    return is_silent(heartbeats.last_beat(session, heartbeats.WORKER), now)
