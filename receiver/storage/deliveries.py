"""Queries of deliveries: pages by filters, one with its attempts, counts, and what to replay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, defer

from receiver.domain.deliveries import UNDONE, DeliveryFilters, DeliveryState
from receiver.errors import NotFound
from receiver.paging import LARGEST_ID, CountedPage
from receiver.storage.paging import Keyset, ScanPlan, last_value, rows_of, scan
from receiver.storage.tables import Attempt, Delivery

COUNT_LIMIT = 1_000  # rows at most, where an index leads to matching rows only; nobody needs a higher count
SCANNED_ROWS = 5_000  # rows that one page examines, where each has to be checked
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
BY_NUMBER = Keyset((Delivery.id,), descending=True)
BY_TIME = Keyset((Delivery.received_at, Delivery.id), descending=True)

SEARCHED = (
    Delivery.webhook_id,
    Delivery.delivery_id,
    Delivery.store_id,
    Delivery.topic,
    Delivery.body_sha256,
    Delivery.error,
)


def search_deliveries(
    session: Session, filters: DeliveryFilters, *, after: int | None, limit: int
) -> CountedPage[Delivery]:
    """Return a page of deliveries, the newest first, without bodies and headers.

    `after` is the id of the last row of the page before. Raises NotFound for an unknown one, where times
    lead.
    """
    plan = _plan(filters, after)
    key: tuple[object, ...] | None = None if after is None else (after,)
    if after is not None and plan.by is BY_TIME:
        key = (get_delivery(session, after).received_at, after)
    page = scan(session, plan, after=key, limit=limit, cursor=last_value)
    query = select(Delivery).where(Delivery.id.in_([row[-1] for row in page.rows]))
    return rows_of(page, session.scalars(query.options(defer(Delivery.body), defer(Delivery.headers))))


def _plan(filters: DeliveryFilters, after: int | None) -> ScanPlan:
    """Plan the scan so that the rarest of the filters leads; most deliveries are processed ones.

    Topics and senders' ids have no index: each would be one more to write before a webhook is answered.
    """
    set_names, stores = set(filters.as_json()), _stores_of(filters)
    is_rare = filters.state not in (None, DeliveryState.PROCESSED)
    for name, leads in (("ids", True), ("failed_in", True), ("state", is_rare and not stores)):
        if name in set_names and leads:
            return _led_by(filters, {name}, BY_NUMBER)
    if stores:
        bound = COUNT_LIMIT if set_names <= {"store", "stores"} else SCANNED_ROWS
        further = true() if after is None else Delivery.id < after
        newest = Delivery.id.in_(newest_of(stores, bound + 1, further))
        return ScanPlan(
            select().select_from(Delivery).where(newest), BY_NUMBER, conditions_of(filters), bound
        )
    times = set_names & {"since", "until"}
    return _led_by(filters, times, BY_TIME) if times else _led_by(filters, set(), BY_NUMBER)


def _stores_of(filters: DeliveryFilters) -> Sequence[str] | None:
    return filters.stores if filters.store is None else (filters.store,)


def of_stores(stores: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition for the deliveries of these stores."""
    # One condition a store: with a list, SQLite prefers to scan all ended deliveries.
    return or_(false(), *(_ended_of(store) for store in stores), _waiting_of(stores))


def newest_of(stores: Sequence[str], most: int, *further: ColumnElement[bool]) -> Select[int]:
    """Select ids of each store's deliveries, in no order; its `most` newest ones are among them."""
    newest = []
    for store in stores:
        ended_ids = (
            select(Delivery.id).where(_ended_of(store), *further).order_by(Delivery.id.desc()).limit(most)
        )
        newest.append(select(ended_ids.subquery().c.id))
    # All waiting ones, since their index has another order; the daily bounds of a store keep them few.
    unfinished = select(Delivery.id).where(_waiting_of(stores), *further)
    return select(union_all(*newest, unfinished).subquery().c.id)


def _ended_of(store_id: str) -> ColumnElement[bool]:
    """Return the condition that `ix_deliveries_ended_of_store` serves."""
    return and_(Delivery.due_at.is_(None), Delivery.store_id == store_id)


