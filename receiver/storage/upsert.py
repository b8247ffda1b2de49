"""INSERT … ON CONFLICT: both databases have it, and SQLAlchemy builds it in the dialect of each."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from receiver.storage.tables import Base


def insert_into(session: Session, table: Table | type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say what becomes of a row that is there already."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table)
