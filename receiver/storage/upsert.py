"""INSERT … ON CONFLICT: both databases have it, and SQLAlchemy builds it in the dialect of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from receiver.storage.tables import Base

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_into(session: Session, table: Table | type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say what becomes of a row that is there already."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # here: a process on SQLite does without

    return postgresql.insert(table)
