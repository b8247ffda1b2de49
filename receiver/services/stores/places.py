"""Gives the places of a capped programme: a freed one goes to the merchant that has waited longest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from receiver.domain.programme import Programme
from receiver.services.facts.programmes import terms_of
from receiver.storage import audit, awards, stores
from receiver.storage.database import Database
from receiver.storage.tables import Store

SERVICE = "service"


def fill_all_places(database: Database, now: datetime) -> list[str]:
    """The stores that now have a place, in every programme somebody waits for."""
    with database.reading() as session:
        waited_for = stores.programmes_waited_for(session)
    return [store_id for programme in waited_for for store_id in fill_places(database, now, programme)]


def fill_places(database: Database, now: datetime, programme: str) -> list[str]:
    """The stores that now have a place. Twice is once.

    Stores are held before the programme, as in a decision: nobody waits in a circle.
    """
    with database.writing() as session:
        awards.hold_stores(session, (store.id for store in stores.waiting_stores(session, programme)))
        stores.lock_programme(session, programme)
        session.expire_all()
        waiting = stores.waiting_stores(session, programme)
        placed = stores.merchants_admitted(session, programme)
        admitted = _next_in_line(waiting, placed, terms_of(session, programme))
        for store in admitted:
            store.admitted_at, store.decided_at = now, None
            audit.record(session, now, SERVICE, "place given", store.id, {"programme": programme})
        return [store.id for store in admitted]


def has_place(terms: Programme, merchant: str, placed: set[str]) -> bool:
    """Whether a merchant can be let in: it is in already, or a place is left. `placed` are those that are."""
    return merchant in placed or terms.capacity is None or len(placed) < terms.capacity


def _next_in_line(waiting: Sequence[Store], placed: set[str], terms: Programme) -> list[Store]:
    """First come, first served; all stores of a merchant have its one place."""
    admitted = []
    for store in waiting:
        if has_place(terms, store.merchant, placed):
            placed = {*placed, store.merchant}
            admitted.append(store)
    return admitted
