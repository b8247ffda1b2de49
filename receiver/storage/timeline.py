"""The timeline: entries of several kinds merged by time, each kind read by a bounded scan of its own index.

A scan that ended before it found enough has a horizon, behind which its entries are not known yet. So a page
shows the entries before the nearest horizon, and the next page continues from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, defer

from receiver.domain.timeline import OF_A_STORE, TimelineFilters, TimelineKind
from receiver.paging import LARGEST_ID, Page, wrong_cursor
from receiver.storage import hourly_counts
from receiver.storage.deliveries import newest_of
from receiver.storage.paging import BETWEEN, LONGEST_CURSOR, Key, Keyset, ScanPlan, scan
from receiver.storage.tables import AuditEntry, DecisionRow, Delivery, HourlyCount, Link, PollRow

SCANNED_ROWS = 1_000  # rows of a kind that one page examines, where not every row matches
# Deliveries are numbered nearly in the order of their times: so many of one commit may be out of order.
OUT_OF_ORDER = 1_000
TICK = timedelta(microseconds=1)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
PREVIOUS = aliased(DecisionRow)
STAGE_BEFORE = (
    select(PREVIOUS.stage)
    .where(PREVIOUS.store_id == DecisionRow.store_id, PREVIOUS.id < DecisionRow.id)
    .order_by(PREVIOUS.id.desc())
    .limit(1)
    .correlate(DecisionRow)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Place:
    """An entry's place in the timeline; `id` is of its own kind, and 0 for an hour."""

    at: datetime
    kind: TimelineKind
    id: int

    @property
    def order(self) -> tuple[datetime, int, int]:
        """The sort key, which rises from the oldest entry to the newest."""
        return self.at, -self.kind.rank, self.id

    def write(self) -> str:
        """Return the place as a cursor."""
        return BETWEEN.join((f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", self.kind, str(self.id)))

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Return the place that a cursor holds. Raises InputError for a bad cursor."""
        try:
            if not (cursor.isascii() and cursor.isprintable() and len(cursor) <= LONGEST_CURSOR):
                raise ValueError
            at, kind, number = cursor.split(BETWEEN)
            moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            if not number.isdecimal() or int(number) > LARGEST_ID or moment > LATEST:
                raise ValueError
            return cls(moment, TimelineKind(kind), int(number))
        except ValueError:
            raise wrong_cursor() from None


def page_of_places(
    session: Session,
    filters: TimelineFilters,
    stores: Sequence[str] | None,
    *,
    after: Place | None,
    limit: int,
) -> Page[Place]:
    """Return a page of places, the newest first; `stores`: only these stores, None for all."""
    kinds = TimelineKind if stores is None else OF_A_STORE
    candidates: list[Place] = []
    horizons: list[Place] = []
    for kind in kinds:
        if filters.kind in (None, kind):
            places, horizon = _of_kind(session, kind, filters, stores, after, limit)
            candidates += places
            horizons += [horizon] if horizon else []
    nearest = max(horizons, key=_order, default=None)
    entries = sorted(
        (place for place in candidates if nearest is None or _order(place) >= _order(nearest)), key=_order
    )
    page = entries[::-1][:limit]
    if len(entries) > limit:
        return Page(page, page[-1].write())
    return Page(page, nearest.write() if nearest else None)


def _order(place: Place) -> tuple[datetime, int, int]:
    return place.order


def _of_kind(
    session: Session,
    kind: TimelineKind,
    filters: TimelineFilters,
    stores: Sequence[str] | None,
    after: Place | None,
    limit: int,
) -> tuple[list[Place], Place | None]:
    """Return the next places of a kind, and its horizon, None where these are all."""
    plan = PLANS[kind](session, filters, stores, after)
    if not plan.conditions and stores is None:
        plan = replace(plan, bound=limit)
    key = _key_behind(kind, after) if after else None
    page = scan(session, plan, after=key, limit=limit, cursor=plan.by.write)
    last = plan.by.read(page.next)
    return [_place(kind, row) for row in page.rows], _place(kind, last) if last else None


def _place(kind: TimelineKind, key: Key) -> Place:
    return Place(key[0], kind, int(key[1]) if len(key) > 1 else 0)


def _key_behind(kind: TimelineKind, after: Place) -> Key:
    """Return the key of this kind behind which its entries follow a place of any kind."""
    if kind is TimelineKind.HOUR:
        return (after.at if after.kind is kind else after.at + TICK,)
    if kind is after.kind:
        return after.at, after.id
    return after.at, LARGEST_ID if kind.rank > after.kind.rank else 0


# -- The kinds -------------------------------------------------------------------------------------


def _deliveries(
    session: Session, filters: TimelineFilters, stores: Sequence[str] | None, after: Place | None
) -> ScanPlan:
    rows = select().select_from(Delivery).where(*_times(Delivery.received_at, filters))
    if stores is not None:
        rows = rows.where(Delivery.id.in_(_newest_of(session, stores, filters.until, after)))
    return _plan(rows, (Delivery.received_at, Delivery.id))


def _newest_of(
    session: Session, stores: Sequence[str], until: datetime | None, after: Place | None
) -> Select[int]:
    """Select the newest deliveries of each store, as many as one page examines.

    Their index goes by number, not by time.
    """
    latest = min(moment for moment in (until, after and after.at, LATEST) if moment)
    newest = select(Delivery.id).where(Delivery.received_at <= latest)
    last = session.scalar(newest.order_by(Delivery.received_at.desc(), Delivery.id.desc()).limit(1)) or 0
    return newest_of(stores, OUT_OF_ORDER + SCANNED_ROWS + 1, Delivery.id <= last + OUT_OF_ORDER)


def _decisions(
    session: Session, filters: TimelineFilters, stores: Sequence[str] | None, after: Place | None
) -> ScanPlan:
    rows = select().select_from(DecisionRow).where(*_times(DecisionRow.decided_at, filters))
    if stores is not None:
        rows = rows.where(DecisionRow.store_id.in_(stores))
    changed = or_(STAGE_BEFORE.is_(None), DecisionRow.stage != STAGE_BEFORE)
    return _plan(rows, (DecisionRow.decided_at, DecisionRow.id), changed)


def _polls(
    session: Session, filters: TimelineFilters, stores: Sequence[str] | None, after: Place | None
) -> ScanPlan:
    """Plan the scan of polls; of a store those of accounts whose owner consented to the link."""
    rows = select().select_from(PollRow).where(*_times(PollRow.at, filters))
    if stores is not None:
        theirs = select(Link.advertiser_id).where(Link.store_id.in_(stores), Link.proven_at.is_not(None))
        rows = rows.where(PollRow.advertiser_id.in_(theirs))
    return _plan(rows, (PollRow.at, PollRow.id))


def _acts(
    session: Session, filters: TimelineFilters, stores: Sequence[str] | None, after: Place | None
) -> ScanPlan:
    rows = select().select_from(AuditEntry).where(*_times(AuditEntry.at, filters))
    if stores is not None:
        rows = rows.where(AuditEntry.store_id.in_(stores))
    return _plan(rows, (AuditEntry.at, AuditEntry.id))


def _hours(
    session: Session, filters: TimelineFilters, stores: Sequence[str] | None, after: Place | None
) -> ScanPlan:
    rows = select().select_from(HourlyCount).where(*_times(HourlyCount.hour, filters)).distinct()
    return _plan(rows, (HourlyCount.hour,))


PLANS: dict[
    TimelineKind,
    Callable[[Session, TimelineFilters, Sequence[str] | None, Place | None], ScanPlan],
] = {
    TimelineKind.DELIVERY: _deliveries,
    TimelineKind.DECISION: _decisions,
    TimelineKind.POLL: _polls,
    TimelineKind.ACT: _acts,
    TimelineKind.HOUR: _hours,
}


def _plan(
    rows: Select[()], columns: tuple[InstrumentedAttribute[Any], ...], *conditions: ColumnElement[bool]
) -> ScanPlan:
    return ScanPlan(rows, Keyset(columns, descending=True), conditions, SCANNED_ROWS)


def _times(column: InstrumentedAttribute[datetime], filters: TimelineFilters) -> list[ColumnElement[bool]]:
    since = [] if filters.since is None else [column >= filters.since]
    return since if filters.until is None else [*since, column < filters.until]


# -- The rows at the places ----------------------------------------------------------------------


@dataclass(frozen=True)
class TimelineRows:
    """The rows at some places, by id: decisions with the stage before, hours with their counts."""

    deliveries: dict[int, Delivery]
    decisions: dict[int, tuple[DecisionRow, str | None]]
    polls: dict[int, PollRow]
    acts: dict[int, AuditEntry]
    hours: hourly_counts.Counts
    store_of: dict[str, str]  # by the advertiser id of a poll: the store it is linked to now

    def store_ids(self) -> set[str | None]:
        """Return the ids of all stores that the rows are about."""
        decided = {decision.store_id for decision, _ in self.decisions.values()}
        others = {row.store_id for rows in (self.deliveries, self.acts) for row in rows.values()}
        return {*decided, *others, *self.store_of.values()}


def rows_at(session: Session, places: Sequence[Place]) -> TimelineRows:
    """Return the rows at these places, read in one query a kind; rows deleted in between are left out."""

    def ids(kind: TimelineKind) -> list[int]:
        return [place.id for place in places if place.kind is kind]

    light = (Delivery.body, Delivery.headers)
    deliveries = select(Delivery).where(Delivery.id.in_(ids(TimelineKind.DELIVERY)))
    decisions = select(DecisionRow, STAGE_BEFORE).where(DecisionRow.id.in_(ids(TimelineKind.DECISION)))
    heavy = (DecisionRow.facts, DecisionRow.programme, DecisionRow.answer)
    polls = session.scalars(select(PollRow).where(PollRow.id.in_(ids(TimelineKind.POLL)))).all()
    acts = select(AuditEntry).where(AuditEntry.id.in_(ids(TimelineKind.ACT)))
    return TimelineRows(
        deliveries={row.id: row for row in session.scalars(deliveries.options(*map(defer, light)))},
        decisions={
            row.id: (row, before) for row, before in session.execute(decisions.options(*map(defer, heavy)))
        },
        polls={row.id: row for row in polls},
        acts={row.id: row for row in session.scalars(acts)},
        hours=_hours_at(session, [place.at for place in places if place.kind is TimelineKind.HOUR]),
        store_of=_stores_linked_to(session, {row.advertiser_id for row in polls}),
    )


def _hours_at(session: Session, hours: Sequence[datetime]) -> hourly_counts.Counts:
    return hourly_counts.read(session, min(hours), max(hours) + TICK) if hours else {}


def _stores_linked_to(session: Session, advertiser_ids: set[str]) -> dict[str, str]:
    """Return, by ad account, the store with an open link to it that was consented to."""
    linked = select(Link.advertiser_id, Link.store_id).where(
        Link.advertiser_id.in_(sorted(advertiser_ids)), Link.ended_at.is_(None), Link.proven_at.is_not(None)
    )
    return dict(session.execute(linked.order_by(Link.id.desc())).all())
