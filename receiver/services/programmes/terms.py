"""Finds the terms of a store, which stay those it enrolled in, and the terms for new stores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache

from sqlalchemy.orm import Session

from receiver.documents.programme import (
    load_programme,
    load_shipped,
    programme_data,
    read_stored_programme,
    shipped_programmes,
)
from receiver.domain.programme import Programme
from receiver.errors import NotFound
from receiver.services.context import ServiceContext
from receiver.storage import terms
from receiver.storage.database import Database


def terms_for_new_stores(session: Session, setting: str) -> Programme:
    """Return the terms for new stores: those that staff loaded under this `setting`, else the setting's own.

    A later change of PROGRAMME wins over what staff loaded. Raises InputError.
    """
    choice = terms.stored_choice(session)
    if choice is not None and choice.instead_of == setting:
        return terms_of(session, choice.programme)
    return load_programme(setting)


def terms_in_force(context: ServiceContext) -> Programme:
    """Return the terms as `terms_for_new_stores` does. Raises InputError."""
    with context.database.reading() as session:
        return terms_for_new_stores(session, context.settings.programme)


def enrol_in(session: Session, setting: str, now: datetime) -> Programme:
    """Return the terms for new stores, stored so that later terms do not change them. Raises InputError."""
    programme = terms_for_new_stores(session, setting)
    terms.keep_terms(session, programme.id, programme_data(programme), now)
    return programme


@cache
def terms_link(name_or_file: str) -> str | None:
    """Return the address at which a programme's terms are published, cached. Raises InputError."""
    return load_programme(name_or_file).terms_url


def terms_of(session: Session, programme_id: str) -> Programme:
    """Return the terms of a programme that stores enrolled in, or of a shipped one. Raises InputError."""
    data = terms.stored_terms(session, programme_id)
    return _read_once(json.dumps(data)) if data is not None else load_shipped(programme_id)


@lru_cache(maxsize=64)
def _read_once(text: str) -> Programme:
    """Parse terms, cached by their text: a changed row is another text."""
    return read_stored_programme(json.loads(text))


def list_terms(context: ServiceContext) -> list[Programme]:
    """List every known programme by id: those of stores, the one in force, and those shipped.

    A store's own terms take precedence over a file of the same id. Raises InputError.
    """
    with context.database.reading() as session:
        current = terms_for_new_stores(session, context.settings.programme)
        enrolled = {item: terms_of(session, item) for item in terms.stored_ids(session)}
    shipped = {programme: load_shipped(programme) for programme in shipped_programmes()}
    return [item for _, item in sorted(({**shipped, current.id: current, **enrolled}).items())]


def find_terms(programmes: Sequence[Programme], programme_id: str) -> Programme:
    """Return the programme with an id. Raises NotFound, which lists the known ones."""
    programme = next((item for item in programmes if item.id == programme_id), None)
    if programme is None:
        there = ", ".join(item.id for item in programmes)
        raise NotFound(f"no programme is called {programme_id!r}; there is {there}")
    return programme


def known_programmes(database: Database) -> list[str]:
    """Return the ids of programmes that stores enrolled in."""
    with database.reading() as session:
        return terms.stored_ids(session)
