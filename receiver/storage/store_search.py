"""Stores a page at a time: whatever is asked for, one look goes through so many rows only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, exists, or_, select, true, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from receiver.errors import InputError
from receiver.storage.tables import Bridge, Link, Store, StoreTroubleRow, WebhookEndpoint
from receiver.storage.tables.links import IS_WITHDRAWN
from receiver.storage.tables.stores import IS_SKEWED
from receiver.storage.types import Utc

LOOKED_THROUGH = 5_000  # where each row has to be looked at
UNDECIDED = "not decided yet"  # in place of a stage
BETWEEN = "~"  # the values of a cursor; neither times nor ids have one


class Condition(StrEnum):
    """What a store may be, whatever its stage."""

    CONNECTED = "connected"  # we hold its keys
    IN_TROUBLE = "in_trouble"  # the last look at it did not come through
    WEBHOOKS_OFF = "webhooks_off"
    CONSENT_LOST = "consent_lost"
    FIGURES_STALE = "figures_stale"
    CLOCK_OFF = "clock_off"  # its clock is ahead of ours, or behind
    WAITING = "waiting"  # for a place in the offer
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class StoreFilters:
    """Which stores; what is not said does not matter."""

    stage: str | None = None  # or UNDECIDED
    country: str | None = None
    condition: str | None = None  # a Condition, or the id of a trouble (domain/troubles.py)
    text: str | None = None  # part of a name, address or id; an id or address in full leads there at once


@dataclass(frozen=True)
class FoundStores:
    """Stores, each with all its conditions; `next` is where to look on from, None where there are no more.

    There may be fewer than asked for and more all the same: one look goes through LOOKED_THROUGH only.
    """

    stores: Sequence[tuple[Store, frozenset[Condition]]]
    next: str | None


@dataclass(frozen=True)
class _StorePlan:
    """The index that leads: its rows, the columns by which they follow each other (the last is the store's
    id), and the filter that all of them fit.
    """

    rows: Select[()]
    key: tuple[InstrumentedAttribute[Any], ...]
    answers: str | None = None
    newest_first: bool = False

    def ordered(self, wanted: ColumnElement[bool], after: str | None) -> Select[Any]:
        query = self.rows.add_columns(*self.key, wanted)
        query = query.order_by(*(column.desc() if self.newest_first else column for column in self.key))
        if after is None:
            return query
        place, last = tuple_(*self.key), tuple_(*_read_cursor(after, self.key))
        return query.where(place < last if self.newest_first else place > last)


def look_through(session: Session, filters: StoreFilters, *, after: str | None, limit: int) -> FoundStores:
    """The newest first; those that wait, the next in line first. Raises InputError for a wrong `after`."""
    way = _way(session, filters)
    rest = [fits for name, fits in _fit(filters).items() if name != way.answers]
    most = LOOKED_THROUGH if rest else limit
    looked_at = session.execute(way.ordered(and_(true(), *rest), after).limit(most + 1)).all()
    fitting = [row for row in looked_at[:most] if row[-1]]
    is_cut = len(looked_at) > most
    last = fitting[limit - 1] if len(fitting) > limit else looked_at[most - 1] if is_cut else None
    ids = [row[-2] for row in fitting[:limit]]
    return FoundStores(_with_conditions(session, ids), None if last is None else _cursor(last[:-1]))


def _with_conditions(session: Session, ids: Sequence[str]) -> list[tuple[Store, frozenset[Condition]]]:
    """In the order of `ids`."""
    told = [_is(condition) for condition in Condition]
    found = {}
    for store, *holds in session.execute(select(Store, *told).where(Store.id.in_(ids))):
        found[store.id] = store, frozenset(one for one, so in zip(Condition, holds, strict=True) if so)
    return [found[store_id] for store_id in ids]


def _way(session: Session, filters: StoreFilters) -> _StorePlan:
    """By the rarest of what is asked for."""
    newest, stores = (Store.created_at, Store.id), select().select_from(Store)
    if filters.text is not None and (ids := _known_by(session, filters.text)):
        return _StorePlan(stores.where(Store.id.in_(ids)), newest, "text", newest_first=True)
    if filters.condition not in (None, Condition.CONNECTED):
        return _led_by(filters.condition)
    for name in ("stage", "country"):
        if getattr(filters, name) is not None:
            return _StorePlan(stores.where(_fit(filters)[name]), newest, name, newest_first=True)
    if filters.condition is not None:
        return _led_by(filters.condition)
    return _StorePlan(stores, newest, newest_first=True)


def _led_by(condition: str) -> _StorePlan:
    """Along the condition's own index."""
    if condition in _OF_ITSELF:
        key = (Store.joined_at, Store.id) if condition == Condition.WAITING else (Store.id,)
        return _StorePlan(select().select_from(Store).where(_OF_ITSELF[condition]), key, "condition")
    table, holds = _of_a_store(condition)
    rows = select().select_from(table).join(Store, Store.id == table.store_id).where(holds)
    return _StorePlan(rows.distinct(), (table.store_id,), "condition")