def _waiting_of(stores: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that `ix_deliveries_waiting` serves, by a scan of all unfinished deliveries."""
    # Compared with a time, since SQLite uses no index for a mere IS NOT NULL.
    return and_(Delivery.due_at >= FIRST_MOMENT, Delivery.store_id.in_(stores))


def _led_by(filters: DeliveryFilters, names: set[str], by: Keyset) -> ScanPlan:
    leading = DeliveryFilters(**{name: getattr(filters, name) for name in names})
    rows = select().select_from(Delivery).where(*conditions_of(leading))
    if names == set(filters.as_json()):
        return ScanPlan(rows, by, (), COUNT_LIMIT)
    return ScanPlan(rows, by, conditions_of(filters), SCANNED_ROWS)


def count_states(session: Session, filters: DeliveryFilters) -> dict[DeliveryState, int] | None:
    """Count deliveries by state, up to COUNT_LIMIT + 1 of each.

    Returns None where no index leads to matching rows only, and for stores and times with more than
    COUNT_LIMIT rows.
    """
    set_names = set(filters.as_json())
    if not set_names:
        ids = [
            select(Delivery.id).where(Delivery.state == state).limit(COUNT_LIMIT + 1)
            for state in DeliveryState
        ]
        counts = [
            select(select(func.count()).select_from(chunk.subquery()).scalar_subquery()) for chunk in ids
        ]
        return dict(zip(DeliveryState, session.scalars(union_all(*counts)), strict=True))
    if set_names - {"store", "stores", "since", "until"}:
        return None
    rows = select(Delivery.state).where(*conditions_of(filters)).limit(COUNT_LIMIT + 1).subquery()
    counts_of_states = session.execute(select(rows.c.state, func.count()).group_by(rows.c.state))
    by_state = {DeliveryState(state): count for state, count in counts_of_states}
    return by_state if sum(by_state.values()) <= COUNT_LIMIT else None


def get_delivery(session: Session, delivery_id: int) -> Delivery:
    """Return a delivery. Raises NotFound."""
    delivery = session.get(Delivery, delivery_id) if delivery_id <= LARGEST_ID else None
    if delivery is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    return delivery


def attempts(session: Session, delivery_id: int) -> list[Attempt]:
    """Return the delivery's attempts, the oldest first."""
    query = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)
    return list(session.scalars(query))


def purge_ended(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` deliveries that ended before a time, with their attempts; return their number."""
    old = select(Delivery.id).where(Delivery.ended_at < before).order_by(Delivery.ended_at).limit(limit)
    deleted = session.execute(delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id))
    return len(deleted.all())


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


def count_deliveries(session: Session, filters: DeliveryFilters, now: datetime) -> list[DeliveryCount]:
    """Count the deliveries that match the filters."""
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
    return [
        DeliveryCount(*row) for row in session.execute(query.where(*conditions_of(filters)).group_by(*kind))
    ]


def newest_delivery(session: Session) -> int:
    """Return the id of the newest delivery, 0 without any."""
    return session.scalar(select(func.max(Delivery.id))) or 0


def last_of_store(session: Session, store_id: str) -> datetime | None:
    """Return when the store's newest delivery arrived."""
    newest = select(Delivery.received_at).where(Delivery.id.in_(newest_of([store_id], 1)))
    return session.scalars(newest.order_by(Delivery.id.desc()).limit(1)).first()


def next_to_replay(
    session: Session, filters: DeliveryFilters, *, after: int, up_to: int, limit: int, now: datetime
) -> list[tuple[int, bool]]:
    """Return, ordered by id, deliveries that still have a body, and whether each is being processed now."""
    query = select(Delivery.id, Delivery.lease_until).where(
        Delivery.id > after, Delivery.id <= up_to, Delivery.body.is_not(None), *conditions_of(filters)
    )
    rows = session.execute(query.order_by(Delivery.id).limit(limit))
    return [(number, lease_until is not None and lease_until > now) for number, lease_until in rows]


def has_body(session: Session, ids: Iterable[int]) -> dict[int, bool]:
    """Return, by id, whether a delivery still has its body; unknown ids are left out."""
    query = select(Delivery.id, Delivery.body.is_not(None)).where(Delivery.id.in_(ids))
    return {number: bool(there) for number, there in session.execute(query)}


def lock_free(
    session: Session, filters: DeliveryFilters, ids: Sequence[int], now: datetime
) -> dict[int, Delivery]:
    """Lock the deliveries that still match and that nobody processes; skips rows that others have locked."""
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    query = select(Delivery).where(Delivery.id.in_(ids), free, *conditions_of(filters))
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)}


def conditions_of(filters: DeliveryFilters) -> list[ColumnElement[bool]]:
    """Return the conditions that a delivery must meet, all of them."""
    exact = {
        Delivery.state: filters.state,
        Delivery.source: filters.source,
        Delivery.topic: filters.topic,
        Delivery.delivery_id: filters.delivery,
        Delivery.reason: filters.cause,
    }
    conditions = [column == value for column, value in exact.items() if value is not None]
    if filters.ids is not None:
        conditions.append(Delivery.id.in_(filters.ids))
    if filters.failed_in is not None:
        undone_ids = select(Attempt.delivery_id).where(
            Attempt.replay_id == filters.failed_in, Attempt.outcome.in_(UNDONE)
        )
        conditions += [Delivery.id.in_(undone_ids), Delivery.state.in_(UNDONE)]
    if (stores := _stores_of(filters)) is not None:
        conditions.append(of_stores(stores))
    if filters.since is not None:
        conditions.append(Delivery.received_at >= filters.since)
    if filters.until is not None:
        conditions.append(Delivery.received_at < filters.until)
    if filters.search:
        conditions.append(or_(*(column.icontains(filters.search, autoescape=True) for column in SEARCHED)))
    return conditions
