"""Brings the sandbox's database to where its stores can begin to talk; a second time it changes nothing."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date
from typing import Any

from sqlalchemy import func, select

from receiver.container import Container
from receiver.domain.staff import Role
from receiver.errors import Refused
from receiver.sandbox.json_file import write_private
from receiver.sandbox.paths import SandboxPaths
from receiver.sandbox.scenario import timeline
from receiver.sandbox.scenario.history_replay import live_past
from receiver.sandbox.scenario.merchant_spec import SandboxMerchant
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.state import SandboxState, StoreMemory, recall
from receiver.sandbox.scenario.terms import PROGRAMMES, programme_text
from receiver.services.staff.members import add_staff, set_password
from receiver.services.staff.passwords import new_password
from receiver.services.stores.add import add_store
from receiver.services.stores.details import StoreDetails
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.services.stores.rotate_token import rotate_token
from receiver.storage.database import Database
from receiver.storage.migrate import current_revision, migrate
from receiver.storage.tables import Staff, Store

DEMO = "demo@sandbox.example"
ACTOR = "sandbox"


def begin(container: Container, place: SandboxPaths) -> SandboxState:
    """Migrate, let the demo staff in, add the stores that are not there, and tell what happened to them.

    Raises ReceiverError.
    """
    memory = recall(place.state)
    if current_revision(container.database) is None:
        migrate(container.database, cipher=container.cipher)
    if memory is None or not _any_there(container.database, memory):
        _refuse_what_is_not_ours(container.database)
        memory = _new_world(container, place)
    migrate(container.database, cipher=container.cipher)
    for programme in PROGRAMMES:
        if not place.terms(programme).exists():
            write_private(place.terms(programme), programme_text(programme, memory.born))
    _let_demo_in(container, memory.password)
    for merchant in sorted(MERCHANTS, key=lambda item: item.started):  # first come, first served
        if not _is_there(container.database, memory, merchant):
            memory.stores[merchant.key] = _joined(container, place, memory.born, merchant)
            memory.save(place.state)
    live_past(container, place, memory, MERCHANTS)
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


def _new_world(container: Container, place: SandboxPaths) -> SandboxState:
    """Begins today; so does one whose database is gone."""
    memory = SandboxState(born=container.now().astimezone(UTC).date(), password=new_password())
    for programme in PROGRAMMES:
        place.terms(programme).unlink(missing_ok=True)
    memory.save(place.state)
    return memory


def _any_there(database: Database, memory: SandboxState) -> bool:
    return any(_is_there(database, memory, merchant) for merchant in MERCHANTS)


def _is_there(database: Database, memory: SandboxState, merchant: SandboxMerchant) -> bool:
    known = memory.stores.get(merchant.key)
    with database.reading() as session:
        return known is not None and session.get(Store, known.id) is not None


def _let_demo_in(container: Container, password: str) -> None:
    """With the password that is remembered, whoever forgot it."""
    who: dict[str, Any] = {"email": DEMO, "password": password, "actor": ACTOR}
    try:
        add_staff(container.database, container.now(), role=Role.OPERATOR, **who)
    except Refused:
        set_password(container.database, container.now(), **who)


def _terms(place: SandboxPaths, programme: str) -> str:
    """The sandbox's own terms are files, the shipped ones go by their id."""
    return str(place.terms(programme)) if programme in PROGRAMMES else programme


def _joined(container: Container, place: SandboxPaths, born: date, merchant: SandboxMerchant) -> StoreMemory:
    """Added; or, where an earlier world left it, taken over with a new secret and token."""
    install = str(uuid.uuid4())
    with container.database.reading() as session:
        there = session.scalar(select(Store.id).where(Store.url == merchant.url))
    if there is not None:
        secret = rotate_secret(container, store_id=there, actor=ACTOR)
        token = rotate_token(container.database, container.now(), store_id=there, actor=ACTOR)
        return StoreMemory(there, secret, token, install)
    joined_at = timeline.joined_at(merchant, born)
    added = add_store(
        replace(container, now=lambda: joined_at),
        StoreDetails(merchant.url, merchant.name, merchant.country, merchant.currency),
        programme=_terms(place, merchant.programme),
        actor=ACTOR,
    )
    return StoreMemory(added.id, added.webhook_secret, added.status_token, install)
