"""Measures the size of the database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

SQLITE_PARTS = {"data": "", "log": "-wal"}


def sizes(session: Session) -> dict[str, int]:
    """Return bytes by part: `data`, and for SQLite its write-ahead `log`."""
    url = session.get_bind().engine.url
    if url.get_backend_name() != "sqlite":
        return {"data": session.scalar(text("SELECT pg_database_size(current_database())")) or 0}
    files = {part: Path(f"{url.database}{ending}") for part, ending in SQLITE_PARTS.items()}
    return {part: file.stat().st_size for part, file in files.items() if file.is_file()}
