"""The terms of the programmes stores enrolled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.storage.tables import Terms


def keep_terms(session: Session, programme: str, terms: dict[str, Any], now: datetime) -> None:
    """Keep the newest wording of a programme's terms."""
    session.merge(Terms(id=programme, terms=terms, kept_at=now))


def kept_terms(session: Session, programme: str) -> dict[str, Any] | None:
    """Return a programme's terms as they stand in the database at this moment."""
    return session.scalar(select(Terms.terms).where(Terms.id == programme))


def kept_ids(session: Session) -> list[str]:
    return list(session.scalars(select(Terms.id).order_by(Terms.id)))
