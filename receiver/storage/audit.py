"""Who changed what, when and why; written in the very transaction of the change, and looked through."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, func, or_, select, tuple_, type_coerce
from sqlalchemy.orm import Session, aliased

from receiver.errors import NotFound
from receiver.storage.tables import AuditEntry, Award, Delivery, Review

LARGEST_DETAIL, LARGEST_VALUE = 4096, 500  # bytes of JSON: of a detail, and of a value in one that is larger
BY_STORE_A_DAY = 100  # entries of an actor about one store
# Who writes what a store's own doing brings about, and what the service writes of it: staff's entries and
# awards are never left out.
MERCHANT = "merchant"
STORES_ACTORS = frozenset({"bridge", MERCHANT, "stranger"})
STORES_ACTIONS = frozenset({"store doubted"})
LOOKED_THROUGH = 5000  # entries at a time, where no index leads to what is looked for
NEWEST_FIRST = (AuditEntry.at.desc(), AuditEntry.id.desc())
# What belongs to a store beside deliveries, by the first letters of its id.
OWNED: dict[str, type[Award] | type[Review]] = {"aw": Award, "rv": Review}


def record(
    session: Session, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]
) -> None:
    """Write an entry. `detail` is shown to staff as it is: no secret, no token; it is cut at 4 KiB.

    Of what a store itself causes, so many entries a day are written; the last of them says so.
    """
    store_id = _store_of(session, subject)
    detail = bounded(detail)
    if store_id is not None and (actor in STORES_ACTORS or action in STORES_ACTIONS):
        written = _written_that_day(session, at, store_id, actor)
        if written >= BY_STORE_A_DAY:
            return
        if written == BY_STORE_A_DAY - 1:
            detail = {
                **detail,
                "bound": f"of {BY_STORE_A_DAY} such entries a day the last; more are not written",
            }
    session.add(
        AuditEntry(at=at, actor=actor, action=action, subject=subject, store_id=store_id, detail=detail)
    )


def bounded(detail: dict[str, Any]) -> dict[str, Any]:
    """The detail itself where it is small; else what fits of it, with a mark of how large it was."""
    size = _size(detail)
    if size <= LARGEST_DETAIL:
        return detail
    kept: dict[str, Any] = {"cut": f"from {size:,} bytes"}
    for name, value in detail.items():
        short = value if _size(value) <= LARGEST_VALUE else f"{json.dumps(value)[:LARGEST_VALUE]}…"
        if _size({**kept, name: short}) > LARGEST_DETAIL:
            break
        kept[name] = short
    return kept


def _size(value: Any) -> int:
    """Bytes of its JSON as ASCII, which no other way to write it is longer than."""
    return len(json.dumps(value))


def _written_that_day(session: Session, at: datetime, store_id: str, actor: str) -> int:
    """How many entries the actor has about a store that day in UTC, up to the bound."""
    midnight = datetime.combine(at.astimezone(UTC).date(), time(0), UTC)
    of_day = (AuditEntry.at >= midnight, AuditEntry.at < midnight + timedelta(days=1))
    theirs = select(AuditEntry.id).where(AuditEntry.store_id == store_id, *of_day, AuditEntry.actor == actor)
    return session.scalar(select(func.count()).select_from(theirs.limit(BY_STORE_A_DAY).subquery())) or 0


def _store_of(session: Session, subject: str) -> str | None:
    """The store that an entry is about, be it by way of its award, review or delivery."""
    kind, _, name = subject.replace("_", " ", 1).partition(" ")
    if kind == "st":
        return subject
    if kind == "delivery":
        return session.scalar(select(Delivery.store_id).where(Delivery.id == int(name)))
    if kind not in OWNED:
        return None
    owner = OWNED[kind]
    return session.scalar(select(owner.store_id).where(owner.id == subject))


@dataclass(frozen=True)
class AuditFilters:
    """Which entries; what is not said does not matter."""

    actor: str | None = None
    action: str | None = None
    store: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # the moment itself not included
    text: str | None = None  # part of an action, subject or detail


@dataclass(frozen=True)
class FoundEntries:
    """Entries, the newest first; `next` is the one to look on from, None where there are no more.

    There may be fewer than asked for and more all the same: one look goes through so many entries only.
    """

    entries: Sequence[AuditEntry]
    next: int | None


def look_through(session: Session, filters: AuditFilters, after: int | None, limit: int) -> FoundEntries:
    """Raises NotFound for an `after` there is not."""
    ordered = _led_by_an_index(filters).order_by(*NEWEST_FIRST)
    if after is not None:
        ordered = ordered.where(_older_than(_known(session, after)))
    at_most = limit + 1 if _is_led_all_the_way(filters) else LOOKED_THROUGH
    looked_at = aliased(AuditEntry, ordered.limit(at_most).subquery())
    query = select(looked_at).where(*_looked_for(looked_at, filters))
    entries = list(session.scalars(query.order_by(looked_at.at.desc(), looked_at.id.desc()).limit(limit + 1)))
    if len(entries) > limit:
        return FoundEntries(entries[:limit], entries[limit - 1].id)
    last = session.scalar(select(looked_at).order_by(looked_at.at, looked_at.id).limit(1))
    goes_on = last is not None and session.scalar(ordered.where(_older_than(last)).limit(1)) is not None
    return FoundEntries(entries, last.id if last is not None and goes_on else None)


def _known(session: Session, entry_id: int) -> AuditEntry:
    entry = session.get(AuditEntry, entry_id)
    if entry is None:
        raise NotFound(f"there is no audit entry {entry_id}")
    return entry


def _older_than(entry: AuditEntry) -> ColumnElement[bool]:
    place: ColumnElement[bool] = tuple_(AuditEntry.at, AuditEntry.id) < tuple_(
        type_coerce(entry.at, AuditEntry.at.type), entry.id
    )
    return place


def _led_by_an_index(filters: AuditFilters) -> Select[AuditEntry]:
    """What one index finds in the order of the pages: the times, and the rarest of the other filters."""
    query = select(AuditEntry)
    if filters.since is not None:
        query = query.where(AuditEntry.at >= filters.since)
    if filters.until is not None:
        query = query.where(AuditEntry.at < filters.until)
    if filters.store is not None:
        return query.where(AuditEntry.store_id == filters.store)
    if filters.action is not None:
        return query.where(AuditEntry.action == filters.action)
    return query if filters.actor is None else query.where(AuditEntry.actor == filters.actor)


def _is_led_all_the_way(filters: AuditFilters) -> bool:
    """Whether all that an index finds is looked for."""
    return filters.text is None and [filters.store, filters.action, filters.actor].count(None) >= 2


def _looked_for(entry: type[AuditEntry], filters: AuditFilters) -> list[ColumnElement[bool]]:
    """All but the times once more: of an index's filter it changes nothing."""
    said = ((entry.store_id, filters.store), (entry.action, filters.action), (entry.actor, filters.actor))
    wanted = [column == value for column, value in said if value is not None]
    if filters.text is None:
        return wanted
    searched = (entry.action, entry.subject, type_coerce(entry.detail, Text))
    return [*wanted, or_(*(column.icontains(filters.text, autoescape=True) for column in searched))]
