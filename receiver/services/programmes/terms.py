"""Which terms hold for whom: a store keeps those it enrolled in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.documents.programme import load_programme, load_shipped, programme_data, read_programme
from receiver.domain.programme import Programme
from receiver.storage import terms
from receiver.storage.database import Database


def enrol_in(session: Session, name_or_file: str, now: datetime) -> Programme:
    """The terms new stores join, kept so that they stay when PROGRAMME changes. Raises InputError."""
    programme = load_programme(name_or_file)
    terms.keep_terms(session, programme.id, programme_data(programme), now)
    return programme


def terms_of(session: Session, programme_id: str) -> Programme:
    """The terms of a programme some store enrolled in, or of a shipped one. Raises InputError."""
    kept = terms.kept_terms(session, programme_id)
    return read_programme(kept) if kept is not None else load_shipped(programme_id)


def known_programmes(database: Database) -> list[str]:
    """The ids of those some store enrolled in."""
    with database.reading() as session:
        return terms.kept_ids(session)
