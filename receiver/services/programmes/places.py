"""Gives the places of a capped programme, keeps the reserved ones, and frees them (domain/places.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.documents.times import time_text
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.places import PlaceInLine, Places, Seeker, assign_places, is_reserved, place_in_line
from receiver.domain.programme import Programme
from receiver.services.programmes.terms import terms_of
from receiver.storage import audit, places, stores
from receiver.storage.database import Database
from receiver.storage.tables import Store


def fill_all_places(database: Database, now: datetime) -> list[str]:
    """Fill the places of every programme with waiting or reserved stores; return the stores placed."""
    with database.reading() as session:
        concerned = places.programmes_to_share_out(session)
    return [store_id for programme in concerned for store_id in fill_places(database, now, programme)]


def fill_places(database: Database, now: datetime, programme: str) -> list[str]:
    """Fill a programme's places and return the stores placed. Idempotent.

    Lock ordering: stores before the programme, as in a decision.
    """
    with database.writing() as session:
        concerned = [*places.reserved_stores(session, programme), *stores.waiting_stores(session, programme)]
        stores.lock_stores(session, (store.id for store in concerned))
        stores.lock_programme(session, programme)
        session.expire_all()
        reserved = places.reserved_stores(session, programme)
        waiting = stores.waiting_stores(session, programme)
        shared = _assign_places(session, terms_of(session, programme), reserved, waiting, now)
        _keep(session, now, {store.id: store for store in (*reserved, *waiting)}, shared, programme)
        return [store.id for store in waiting if store.id in shared.assigned]


def claim_place(session: Session, terms: Programme, store: Store, now: datetime) -> None:
    """Give a store that joins a place, if one is left; the caller holds the programme.

    What lapses at this moment goes to those in line first, with the next `fill_places`.
    """
    reserved = places.reserved_stores(session, terms.id)
    shared = _assign_places(session, terms, reserved, [store], now)
    left = terms.capacity is None or not shared.lapsed
    if store.id in shared.assigned and (left or store.merchant in _owners(session, terms.id)):
        store.admitted_at, store.reserved_until = now, shared.assigned[store.id]


def holds_place(session: Session, store: Store, now: datetime) -> bool:
    """Return whether the store is admitted now."""
    return is_admitted(store, now, proven=bool(places.proven_since(session, [store])))


def is_admitted(store: Store, now: datetime, *, proven: bool) -> bool:
    """Return whether a store is admitted now, where it is known whether its advertiser proved it.

    A reservation that is over counts for nothing until it is proven.
    """
    return store.admitted_at is not None and (is_reserved(store.reserved_until, now) or proven)


def admission_of(session: Session, store: Store, now: datetime) -> PlaceInLine | None:
    """Return a store's place in the line; None where it has a place, or does not wait for one."""
    if store.disconnected_at is not None or holds_place(session, store, now):
        return None
    lapsed = [item for item in places.reserved_stores(session, store.programme) if not _is_kept(item, now)]
    waiting = [*stores.waiting_stores(session, store.programme), *lapsed]
    return place_in_line(_seekers(waiting, places.proven_since(session, waiting)), store.id)


def _is_kept(store: Store, now: datetime) -> bool:
    return is_reserved(store.reserved_until, now)


def _seekers(of: Sequence[Store], proven: Mapping[str, datetime]) -> list[Seeker]:
    return [
        Seeker(item.id, item.merchant, item.host, item.joined_at, item.reserved_until, proven.get(item.id))
        for item in of
    ]


def _owners(session: Session, programme: str) -> set[str]:
    return places.merchants_with_own_place(session, programme)


def _assign_places(
    session: Session, terms: Programme, reserved: Sequence[Store], waiting: Sequence[Store], now: datetime
) -> Places:
    proven = places.proven_since(session, [*reserved, *waiting])
    held, line = _seekers(reserved, proven), _seekers(waiting, proven)
    return assign_places(terms.capacity, _owners(session, terms.id), held, line, now)


def _keep(session: Session, now: datetime, held: dict[str, Store], shared: Places, programme: str) -> None:
    for store_id in sorted(shared.confirmed):
        held[store_id].reserved_until = None
    for store_id in sorted(shared.lapsed):
        held[store_id].admitted_at = held[store_id].decided_at = None
        audit.record(
            session, now, Agent.SERVICE, AuditAction.PLACE_LAPSED, store_id, {"programme": programme}
        )
    for store_id, until in shared.assigned.items():
        store = held[store_id]
        store.admitted_at, store.reserved_until, store.decided_at = now, until, None
        detail = {"programme": programme, "reserved_until": until and time_text(until)}
        audit.record(session, now, Agent.SERVICE, AuditAction.PLACE_GIVEN, store_id, detail)
