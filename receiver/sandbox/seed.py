"""Brings the sandbox's database to where its stores can begin to talk; a second time it changes nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, date
from typing import Any

from sqlalchemy import func, select

from receiver.controls.kept import write_private
from receiver.errors import Refused
from receiver.sandbox import world
from receiver.sandbox.memory import Memory, StoreMemory, recall
from receiver.sandbox.merchant import Merchant
from receiver.sandbox.merchants import MERCHANTS
from receiver.sandbox.past import live_past
from receiver.sandbox.place import Place
from receiver.services.staff.members import add_staff, set_password
from receiver.services.staff.passwords import new_password
from receiver.services.stores.registry import add_store, rotate_secret, rotate_token
from receiver.storage.database import Database
from receiver.storage.migrate import current_revision, migrate
from receiver.storage.tables import Staff, Store
from receiver.wiring import Wiring

DEMO = "demo@sandbox.example"
ACTOR = "sandbox"


def begin(wired: Wiring, place: Place) -> Memory:
    """Migrate, let the demo staff in, add the stores that are not there, and tell what happened to them.

    Raises ReceiverError.
    """
    memory = recall(place.state)
    if current_revision(wired.database) is None:
        migrate(wired.database, seal=wired.seal)
    if memory is None or not _any_there(wired.database, memory):
        _refuse_what_is_not_ours(wired.database)
        memory = _new_world(wired, place)
    migrate(wired.database, seal=wired.seal)
    for programme in world.PROGRAMMES:
        if not place.terms(programme).exists():
            write_private(place.terms(programme), world.programme_text(programme, memory.born))
    _let_demo_in(wired, memory.password)
    for merchant in sorted(MERCHANTS, key=lambda one: one.started):  # first come, first served
        if not _is_there(wired.database, memory, merchant):
            memory.stores[merchant.key] = _joined(wired, place, memory.born, merchant)
            memory.save(place.state)
    live_past(wired, place, memory, MERCHANTS)
    return memory


def _refuse_what_is_not_ours(database: Database) -> None:
    """The demo's sign-in must not come into an installation that DATABASE_URL happens to name."""
    ours = [merchant.url for merchant in MERCHANTS]
    with database.reading() as session:
        stores = session.scalar(select(func.count()).where(Store.url.not_in(ours)))
        people = session.scalar(select(func.count()).where(Staff.email != DEMO))
    if stores or people:
        raise Refused(
            f"The database {database.url.render_as_string()} holds stores or staff that are not "
            "the sandbox's; unset DATABASE_URL, or name an empty one."
        )


def _new_world(wired: Wiring, place: Place) -> Memory:
    """Begins today; so does one whose database is gone."""
    memory = Memory(born=wired.now().astimezone(UTC).date(), password=new_password())
    for programme in world.PROGRAMMES:
        place.terms(programme).unlink(missing_ok=True)
    memory.save(place.state)
    return memory


def _any_there(database: Database, memory: Memory) -> bool:
    return any(_is_there(database, memory, merchant) for merchant in MERCHANTS)


def _is_there(database: Database, memory: Memory, merchant: Merchant) -> bool:
    known = memory.stores.get(merchant.key)
    with database.reading() as session:
        return known is not None and session.get(Store, known.id) is not None


def _let_demo_in(wired: Wiring, password: str) -> None:
    """With the password that is remembered, whoever forgot it."""
    who: dict[str, Any] = {"email": DEMO, "password": password, "actor": ACTOR}
    try:
        add_staff(wired.database, wired.now(), role="operator", **who)
    except Refused:
        set_password(wired.database, wired.now(), **who)


def _terms(place: Place, programme: str) -> str:
    """The sandbox's own terms are files, the shipped ones go by their id."""
    return str(place.terms(programme)) if programme in world.PROGRAMMES else programme


def _joined(wired: Wiring, place: Place, born: date, merchant: Merchant) -> StoreMemory:
    """Added; or, where an earlier world left it, taken over with a new secret and token."""
    install = str(uuid.uuid4())
    with wired.database.reading() as session:
        there = session.scalar(select(Store.id).where(Store.url == merchant.url))
    if there is not None:
        secret = rotate_secret(wired.database, wired.seal, wired.now(), store_id=there, actor=ACTOR)
        token = rotate_token(wired.database, wired.now(), store_id=there, actor=ACTOR)
        return StoreMemory(there, secret, token, install)
    added = add_store(
        wired.database,
        wired.seal,
        world.joined_at(merchant, born),
        url=merchant.url,
        name=merchant.name,
        country=merchant.country,
        currency=merchant.currency,
        programme=_terms(place, merchant.programme),
        actor=ACTOR,
    )
    return StoreMemory(added.id, added.webhook_secret, added.status_token, install)
