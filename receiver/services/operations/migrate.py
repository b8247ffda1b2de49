"""Brings the database to the schema that this version needs."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.services.context import ServiceContext
from receiver.storage import migrate


@dataclass(frozen=True)
class Migration:
    """The revision that a database was at before, None for an empty one, and the one it is at now."""

    before: str | None
    after: str


def migrate_database(context: ServiceContext) -> Migration:
    """Bring the database to the newest revision; again it changes nothing. Raises Refused."""
    before = migrate.current_revision(context.database)
    return Migration(before, migrate.migrate(context.database, cipher=context.cipher))
