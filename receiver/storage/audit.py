"""The audit log: entries are written in the transaction of the change they describe, and searched by page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, func, or_, select, true, type_coerce, union_all
from sqlalchemy.orm import Session

from receiver.domain.audit import NOTABLE, Agent, AuditAction, AuditFilters, SubjectKind
from receiver.errors import NotFound
from receiver.paging import Page
from receiver.storage.paging import Key, Keyset, ScanPlan, last_value, read_page, rows_of, scan
from receiver.storage.tables import AuditEntry, Award, Delivery, Review

LARGEST_DETAIL, LARGEST_VALUE = 4096, 500  # bytes of JSON: of a detail, and of a value in one that is larger
BY_STORE_A_DAY = 100  # entries of an actor about one store
# Actors and actions that a store itself can cause, and so are bounded by the day: entries of staff and of
# awards are never left out.
STORES_ACTORS = frozenset({Agent.CONNECTION, Agent.MERCHANT, Agent.STRANGER})
STORES_ACTIONS = frozenset({AuditAction.STORE_DISCREPANCY})
SCANNED_ROWS = 5000  # entries that one page examines, where no index leads to the rows searched for
OF_EACH = 1_000  # entries that one page examines of each of several stores
NEWEST_FIRST = Keyset((AuditEntry.at, AuditEntry.id), descending=True)


def record(
    session: Session, at: datetime, actor: str, action: AuditAction, subject: str, detail: dict[str, Any]
) -> None:
    """Add an entry to the audit log.

    `detail` is shown to staff as it is, so it must hold no secret and no token; it is cut at 4 KiB.
    Entries that a store itself causes are limited to BY_STORE_A_DAY a store, day and actor; the last
    one says so.
    """
    store_id = _store_of(session, subject)
    detail = shorten_detail(detail)
    if store_id is not None and (actor in STORES_ACTORS or action in STORES_ACTIONS):
        count = _count_of_day(session, at, store_id, actor)
        if count >= BY_STORE_A_DAY:
            return
        if count == BY_STORE_A_DAY - 1:
            detail = {
                **detail,
                "bound": f"of {BY_STORE_A_DAY} such entries a day the last; more are not written",
            }
    session.add(
        AuditEntry(at=at, actor=actor, action=action, subject=subject, store_id=store_id, detail=detail)
    )


def shorten_detail(detail: dict[str, Any]) -> dict[str, Any]:
    """Return a small detail unchanged, else the items that fit, with a mark of the full size."""
    size = _size(detail)
    if size <= LARGEST_DETAIL:
        return detail
    shortened: dict[str, Any] = {"cut": f"from {size:,} bytes"}
    for name, value in detail.items():
        short = value if _size(value) <= LARGEST_VALUE else f"{json.dumps(value)[:LARGEST_VALUE]}…"
        if _size({**shortened, name: short}) > LARGEST_DETAIL:
            break
        shortened[name] = short
    return shortened


def _size(value: Any) -> int:
    """Return the size in bytes of a value as ASCII JSON, the longest way to write it."""
    return len(json.dumps(value))


def _count_of_day(session: Session, at: datetime, store_id: str, actor: str) -> int:
    """Count the actor's entries about a store on a day in UTC, up to BY_STORE_A_DAY."""
    midnight = datetime.combine(at.astimezone(UTC).date(), time(0), UTC)
    of_day = (AuditEntry.at >= midnight, AuditEntry.at < midnight + timedelta(days=1))
    theirs = select(AuditEntry.id).where(AuditEntry.store_id == store_id, *of_day, AuditEntry.actor == actor)
    return session.scalar(select(func.count()).select_from(theirs.limit(BY_STORE_A_DAY).subquery())) or 0


def _store_of(session: Session, subject: str) -> str | None:
    """Return the id of the store that a subject is, or that owns this award, review or delivery."""
    kind, _, name = subject.replace("_", " ", 1).partition(" ")
    if kind == SubjectKind.STORE:
        return subject
    if kind == SubjectKind.DELIVERY:
        return session.scalar(select(Delivery.store_id).where(Delivery.id == int(name)))
    # The row of an award or a review was read to be changed: to get it again asks for nothing.
    owner: Award | Review | None = None
    if kind == SubjectKind.AWARD:
        owner = session.get(Award, subject)
    elif kind == SubjectKind.REVIEW:
        owner = session.get(Review, subject)
    return None if owner is None else owner.store_id


