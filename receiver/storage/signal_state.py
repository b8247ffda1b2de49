"""The columns of stores and links that signals read and change, as plain values whose changes are written.

As entities of a session they would cost a batch of deliveries more than all of its statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.storage.bulk import Values, insert_rows, is_any_of, update_rows
from receiver.storage.signals import fall_as_dict, fall_from_dict, news_as_list, news_from_list
from receiver.storage.tables import Link, Store

STORES, LINKS = cast(Table, Store.__table__), cast(Table, Link.__table__)


@dataclass(slots=True)
class StoreState:
    """The columns of a store that signals use, by name."""

    id: str
    url: str
    joined_at: datetime
    decided_at: datetime | None
    installed_at: datetime | None
    set_up_at: datetime | None
    set_up_claimed_at: datetime | None
    removed_at: datetime | None
    clock_skew: int | None
    clock_read_at: datetime | None
    clock_measured_at: datetime | None
    sequence_fell_at: datetime | None
    sequence_fall: SequenceFall | None
    sequence_from: SignalOrder | None
    integration_news: SignalOrder | None
    account_news: SignalOrder | None
    installed_news: SignalOrder | None
    set_up_news: SignalOrder | None


@dataclass(slots=True)
class LinkState:
    """The columns of a link that signals use, by name; a link without an id is not stored yet."""

    id: int | None
    store_id: str
    advertiser_id: str
    ended_at: datetime | None
    linked_at: datetime | None = None
    claimed_at: datetime | None = None
    exact: bool | None = None
    linked_news: SignalOrder | None = None


OF_STORE = tuple(field.name for field in fields(StoreState))
OF_LINK = tuple(field.name for field in fields(LinkState))
_of_store, _of_link = attrgetter(*OF_STORE), attrgetter(*OF_LINK)


def lock_stores(session: Session, ids: Collection[str]) -> list[StoreState]:
    """Lock the stores, ordered by id, and return their states; rows that refer to a store do not wait."""
    query = (
        select(*(STORES.c[name] for name in OF_STORE))
        .where(is_any_of(STORES.c.id, ids))
        .order_by(STORES.c.id)
    )
    return [_store(row) for row in session.execute(query.with_for_update(key_share=True)).all()]


def read_links(session: Session, store_ids: Collection[str], accounts: Collection[str]) -> list[LinkState]:
    """Return the open links of these stores, and their links to one of these ad accounts."""
    query = select(*(LINKS.c[name] for name in OF_LINK)).where(is_any_of(LINKS.c.store_id, store_ids))
    condition = or_(LINKS.c.ended_at.is_(None), is_any_of(LINKS.c.advertiser_id, accounts))
    return [_link(row) for row in session.execute(query.where(condition).order_by(LINKS.c.id)).all()]


class Changes:
    """The changes of stores and links since they were read."""

    def __init__(self, stores: Iterable[StoreState], links: Iterable[LinkState]) -> None:
        self._stores = [(store, _of_store(store)) for store in stores]
        self._links = [(link, _of_link(link)) for link in links]

    def write(self, session: Session) -> None:
        """Write the changed stores and links."""
        _update(session, STORES, [(before, _of_store(store)) for store, before in self._stores], OF_STORE)
        _update(session, LINKS, [(before, _of_link(link)) for link, before in self._links], OF_LINK)


def add_links(session: Session, new: Iterable[LinkState]) -> None:
    """Insert new links in one statement."""
    insert_rows(session, LINKS, OF_LINK[1:], [tuple(map(_as_stored, _of_link(link)[1:])) for link in new])


def _update(
    session: Session, table: Table, states: Iterable[tuple[tuple[Any, ...], ...]], names: tuple[str, ...]
) -> None:
    """Update the rows that changed, in one statement for those with the same changed columns.

    `states`: the values of each row before and after, its id first.
    """
    rows_by_columns: defaultdict[tuple[str, ...], list[Values]] = defaultdict(list)
    for before, after in states:
        if before != after:
            items = zip(names, before, after, strict=True)
            changed = {name: _as_stored(value) for name, was, value in items if value != was}
            rows_by_columns[tuple(changed)].append((before[0], *changed.values()))
    for columns, rows in rows_by_columns.items():
        update_rows(session, table, ("id", *columns), rows)


def _store(row: Any) -> StoreState:
    state = StoreState(*row)
    state.sequence_fall, state.sequence_from = (
        fall_from_dict(row.sequence_fall),
        news_from_list(row.sequence_from),
    )
    state.integration_news = news_from_list(row.integration_news)
    state.account_news = news_from_list(row.account_news)
    state.installed_news = news_from_list(row.installed_news)
    state.set_up_news = news_from_list(row.set_up_news)
    return state


def _link(row: Any) -> LinkState:
    state = LinkState(*row)
    state.linked_news = news_from_list(row.linked_news)
    return state


def _as_stored(value: Any) -> Any:
    """Return a value in the form that its column takes."""
    if isinstance(value, SignalOrder):
        return news_as_list(value)
    return fall_as_dict(value) if isinstance(value, SequenceFall) else value
