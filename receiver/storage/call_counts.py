"""Counts of calls to TikTok by result, kept in the database because several processes call."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from receiver.storage.tables import CallCount
from receiver.storage.upsert import insert_into


def add(session: Session, path: str, code: str) -> None:
    """Count one call; the row stays locked until the transaction ends."""
    table = cast(Table, CallCount.__table__)
    insertion = insert_into(session, table).values(path=path, code=code, count=1)
    increment = {"count": table.c.count + 1}
    session.execute(insertion.on_conflict_do_update(index_elements=["path", "code"], set_=increment))


def by_path_and_code(session: Session) -> dict[tuple[str, str], int]:
    """Return the number of calls by path and code."""
    query = select(CallCount.path, CallCount.code, CallCount.count)
    return {(path, code): count for path, code, count in session.execute(query)}