_OF_ITSELF: Mapping[str, ColumnElement[bool] | TextClause] = {
    Condition.WAITING: and_(Store.admitted_at.is_(None), Store.disconnected_at.is_(None)),
    Condition.DISCONNECTED: Store.disconnected_at.is_not(None),
    Condition.CLOCK_OFF: IS_SKEWED,
}


def _of_a_store(condition: str) -> tuple[Any, ColumnElement[bool] | TextClause]:
    """The table whose rows tell that a store is so, and which of them do."""
    tables: dict[str, tuple[Any, ColumnElement[bool] | TextClause]] = {
        Condition.CONNECTED: (Bridge, true()),
        Condition.IN_TROUBLE: (Bridge, Bridge.trouble.is_not(None)),
        Condition.WEBHOOKS_OFF: (WebhookEndpoint, WebhookEndpoint.trouble.is_not(None)),
        Condition.CONSENT_LOST: (Link, IS_WITHDRAWN),
    }
    return tables.get(condition, (StoreTroubleRow, StoreTroubleRow.id == condition))


def _is(condition: str) -> ColumnElement[bool] | TextClause:
    if condition in _OF_ITSELF:
        return _OF_ITSELF[condition]
    table, holds = _of_a_store(condition)
    return exists().where(table.store_id == Store.id, holds).correlate(Store)


def _fit(filters: StoreFilters) -> dict[str, ColumnElement[bool] | TextClause]:
    """What a store must be, by the name of the filter that says so."""
    wanted: dict[str, ColumnElement[bool] | TextClause] = {}
    if filters.stage is not None:
        undecided = filters.stage == UNDECIDED
        wanted["stage"] = Store.stage.is_(None) if undecided else Store.stage == filters.stage
    if filters.country is not None:
        wanted["country"] = Store.country == filters.country
    if filters.condition is not None:
        wanted["condition"] = _is(filters.condition)
    if filters.text is not None:
        wanted["text"] = _is_told_by(filters.text)
    return wanted


def _is_told_by(text: str) -> ColumnElement[bool]:
    searched = (Store.name, Store.url, Store.id, Store.merchant)
    of_account = Link.advertiser_id.contains(text, autoescape=True)
    linked = exists().where(Link.store_id == Store.id, of_account).correlate(Store)
    return or_(*(column.icontains(text, autoescape=True) for column in searched), linked)


def _known_by(session: Session, text: str) -> list[str]:
    """The stores whose id, merchant, ad account or address this is in full."""
    place = text.lower().removeprefix("https://").removeprefix("http://").strip("/")
    addresses = [f"{scheme}://{place}/" for scheme in ("https", "http")]
    stores = select(Store.id).where(or_(Store.id == text, Store.merchant == text, Store.url.in_(addresses)))
    linked = select(Link.store_id).where(Link.advertiser_id == text)
    return list(session.scalars(stores.union(linked).limit(LOOKED_THROUGH)))


def _cursor(values: Iterable[Any]) -> str:
    """Nothing in it has to be escaped in an address."""
    return BETWEEN.join(
        f"{one.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(one, datetime) else one for one in values
    )


def _read_cursor(text: str, key: Sequence[InstrumentedAttribute[Any]]) -> list[ColumnElement[Any]]:
    try:
        pairs = zip(key, text.split(BETWEEN), strict=True)
        return [type_coerce(_value(column, value), column.type) for column, value in pairs]
    except ValueError:
        raise InputError("must be the `next` of a page before", path="after") from None


def _value(column: InstrumentedAttribute[Any], text: str) -> Any:
    if not isinstance(column.type, Utc):
        return text
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
