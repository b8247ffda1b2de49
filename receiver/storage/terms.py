"""The terms of the programmes stores enrolled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from receiver.storage.tables import ProgrammeChoice, Terms

CHOICE = 1  # the row of the one choice there is
_KEPT = select(Terms.terms).where(Terms.id == bindparam("programme"))


def keep_terms(session: Session, programme: str, terms: dict[str, Any], now: datetime) -> None:
    """Keep the newest wording of a programme's terms."""
    session.merge(Terms(id=programme, terms=terms, kept_at=now))


def kept_terms(session: Session, programme: str) -> dict[str, Any] | None:
    """Return a programme's terms as they stand in the database at this moment."""
    return session.scalar(_KEPT, {"programme": programme})


def keep_choice(session: Session, programme: str, *, instead_of: str, by: str, now: datetime) -> None:
    """Keep which programme new stores join; it takes the place of the choice before."""
    choice = {"programme": programme, "instead_of": instead_of, "by": by, "at": now}
    session.merge(ProgrammeChoice(id=CHOICE, **choice))


def kept_choice(session: Session) -> ProgrammeChoice | None:
    """Return the stored choice of the programme for new stores, None before any."""
    return session.get(ProgrammeChoice, CHOICE)


def kept_ids(session: Session) -> list[str]:
    """Return the ids of the stored programmes, sorted."""
    return list(session.scalars(select(Terms.id).order_by(Terms.id)))
