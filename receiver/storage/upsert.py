"""Upserts (INSERT … ON CONFLICT), which both databases have and SQLAlchemy builds by dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from receiver.storage.tables import Base

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_into(session: Session, table: Table | type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT of the session's dialect, which can say what to do on a conflict."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # here: a process on SQLite does without

    return postgresql.insert(table)
