"""The first data of the sandbox: its database, its staff and its stores. Seeding is idempotent."""

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
from receiver.sandbox.scenario.history_replay import replay_history
from receiver.sandbox.scenario.merchant_spec import SandboxMerchant
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.state import SandboxState, StoreMemory, load_state
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


def seed_sandbox(container: Container, paths: SandboxPaths) -> SandboxState:
    """Migrate, create the demo sign-in, add the stores that are missing, and replay the merchants' histories.

    Returns the saved state. Raises ReceiverError.
    """
    state = load_state(paths.state)
    if current_revision(container.database) is None:
        migrate(container.database, cipher=container.cipher)
    if state is None or not _any_store_exists(container.database, state):
        _check_only_sandbox_rows(container.database)
        state = _start_scenario(container, paths)
    migrate(container.database, cipher=container.cipher)
    for programme in PROGRAMMES:
        if not paths.terms(programme).exists():
            write_private(paths.terms(programme), programme_text(programme, state.born))
    _ensure_demo_staff(container, state.password)
    for merchant in sorted(MERCHANTS, key=lambda item: item.started):  # first come, first served
        if not _store_exists(container.database, state, merchant):
            state.stores[merchant.key] = _add_store(container, paths, state.born, merchant)
            state.save(paths.state)
    replay_history(container, paths, state, MERCHANTS)
    return state


def _check_only_sandbox_rows(database: Database) -> None:
    """Raise Refused if the database holds stores or staff that are not the sandbox's.

    The demo's sign-in must not come into an installation that DATABASE_URL happens to name.
    """
    ours = [merchant.url for merchant in MERCHANTS]
    with database.reading() as session:
        stores = session.scalar(select(func.count()).where(Store.url.not_in(ours)))
        people = session.scalar(select(func.count()).where(Staff.email != DEMO))
    if stores or people:
        raise Refused(
            f"The database {database.url.render_as_string()} holds stores or staff that are not "
            "the sandbox's; unset DATABASE_URL, or name an empty one."
        )


def _start_scenario(container: Container, paths: SandboxPaths) -> SandboxState:
    """Return and save the state of a world that begins today, without the terms of an earlier world.

    A world whose database is gone begins anew too.
    """
    state = SandboxState(born=container.now().astimezone(UTC).date(), password=new_password())
    for programme in PROGRAMMES:
        paths.terms(programme).unlink(missing_ok=True)
    state.save(paths.state)
    return state


def _any_store_exists(database: Database, state: SandboxState) -> bool:
    return any(_store_exists(database, state, merchant) for merchant in MERCHANTS)


def _store_exists(database: Database, state: SandboxState, merchant: SandboxMerchant) -> bool:
    store = state.stores.get(merchant.key)
    with database.reading() as session:
        return store is not None and session.get(Store, store.id) is not None


def _ensure_demo_staff(container: Container, password: str) -> None:
    """Create the demo sign-in, or set its password to the saved one again."""
    account: dict[str, Any] = {"email": DEMO, "password": password, "actor": ACTOR}
    try:
        add_staff(container, role=Role.OPERATOR, **account)
    except Refused:
        set_password(container, **account)


def _programme_source(paths: SandboxPaths, programme: str) -> str:
    """Return the file of the sandbox's own terms; the id of a programme that is shipped."""
    return str(paths.terms(programme)) if programme in PROGRAMMES else programme


def _add_store(
    container: Container, paths: SandboxPaths, born: date, merchant: SandboxMerchant
) -> StoreMemory:
    """Add a store, or take over one that an earlier world left, with a new secret and token."""
    install_id = str(uuid.uuid4())
    with container.database.reading() as session:
        store_id = session.scalar(select(Store.id).where(Store.url == merchant.url))
    if store_id is not None:
        secret = rotate_secret(container, store_id=store_id, actor=ACTOR)
        token = rotate_token(container, store_id=store_id, actor=ACTOR)
        return StoreMemory(store_id, secret, token, install_id)
    joined_at = timeline.joined_at(merchant, born)
    store = add_store(
        replace(container, now=lambda: joined_at),
        StoreDetails(merchant.url, merchant.name, merchant.country, merchant.currency),
        programme=_programme_source(paths, merchant.programme),
        actor=ACTOR,
    )
    return StoreMemory(store.id, store.webhook_secret, store.status_token, install_id)
