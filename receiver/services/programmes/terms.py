"""Finds the terms that hold for a store: it keeps those it enrolled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from receiver.documents.programme import (
    load_programme,
    load_shipped,
    programme_data,
    read_kept_programme,
    shipped_programmes,
)
from receiver.domain.programme import Programme
from receiver.errors import NotFound
from receiver.storage import terms
from receiver.storage.database import Database


def terms_for_new_stores(session: Session, setting: str) -> Programme:
    """The terms new stores join: those staff loaded while PROGRAMME said `setting`, else what that names.

    Whoever changes PROGRAMME later is followed: it is the operator's last word. Raises InputError.
    """
    choice = terms.kept_choice(session)
    if choice is not None and choice.instead_of == setting:
        return terms_of(session, choice.programme)
    return load_programme(setting)


def terms_in_force(database: Database, setting: str) -> Programme:
    """As `terms_for_new_stores` says it. Raises InputError."""
    with database.reading() as session:
        return terms_for_new_stores(session, setting)


def enrol_in(session: Session, setting: str, now: datetime) -> Programme:
    """The terms new stores join, kept so that they stay when others take their place. Raises InputError."""
    programme = terms_for_new_stores(session, setting)
    terms.keep_terms(session, programme.id, programme_data(programme), now)
    return programme


@cache
def terms_link(name_or_file: str) -> str | None:
    """Return where a programme's terms are published, read once a process. Raises InputError."""
    return load_programme(name_or_file).terms_url


def terms_of(session: Session, programme_id: str) -> Programme:
    """The terms of a programme some store enrolled in, or of a shipped one. Raises InputError."""
    kept = terms.kept_terms(session, programme_id)
    return read_kept_programme(kept) if kept is not None else load_shipped(programme_id)


def list_terms(database: Database, in_force: str) -> list[Programme]:
    """Every programme known here, by id: of stores, `in_force` (its id or file), and shipped ones.

    A store's own terms come before a file of the same id. Raises InputError.
    """
    with database.reading() as session:
        current = terms_for_new_stores(session, in_force)
        kept = {item: terms_of(session, item) for item in terms.kept_ids(session)}
    shipped = {programme: load_shipped(programme) for programme in shipped_programmes()}
    return [item for _, item in sorted(({**shipped, current.id: current, **kept}).items())]


def find_terms(known: Sequence[Programme], programme_id: str) -> Programme:
    """Return the programme of an id. Raises NotFound that names those there are."""
    found = next((item for item in known if item.id == programme_id), None)
    if found is None:
        there = ", ".join(item.id for item in known)
        raise NotFound(f"no programme is called {programme_id!r}; there is {there}")
    return found


def known_programmes(database: Database) -> list[str]:
    """The ids of those some store enrolled in."""
    with database.reading() as session:
        return terms.kept_ids(session)
