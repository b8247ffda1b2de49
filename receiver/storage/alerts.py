"""Keeps the last alert about each matter, and the state of sending it."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from receiver.storage.tables import Telling


def failing() -> Select[Telling]:
    """The matters staff could not be told of so far."""
    return select(Telling).where(Telling.failures > 0).order_by(Telling.matter)


def count_failing(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(failing().subquery())) or 0
