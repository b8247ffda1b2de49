"""Looking through the inbox: by filters, and one delivery with its attempts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session, defer

from receiver.errors import NotFound
from receiver.storage.tables import Attempt, Delivery
from receiver.storage.types import LARGEST_ID

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
    ids: tuple[int, ...] | None = None
    delivery: str | None = None  # the id its sender gave it

    def said(self) -> dict[str, Any]:
        """Return the filters that are set, as JSON holds them; empty for all deliveries."""
        said = {**asdict(self), "search": self.search or None}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in said.items()
            if value is not None
        }


def read_filters(said: dict[str, Any]) -> Filters:
    """Read back what `Filters.said` wrote."""
    values = dict(said)
    values |= {name: datetime.fromisoformat(said[name]) for name in ("since", "until") if name in said}
    values |= {"ids": tuple(said["ids"])} if "ids" in said else {}
    return Filters(**values)


def list_deliveries(session: Session, filters: Filters, limit: int) -> list[Delivery]:
    """The newest first, without their bodies; 0 = all."""
    query = select(Delivery).options(defer(Delivery.body)).where(*fit(filters))
    query = query.order_by(Delivery.id.desc())
    return list(session.scalars(query.limit(limit) if limit else query))


def get_delivery(session: Session, delivery_id: int) -> Delivery:
    """Raises NotFound."""
    delivery = session.get(Delivery, delivery_id) if delivery_id <= LARGEST_ID else None
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


@dataclass(frozen=True)
class DeliveryCount:
    """Deliveries of one state, source, topic and store."""

    state: str
    source: str
    topic: str | None
    store: str | None
    count: int
    dropped: int  # of them without a body
    busy: int  # of them being processed
    oldest: datetime
    newest: datetime


def count_deliveries(session: Session, filters: Filters, now: datetime) -> list[DeliveryCount]:
    kind = (Delivery.state, Delivery.source, Delivery.topic, Delivery.store_id)
    received = Delivery.received_at
    query = select(
        *kind,
        func.count(),
        func.count().filter(Delivery.body.is_(None)),
        func.count().filter(Delivery.body.is_not(None), Delivery.lease_until > now),
        func.min(received),
        func.max(received),
    )
    return [DeliveryCount(*row) for row in session.execute(query.where(*fit(filters)).group_by(*kind))]


def newest_delivery(session: Session) -> int:
    """Its id; 0 when there is none."""
    return session.scalar(select(func.max(Delivery.id))) or 0


def last_of_store(session: Session, store_id: str) -> datetime | None:
    """When the newest delivery of a store came."""
    query = select(Delivery.received_at).where(Delivery.store_id == store_id).order_by(Delivery.id.desc())
    return session.scalars(query.limit(1)).first()


def next_to_replay(
    session: Session, filters: Filters, *, after: int, up_to: int, limit: int, now: datetime
) -> list[tuple[int, bool]]:
    """Ids of what still has a body, in their order, and whether each is being processed now."""
    query = select(Delivery.id, Delivery.lease_until).where(
        Delivery.id > after, Delivery.id <= up_to, Delivery.body.is_not(None), *fit(filters)
    )
    found = session.execute(query.order_by(Delivery.id).limit(limit))
    return [(number, lease_until is not None and lease_until > now) for number, lease_until in found]


def has_body(session: Session, ids: Iterable[int]) -> dict[int, bool]:
    """By id; one that is not there is left out."""
    query = select(Delivery.id, Delivery.body.is_not(None)).where(Delivery.id.in_(ids))
    return {number: bool(there) for number, there in session.execute(query)}


def hold_free(session: Session, filters: Filters, ids: Sequence[int], now: datetime) -> dict[int, Delivery]:
    """Lock those of them that still fit and that nobody has in hand; waits for no other lock."""
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    query = select(Delivery).where(Delivery.id.in_(ids), free, *fit(filters))
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)}


def fit(filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions that a delivery must meet, all of them."""
    exact = {
        Delivery.state: filters.state,
        Delivery.source: filters.source,
        Delivery.store_id: filters.store,
        Delivery.topic: filters.topic,
        Delivery.delivery_id: filters.delivery,
    }
    wanted = [column == value for column, value in exact.items() if value is not None]
    if filters.ids is not None:
        wanted.append(Delivery.id.in_(filters.ids))
    if filters.since is not None:
        wanted.append(Delivery.received_at >= filters.since)
    if filters.until is not None:
        wanted.append(Delivery.received_at < filters.until)
    if filters.search:
        wanted.append(or_(*(column.icontains(filters.search, autoescape=True) for column in SEARCHED)))
    return wanted
