"""Deliveries a page at a time: whatever is asked for, one look goes through so many rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, select, true, tuple_, type_coerce
from sqlalchemy.orm import Session, defer

from receiver.domain.deliveries import DeliveryState
from receiver.storage.deliveries import Filters, fit, get_delivery
from receiver.storage.tables import Delivery

Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])

COUNTED = 1_000  # where an index finds nothing but what fits, and nobody wants to know it more exactly
LOOKED_THROUGH = 5_000  # where each row has to be looked at


@dataclass(frozen=True)
class FoundDeliveries:
    """Deliveries, the newest first; `next` is the one to look on from, None where there are no more.

    There may be fewer than asked for and more all the same. `count`: how many fit of those looked through
    from here on, and `is_all` whether that was all there are.
    """

    deliveries: Sequence[Delivery]
    next: int | None
    count: int
    is_all: bool


@dataclass(frozen=True)
class _DeliveryPlan:
    """The index that leads: which rows it holds, and in which order pages follow each other."""

    rows: Sequence[ColumnElement[bool]]
    is_enough: bool  # whether all of them fit
    by_time: bool = False


def look_through(session: Session, filters: Filters, after: int | None, limit: int) -> FoundDeliveries:
    """Raises NotFound for an `after` there is not, where times are asked for."""
    way = _way(filters)
    most = COUNTED if way.is_enough else LOOKED_THROUGH
    wanted = and_(true(), *([] if way.is_enough else fit(filters)))
    query = _ordered(select(Delivery.id, wanted).where(*way.rows), way)
    if after is not None:
        query = query.where(_older_than(session, after, way))
    looked_at = session.execute(query.limit(most + 1)).all()
    fitting = [number for number, fits in looked_at[:most] if fits]
    is_all = len(looked_at) <= most
    goes_on_after = fitting[limit - 1] if len(fitting) > limit else None if is_all else looked_at[most - 1][0]
    return FoundDeliveries(_rows(session, fitting[:limit], way), goes_on_after, len(fitting), is_all)


def _rows(session: Session, ids: Sequence[int], way: _DeliveryPlan) -> list[Delivery]:
    """Without what is large."""
    query = select(Delivery).where(Delivery.id.in_(ids))
    return list(session.scalars(_ordered(query.options(defer(Delivery.body), defer(Delivery.headers)), way)))


def _ordered(query: Rows, way: _DeliveryPlan) -> Rows:
    order = (Delivery.received_at.desc(), Delivery.id.desc()) if way.by_time else (Delivery.id.desc(),)
    return query.order_by(*order)


def _older_than(session: Session, after: int, way: _DeliveryPlan) -> ColumnElement[bool]:
    if not way.by_time:
        return Delivery.id < after
    at = type_coerce(get_delivery(session, after).received_at, Delivery.received_at.type)
    place: ColumnElement[bool] = tuple_(Delivery.received_at, Delivery.id) < tuple_(at, after)
    return place


def _way(filters: Filters) -> _DeliveryPlan:
    """By the rarest of what is asked for; what succeeded is most of all there is.

    Topics and senders' ids have no index: each would be one more to write before a webhook is answered.
    """
    said = filters.said()
    is_rare = filters.state not in (None, DeliveryState.PROCESSED)
    leaders = (("ids", True), ("store", True), ("state", is_rare))
    for name, leads in leaders:
        if name in said and leads:
            return _DeliveryPlan(
                fit(Filters(**{name: getattr(filters, name)})), is_enough=set(said) == {name}
            )
    times = {name: getattr(filters, name) for name in ("since", "until") if name in said}
    if times:
        return _DeliveryPlan(fit(Filters(**times)), is_enough=set(said) == set(times), by_time=True)
    return _DeliveryPlan((), is_enough=not said)
