"""Webhook endpoints and their signing secrets."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from receiver.domain.limits import DailyUsage, day_of
from receiver.storage.database import Driver
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import WebhookEndpoint, WebhookSecret
from receiver.storage.types import utc_as_text

REMEMBERED = 20  # secrets of a webhook that are tried on its stored deliveries


# Not frozen: a frozen one takes several times as long to build, and there is one for each call.
@dataclass(slots=True)
class ResolvedEndpoint:
    """The endpoint of a delivery, and the secrets that may have signed it."""

    store_id: str
    platform: str  # of its store
    hook_id: str
    topic: str | None  # null: the header names it
    connected: bool
    secrets: tuple[str, ...]  # encrypted
    usage: DailyUsage = DailyUsage()  # noqa: RUF009 (frozen: by its store on this day, as far as it is written)


_ENDPOINTS = """
    SELECT hooks.id, hooks.store_id, stores.platform, hooks.topic, stores.disconnected_at IS NULL,
        hook_secrets.secret_sealed, coalesce(store_days.deliveries, 0), coalesce(store_days.body_bytes, 0)
    FROM hooks
    JOIN stores ON stores.id = hooks.store_id
    LEFT JOIN hook_secrets ON hook_secrets.hook_id = hooks.id
        AND (hook_secrets.valid_until IS NULL OR hook_secrets.valid_until > {now})
    LEFT JOIN store_days ON store_days.store_id = stores.id AND store_days.day = {day}
    WHERE hooks.id {among}
    ORDER BY hook_secrets.id DESC
"""
_POSTGRESQL = _ENDPOINTS.format(now="%b::timestamptz", day="%b::date", among="= ANY(%b::text[])")


def resolve_endpoints(driver: Driver, hook_ids: Iterable[str], now: datetime) -> dict[str, ResolvedEndpoint]:
    """Return endpoints by hook id with their valid secrets, in one query; unknown ids are left out.

    Uses the driver directly: it runs for every delivery, and SQLAlchemy costs more than the query.
    """
    ids = list(hook_ids)
    if isinstance(driver, sqlite3.Connection):
        statement = _ENDPOINTS.format(now="?", day="?", among=f"IN ({', '.join('?' * len(ids))})")
        rows = driver.execute(statement, [utc_as_text(now), day_of(now).isoformat(), *ids]).fetchall()
    else:
        rows = driver.execute(_POSTGRESQL, [now, day_of(now), ids]).fetchall()
    endpoints: dict[str, ResolvedEndpoint] = {}
    for hook_id, store_id, platform, topic, connected, encrypted, deliveries, body_bytes in rows:
        before = endpoints[hook_id].secrets if hook_id in endpoints else ()
        secrets = (*before, encrypted) if encrypted is not None else before
        endpoints[hook_id] = ResolvedEndpoint(
            store_id, platform, hook_id, topic, bool(connected), secrets, DailyUsage(deliveries, body_bytes)
        )
    return endpoints


def add_endpoint(session: Session, endpoint_id: str, store_id: str, topic: str | None) -> None:
    """Insert an endpoint for a topic of a store."""
    session.add(WebhookEndpoint(id=endpoint_id, store_id=store_id, topic=topic))
    session.flush()


def add_secret(session: Session, hook_id: str, encrypted: str, now: datetime) -> None:
    """Insert a secret of an endpoint, valid until it is replaced."""
    session.add(WebhookSecret(hook_id=hook_id, secret_encrypted=encrypted, created_at=now, valid_until=None))


def created_endpoints(session: Session, store_id: str) -> Sequence[WebhookEndpoint]:
    """Return the endpoints created by the connection to a store, one per topic."""
    query = (
        select(WebhookEndpoint)
        .where(WebhookEndpoint.store_id == store_id, WebhookEndpoint.topic.is_not(None))
        .order_by(WebhookEndpoint.topic)
    )
    return list(session.scalars(query))


_IN_TROUBLE = select(WebhookEndpoint.store_id, WebhookEndpoint.trouble).where(
    WebhookEndpoint.store_id.in_(STORE_IDS),
    WebhookEndpoint.topic.is_not(None),
    WebhookEndpoint.trouble.is_not(None),
)


def webhook_troubles(session: Session, store_ids: Collection[str]) -> dict[str, set[str]]:
    """Return, by store, the troubles of its webhooks; a store without any is left out."""
    troubles: defaultdict[str, set[str]] = defaultdict(set)
    for store_id, trouble in session.execute(_IN_TROUBLE, {"store_ids": list(store_ids)}):
        if trouble:
            troubles[store_id].add(trouble)
    return troubles


def newest_secret(session: Session, hook_id: str) -> WebhookSecret | None:
    """Return the secret that new deliveries are signed with, None without one."""
    query = select(WebhookSecret).where(WebhookSecret.hook_id == hook_id, WebhookSecret.valid_until.is_(None))
    return session.scalars(query.order_by(WebhookSecret.id.desc()).limit(1)).first()


def secrets_of(session: Session, hook_id: str) -> list[WebhookSecret]:
    """Return the newest secrets an endpoint ever had, valid or not, the newest first."""
    query = select(WebhookSecret).where(WebhookSecret.hook_id == hook_id).order_by(WebhookSecret.id.desc())
    return list(session.scalars(query.limit(REMEMBERED)))


def end_older_secrets(session: Session, hook_id: str, newest: int, at: datetime) -> None:
    """End the secrets with ids up to `newest` at `at`; one that ends sooner keeps its end."""
    later = or_(WebhookSecret.valid_until.is_(None), WebhookSecret.valid_until > at)
    session.execute(
        update(WebhookSecret)
        .where(WebhookSecret.hook_id == hook_id, WebhookSecret.id <= newest, later)
        .values(valid_until=at),
        execution_options={"synchronize_session": False},
    )


def end_secrets(session: Session, hook_id: str, at: datetime) -> None:
    """End every secret of the endpoint at `at`; one that ends sooner keeps its end."""
    later = or_(WebhookSecret.valid_until.is_(None), WebhookSecret.valid_until > at)
    session.execute(
        update(WebhookSecret).where(WebhookSecret.hook_id == hook_id, later).values(valid_until=at),
        execution_options={"synchronize_session": False},
    )


def purge_secrets(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` secrets that ended before a time; return their number."""
    old = select(WebhookSecret.id).where(WebhookSecret.valid_until < before).limit(limit)
    statement = delete(WebhookSecret).where(WebhookSecret.id.in_(old)).returning(WebhookSecret.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())
