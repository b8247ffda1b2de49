"""Brings the database to the schema that this version needs."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.services.context import ServiceContext
from receiver.storage import migrate


@dataclass(frozen=True)
class Migration:
    """The revisions of a database before (None for an empty one) and after a migration."""

    before: str | None
    after: str


def migrate_database(context: ServiceContext) -> Migration:
    """Migrate the database to the newest revision. Idempotent. Raises Refused."""
    before = migrate.current_revision(context.database)
    return Migration(before, migrate.migrate(context.database, cipher=context.cipher))
