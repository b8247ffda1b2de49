"""The work queue of staff: one count for each kind of item, and of stores the first few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryState
from receiver.domain.health import WAITING_FOR, is_silent
from receiver.domain.limits import day_of
from receiver.domain.staff import Role
from receiver.domain.todo import TodoId
from receiver.domain.troubles import ADVICE, TROUBLES, Actor, TroubleId
from receiver.services.context import ServiceContext
from receiver.services.staff.records import StaffMember
from receiver.storage import alerts, heartbeats, store_days, store_troubles, work_queue

MOST = 1000  # more than anybody works through in a day; counting further costs, and says nothing
FIRST_STORES = 5  # of an item, with id and name
# Troubles that have an item of their own here, with a list of its own.
LISTED_APART = frozenset(
    {
        TroubleId.AWARD_OVERDUE,
        TroubleId.AWARD_HELD,
        TroubleId.MERCHANTS_ALIKE,
        TroubleId.SIGNALS_HELD,
    }
)
IN_THE_QUEUE = tuple(trouble for trouble in TROUBLES if trouble not in ADVICE | LISTED_APART)
MOST_URGENT = tuple(item for item in IN_THE_QUEUE if TROUBLES[item] is not Actor.MERCHANT)
OTHERS = tuple(item for item in IN_THE_QUEUE if TROUBLES[item] is Actor.MERCHANT)
FEW_REJECTIONS = 20  # a day: not worth anybody's time


@dataclass(frozen=True)
class TodoItem:
    """An item of the work queue; `count` is MOST + 1 where there are more than MOST."""

    id: TodoId | TroubleId
    count: int
    since: datetime | None = None
    stores: Sequence[tuple[str, str]] = ()  # id and name of the first few
    state: str | None = None  # of the delivery that has waited since then
    sums: Sequence[tuple[str, Decimal]] = ()  # of awards: credit by currency, at least where there are more

    @property
    def is_more(self) -> bool:
        """Return whether there are more than are counted."""
        return self.count > MOST

    @property
    def count_words(self) -> str:
        """Return the count as text; beyond the most counted, with a plus."""
        return f"{MOST:,}+" if self.is_more else f"{self.count:,}"


def list_todo_items(context: ServiceContext, reader: StaffMember | None = None) -> list[TodoItem]:
    """Return the work queue, the most urgent items first.

    Of expiring tokens, a reader who is no operator sees their own alone.
    """
    now = context.now()
    owner = reader.id if reader is not None and reader.role != Role.OPERATOR else None
    with context.database.reading() as session:
        return [item for item in _all_items(session, now, owner) if item.count]


def _all_items(session: Session, now: datetime, token_owner: int | None) -> Iterator[TodoItem]:
    last_beat = heartbeats.last_beat(session, heartbeats.WORKER)
    yield TodoItem(TodoId.WORKER_SILENT, int(is_silent(last_beat, now)), since=last_beat)
    yield TodoItem(TodoId.STAFF_NOT_TOLD, alerts.count_failing(session))
    yield _waiting_item(session, now)
    yield _award_item(session, TodoId.AWARDS_OVERDUE, work_queue.overdue_awards(now))
    yield _award_item(session, TodoId.AWARDS_DUE_SOON, work_queue.awards_due_soon(now))
    yield _counted_item(session, TodoId.REVIEWS_WAITING, work_queue.open_reviews())
    present = store_troubles.present_ids(session)
    yield from _trouble_items(session, [trouble for trouble in MOST_URGENT if trouble in present])
    yield _store_item(session, TodoId.STORES_HELD, work_queue.held_stores())
    yield _store_item(session, TodoId.MERCHANTS_ALIKE, work_queue.stores_asked_about())
    yield _counted_item(session, TodoId.DELIVERIES_DEAD, work_queue.deliveries_in(DeliveryState.DEAD))
    yield _counted_item(session, TodoId.DELIVERIES_FAILED, work_queue.deliveries_in(DeliveryState.FAILED))
    rejected, usual = work_queue.bad_signatures(session, now)
    yield TodoItem(TodoId.SIGNATURES_REJECTED, rejected if rejected >= max(FEW_REJECTIONS, 2 * usual) else 0)
    yield _counted_item(session, TodoId.QUARANTINED, work_queue.quarantined_calls())
    yield _store_item(session, TodoId.STORES_CLAIMED, work_queue.claimed_stores())
    yield _store_item(session, TodoId.MESSAGES_FROM_ELSEWHERE, work_queue.stores_with_held_messages())
    yield _store_item(session, TodoId.STORES_MOVED, work_queue.stores_moved_lately(now))
    yield from _trouble_items(session, [trouble for trouble in OTHERS if trouble in present])
    yield _store_item(session, TodoId.STORES_OVER_BOUNDS, store_days.stores_over(day_of(now)))
    yield _counted_item(session, TodoId.TOKENS_EXPIRE, work_queue.expiring_tokens(now, token_owner))


def _trouble_items(session: Session, ids: Sequence[TroubleId]) -> Iterator[TodoItem]:
    for trouble_id in ids:
        item = _store_item(session, trouble_id, store_troubles.stores_with(trouble_id))
        if item.count and trouble_id == TroubleId.AWARD_FLAGGED:
            _, sums = work_queue.awards_by_currency(session, work_queue.flagged_awards(), MOST)
            item = replace(item, sums=sums)
        yield item


def _waiting_item(session: Session, now: datetime) -> TodoItem:
    oldest = work_queue.oldest_waiting(session)
    if oldest is None or now - oldest[0] <= WAITING_FOR:
        return TodoItem(TodoId.DELIVERIES_WAIT, 0)
    since, state = oldest
    return TodoItem(TodoId.DELIVERIES_WAIT, 1, since=since, state=state)


def _counted_item(session: Session, item_id: TodoId, query: Select[Any]) -> TodoItem:
    return TodoItem(item_id, work_queue.count_rows(session, query, MOST))


def _award_item(session: Session, item_id: TodoId, query: Select[str]) -> TodoItem:
    count, sums = work_queue.awards_by_currency(session, query, MOST)
    return TodoItem(item_id, count, sums=sums)


def _store_item(session: Session, item_id: TodoId | TroubleId, query: Select[str, str]) -> TodoItem:
    stores = [(store_id, store_name) for store_id, store_name in session.execute(query.limit(FIRST_STORES))]
    return TodoItem(item_id, work_queue.count_rows(session, query, MOST) if stores else 0, stores=stores)
