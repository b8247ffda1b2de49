"""Rejected calls: counts by day, and samples of the newest of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from receiver.domain.rejections import RejectedCall, RejectionReason
from receiver.paging import Page
from receiver.storage.paging import Keyset, read_page
from receiver.storage.tables import Rejection, RejectionSample
from receiver.storage.upsert import insert_into

SAMPLES = 50  # kept of each store and reason
SCANNED_ROWS = 1_000  # newest samples searched for those of one reason
BY_KIND = Keyset((Rejection.store_id, Rejection.reason))
NEWEST_DAY = Keyset((Rejection.day,), descending=True, then=BY_KIND)


def add_counts(session: Session, counts: Mapping[tuple[str, RejectionReason, date], int]) -> None:
    """Add counts by store (empty: unknown), reason and day."""
    table = cast(Table, Rejection.__table__)
    for (store_id, reason, day), count in sorted(counts.items()):
        insertion = insert_into(session, table).values(store_id=store_id, reason=reason, day=day, count=count)
        more = {"count": table.c.count + insertion.excluded["count"]}
        session.execute(
            insertion.on_conflict_do_update(index_elements=["store_id", "reason", "day"], set_=more)
        )


def add_samples(session: Session, samples: Sequence[RejectedCall]) -> None:
    """Insert samples; beyond SAMPLES of a store and reason the oldest are deleted."""
    session.add_all(RejectionSample(**vars(sample)) for sample in samples)
    session.flush()
    for store_id, reason in sorted({(sample.store_id, sample.reason) for sample in samples}):
        of_kind = (RejectionSample.store_id == store_id) & (RejectionSample.reason == reason)
        newest = select(RejectionSample.id).where(of_kind).order_by(RejectionSample.id.desc())
        oldest_kept = session.scalar(newest.offset(SAMPLES - 1).limit(1))
        if oldest_kept is not None:
            session.execute(delete(RejectionSample).where(of_kind, RejectionSample.id < oldest_kept))


def page_of_rejections(
    session: Session,
    stores: Sequence[str] | None,
    reason: RejectionReason | None,
    *,
    after: str | None,
    limit: int,
) -> Page[Rejection]:
    """Return a page of counts, the newest day first; `limit` 0 for all. Raises InputError."""
    query = select(Rejection)
    if stores is not None:
        query = query.where(Rejection.store_id.in_(stores))
    if reason is not None:
        query = query.where(Rejection.reason == reason)
    key = NEWEST_DAY.read(after or None)
    return read_page(session, query, NEWEST_DAY, after=key, limit=limit, cursor=_cursor)


def _cursor(row: Rejection) -> str:
    return NEWEST_DAY.write((row.day, row.store_id, row.reason))


def counts_since(session: Session, store_id: str, day: date) -> dict[str, int]:
    """Return the store's rejections by reason, from that day on."""
    counts = select(Rejection.reason, func.sum(Rejection.count)).group_by(Rejection.reason)
    query = counts.where(Rejection.store_id == store_id, Rejection.day >= day).order_by(Rejection.reason)
    return {reason: int(count) for reason, count in session.execute(query)}


def list_samples(
    session: Session, stores: Sequence[str] | None, limit: int, *, reason: RejectionReason | None = None
) -> list[RejectionSample]:
    """Return samples, the newest first; `limit` 0 for all.

    Samples of a reason without a store are searched among the SCANNED_ROWS newest only.
    """
    query = select(RejectionSample).order_by(RejectionSample.id.desc())
    if stores is not None:
        query = query.where(RejectionSample.store_id.in_(stores))
    elif reason is not None:
        newest = select(RejectionSample.id).order_by(RejectionSample.id.desc()).limit(SCANNED_ROWS)
        query = query.where(RejectionSample.id.in_(newest.subquery().select()))
    if reason is not None:
        query = query.where(RejectionSample.reason == reason)
    return list(session.scalars(query.limit(limit) if limit else query))


def purge_samples(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` samples from before a time; return their number."""
    old = select(RejectionSample.id).where(RejectionSample.at < before).limit(limit)
    statement = delete(RejectionSample).where(RejectionSample.id.in_(old)).returning(RejectionSample.id)
    return len(session.execute(statement).all())


def purge_counts(session: Session, before: date) -> int:
    """Delete the counts from before a day in one statement (a day has few); return their number."""
    statement = delete(Rejection).where(Rejection.day < before).returning(Rejection.day)
    return len(session.execute(statement).all())
