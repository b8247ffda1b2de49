"""Looking through the inbox: by filters, and one delivery with its attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session, defer

from receiver.errors import NotFound
from receiver.storage.tables import Attempt, Delivery

SEARCHED = (
    Delivery.webhook_id,
    Delivery.delivery_id,
    Delivery.store_id,
    Delivery.topic,
    Delivery.body_sha256,
    Delivery.error,
)


@dataclass(frozen=True)
class Filters:
    """Which deliveries; what is not said does not matter."""

    state: str | None = None
    source: str | None = None
    store: str | None = None
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # the moment itself not included
    search: str | None = None  # part of an id, topic, hash or error


def list_deliveries(session: Session, filters: Filters, limit: int) -> list[Delivery]:
    """The newest first, without their bodies; 0 = all."""
    query = _filtered(select(Delivery).options(defer(Delivery.body)), filters)
    query = query.order_by(Delivery.id.desc())
    return list(session.scalars(query.limit(limit) if limit else query))


def known_delivery(session: Session, delivery_id: int) -> Delivery:
    """Without its body. Raises NotFound."""
    query = select(Delivery).options(defer(Delivery.body)).where(Delivery.id == delivery_id)
    delivery = session.scalars(query).first()
    if delivery is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    return delivery


def attempts(session: Session, delivery_id: int) -> list[Attempt]:
    """The first try first."""
    query = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)
    return list(session.scalars(query))


def purge_ended(session: Session, before: datetime, limit: int) -> int:
    """Forget deliveries that ended before a moment, with their attempts; answers how many went."""
    old = select(Delivery.id).where(Delivery.ended_at < before).order_by(Delivery.ended_at).limit(limit)
    gone = session.execute(delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id))
    return len(gone.all())


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    exact = {
        Delivery.state: filters.state,
        Delivery.source: filters.source,
        Delivery.store_id: filters.store,
        Delivery.topic: filters.topic,
    }
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    if filters.since is not None:
        query = query.where(Delivery.received_at >= filters.since)
    if filters.until is not None:
        query = query.where(Delivery.received_at < filters.until)
    if filters.search:
        query = query.where(or_(*(column.icontains(filters.search, autoescape=True) for column in SEARCHED)))
    return query
