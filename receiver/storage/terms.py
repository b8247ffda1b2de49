"""Terms of the programmes that stores enrolled in, and the choice of one for new stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from receiver.storage.tables import ProgrammeChoice, Terms

CHOICE = 1  # the id of the only row
_KEPT = select(Terms.terms).where(Terms.id == bindparam("programme"))


def keep_terms(session: Session, programme: str, terms: dict[str, Any], now: datetime) -> None:
    """Store a programme's terms in place of the earlier wording."""
    session.merge(Terms(id=programme, terms=terms, kept_at=now))


def stored_terms(session: Session, programme: str) -> dict[str, Any] | None:
    """Return a programme's stored terms, None for an unknown programme."""
    return session.scalar(_KEPT, {"programme": programme})


def keep_choice(session: Session, programme: str, *, instead_of: str, by: str, now: datetime) -> None:
    """Store which programme new stores join, in place of the earlier choice."""
    choice = {"programme": programme, "instead_of": instead_of, "by": by, "at": now}
    session.merge(ProgrammeChoice(id=CHOICE, **choice))


def stored_choice(session: Session) -> ProgrammeChoice | None:
    """Return the stored choice of the programme for new stores, None without any."""
    return session.get(ProgrammeChoice, CHOICE)


def stored_ids(session: Session) -> list[str]:
    """Return the ids of the stored programmes, sorted."""
    return list(session.scalars(select(Terms.id).order_by(Terms.id)))
