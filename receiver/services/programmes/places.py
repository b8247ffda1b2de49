"""Assigns, reserves and frees the places of a capped programme by the rules of domain/places.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.documents.times import time_text
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.places import PlaceInLine, Places, Seeker, assign_places, is_reserved, place_in_line
from receiver.domain.programme import Programme
from receiver.services.context import ServiceContext
from receiver.services.programmes.terms import terms_of
from receiver.storage import audit, places, stores
from receiver.storage.tables import Store


def fill_all_places(context: ServiceContext) -> list[str]:
    """Fill the places of every programme with waiting or reserved stores; return the stores placed."""
    with context.database.reading() as session:
        programmes = places.programmes_to_share_out(session)
    return [store_id for programme in programmes for store_id in fill_places(context, programme)]


def fill_places(context: ServiceContext, programme: str) -> list[str]:
    """Fill a programme's places and return the stores placed. Idempotent.

    Lock ordering: stores before the programme, as in a decision.
    """
    now = context.now()
    with context.database.writing() as session:
        candidates = [*places.reserved_stores(session, programme), *stores.waiting_stores(session, programme)]
        stores.lock_stores(session, (store.id for store in candidates))
        stores.lock_programme(session, programme)
        session.expire_all()
        reserved = places.reserved_stores(session, programme)
        in_line = stores.waiting_stores(session, programme)
        assignment = _assign_places(session, terms_of(session, programme), reserved, in_line, now)
        _apply(session, now, {store.id: store for store in (*reserved, *in_line)}, assignment, programme)
        return [store.id for store in in_line if store.id in assignment.assigned]


def claim_place(session: Session, terms: Programme, store: Store, now: datetime) -> None:
    """Give a joining store a place, if one is free; the caller holds the programme.

    Places that lapse at this moment go to stores in line first, with the next `fill_places`.
    """
    reserved = places.reserved_stores(session, terms.id)
    assignment = _assign_places(session, terms, reserved, [store], now)
    has_room = terms.capacity is None or not assignment.lapsed
    if store.id in assignment.assigned and (has_room or store.merchant in _owners(session, terms.id)):
        store.admitted_at, store.reserved_until = now, assignment.assigned[store.id]


def holds_place(session: Session, store: Store, now: datetime) -> bool:
    """Return whether the store is admitted now."""
    return is_admitted(store, now, proven=bool(places.proven_since(session, [store])))


def is_admitted(store: Store, now: datetime, *, proven: bool) -> bool:
    """Return whether a store is admitted now; `proven`: whether its advertiser consented.

    A reservation that has ended admits only a proven store.
    """
    return store.admitted_at is not None and (is_reserved(store.reserved_until, now) or proven)


def admission_of(session: Session, store: Store, now: datetime) -> PlaceInLine | None:
    """Return a store's position in the line; None where it has a place, or does not wait for one."""
    if store.disconnected_at is not None or holds_place(session, store, now):
        return None
    lapsed = [item for item in places.reserved_stores(session, store.programme) if not _is_kept(item, now)]
    in_line = [*stores.waiting_stores(session, store.programme), *lapsed]
    return place_in_line(_seekers(in_line, places.proven_since(session, in_line)), store.id)


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
    session: Session, terms: Programme, reserved: Sequence[Store], in_line: Sequence[Store], now: datetime
) -> Places:
    proven = places.proven_since(session, [*reserved, *in_line])
    holders, seekers = _seekers(reserved, proven), _seekers(in_line, proven)
    return assign_places(terms.capacity, _owners(session, terms.id), holders, seekers, now)


def _apply(
    session: Session, now: datetime, stores_by_id: dict[str, Store], assignment: Places, programme: str
) -> None:
    for store_id in sorted(assignment.confirmed):
        stores_by_id[store_id].reserved_until = None
    for store_id in sorted(assignment.lapsed):
        stores_by_id[store_id].admitted_at = stores_by_id[store_id].decided_at = None
        audit.record(
            session, now, Agent.SERVICE, AuditAction.PLACE_LAPSED, store_id, {"programme": programme}
        )
    for store_id, until in assignment.assigned.items():
        store = stores_by_id[store_id]
        store.admitted_at, store.reserved_until, store.decided_at = now, until, None
        detail = {"programme": programme, "reserved_until": until and time_text(until)}
        audit.record(session, now, Agent.SERVICE, AuditAction.PLACE_GIVEN, store_id, detail)