def entries_of_award(session: Session, award_id: str) -> list[AuditEntry]:
    """Return the audit entries of an award, the oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject == award_id).order_by(AuditEntry.id)
    return list(session.scalars(query))


def notable_entries(session: Session, store_id: str, limit: int) -> list[AuditEntry]:
    """Return a store's newest entries of interest, the newest first.

    Those are entries by staff and NOTABLE ones by others, among its last SCANNED_ROWS.
    """
    newest = select(AuditEntry.id).where(AuditEntry.store_id == store_id)
    newest = newest.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(SCANNED_ROWS)
    is_notable = AuditEntry.actor.not_in(list(Agent)) | AuditEntry.action.in_(NOTABLE)
    query = select(AuditEntry).where(AuditEntry.id.in_(newest), is_notable)
    return list(session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)))


def page_of_entries(
    session: Session, filters: AuditFilters, *, after: int | None, limit: int
) -> Page[AuditEntry]:
    """Return a page of entries, the newest first. Raises NotFound for an unknown `after`."""
    key = None if after is None else (_get_entry(session, after).at, after)
    plan = _plan(filters, key)
    if not plan.conditions and filters.stores is None:
        query = plan.rows.add_columns(AuditEntry)
        return read_page(session, query, NEWEST_FIRST, after=key, limit=limit)
    page = scan(session, plan, after=key, limit=limit, cursor=last_value)
    query = select(AuditEntry).where(AuditEntry.id.in_([row[-1] for row in page.rows]))
    return rows_of(page, session.scalars(query))


def _get_entry(session: Session, entry_id: int) -> AuditEntry:
    entry = session.get(AuditEntry, entry_id)
    if entry is None:
        raise NotFound(f"there is no audit entry {entry_id}")
    return entry


def _plan(filters: AuditFilters, after: Key | None) -> ScanPlan:
    """Plan the scan so that one index leads in page order: the times and the rarest of the other filters."""
    exact = (
        (AuditEntry.store_id, filters.store),
        (AuditEntry.action, filters.action),
        (AuditEntry.actor, filters.actor),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in exact if value is not None]
    times, rest = _times(filters), []
    if filters.text is not None:
        searched = (AuditEntry.action, AuditEntry.subject, type_coerce(AuditEntry.detail, Text))
        rest.append(or_(*(column.icontains(filters.text, autoescape=True) for column in searched)))
    entries = select().select_from(AuditEntry)
    if filters.stores is not None:
        newest = _newest_of_each(filters.stores, times, after)
        return ScanPlan(entries.where(newest), NEWEST_FIRST, [*conditions, *rest], OF_EACH)
    leading = entries.where(*conditions[:1], *times)
    return ScanPlan(leading, NEWEST_FIRST, [*conditions[1:], *rest], SCANNED_ROWS)


def _times(filters: AuditFilters) -> list[ColumnElement[bool]]:
    since = [] if filters.since is None else [AuditEntry.at >= filters.since]
    return since if filters.until is None else [*since, AuditEntry.at < filters.until]


def _newest_of_each(
    stores: Sequence[str], times: Sequence[ColumnElement[bool]], after: Key | None
) -> ColumnElement[bool]:
    """Return the condition for the newest entries of each store, as many as one page examines.

    The index of a store's entries does not order those of several stores.
    """
    further = true() if after is None else NEWEST_FIRST.behind(after)
    newest = [
        select(
            select(AuditEntry.id)
            .where(AuditEntry.store_id == store_id, *times, further)
            .order_by(*NEWEST_FIRST.order())
            .limit(OF_EACH + 1)
            .subquery()
            .c.id
        )
        for store_id in stores
    ]
    return AuditEntry.id.in_(select(union_all(*newest).subquery().c.id))
