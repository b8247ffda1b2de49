"""Queries of the last alert of each kind, and the state of sending it."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from receiver.storage.tables import AlertRow


def failing() -> Select[AlertRow]:
    """Select the alerts that could not be sent to staff so far."""
    return select(AlertRow).where(AlertRow.failures > 0).order_by(AlertRow.kind)


def count_failing(session: Session) -> int:
    """Count the alerts that could not be sent to staff so far."""
    return session.scalar(select(func.count()).select_from(failing().subquery())) or 0
