"""Admits waiting stores, many at once: previewed first, then all of them or none. Idempotent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.programme import Programme
from receiver.errors import InputError
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.programmes.terms import terms_of
from receiver.services.records import record_of
from receiver.services.stores.records import StoreRecord
from receiver.services.stores.show import show_store
from receiver.storage import audit, places, stores, tables
from receiver.storage.database import Database

MOST = 500  # stores at once


@dataclass(frozen=True)
class Line:
    """The stores that wait for a place of a programme, the next first, and the merchants that have one."""

    terms: Programme
    stores: Sequence[StoreRecord]
    is_all: bool  # no further store waits
    merchants: int  # merchants that have a place


@dataclass(frozen=True)
class Admission:
    """The effect of admitting stores: those that get a place, and the merchants with one before and after."""

    admitted: Sequence[StoreRecord]
    before: Sequence[StoreRecord]  # that already had a place of their own
    given_before: int
    given_after: int
    capacity: int | None

    @property
    def is_beyond_capacity(self) -> bool:
        """Return whether the admission exceeds the programme's capacity."""
        return self.capacity is not None and self.given_after > self.capacity


def waiting_line(database: Database, terms: Programme, limit: int) -> Line:
    """Return the first `limit` stores in line for a place of a programme."""
    with database.reading() as session:
        rows = stores.waiting_stores(session, terms.id, limit + 1)
        records = [record_of(StoreRecord, store) for store in rows[:limit]]
        return Line(terms, records, len(rows) <= limit, places.count_merchants(session, terms.id))


def admit_stores(
    context: ServiceContext, store_ids: Collection[str], *, actor: str, dry_run: bool = False
) -> Admission:
    """Admit stores of one programme, beyond its capacity too. Idempotent. A dry run only returns the effect.

    Raises InputError and NotFound.
    """
    now = context.now()
    ids = sorted(set(store_ids))
    if not ids or len(ids) > MOST:
        raise InputError(f"select 1 to {MOST} stores", path="stores")
    if dry_run:
        with context.database.reading() as session:
            return _admission(session, [stores.get_store(session, store_id) for store_id in ids])
    with context.database.writing() as session:
        stores.lock_stores(session, ids)
        rows = [stores.get_store(session, store_id) for store_id in ids]
        admission = _admission(session, rows)
        for store in _without_place(rows):
            store.admitted_at, store.reserved_until = store.admitted_at or now, None
            audit.record(session, now, actor, AuditAction.STORES_ADMIT, store.id, {})
    decide_each(context, ids)
    return admission


def admit_store(context: ServiceContext, store_id: str, *, actor: str) -> StoreRecord:
    """Admit a store, beyond the capacity too, and return it. Idempotent. Raises NotFound."""
    admit_stores(context, [store_id], actor=actor)
    return show_store(context.database, store_id)


def _admission(session: Session, rows: Sequence[tables.Store]) -> Admission:
    programmes = {store.programme for store in rows}
    if len(programmes) > 1:
        raise InputError(f"are of different programmes: {', '.join(sorted(programmes))}", path="stores")
    (programme,) = programmes
    new = _without_place(rows)
    with_place = places.count_merchants(session, programme)
    already = places.merchants_with_place(session, programme, {store.merchant for store in new})
    return Admission(
        admitted=[record_of(StoreRecord, store) for store in new],
        before=[record_of(StoreRecord, store) for store in rows if store not in new],
        given_before=with_place,
        given_after=with_place + len({store.merchant for store in new} - already),
        capacity=terms_of(session, programme).capacity,
    )


def _without_place(rows: Sequence[tables.Store]) -> list[tables.Store]:
    return [store for store in rows if store.admitted_at is None or store.reserved_until is not None]
