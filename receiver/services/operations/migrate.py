"""Brings the database to the schema that this version needs."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.storage import migrate
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database


@dataclass(frozen=True)
class Migration:
    """The revision that a database was at before, None for an empty one, and the one it is at now."""

    before: str | None
    after: str


def migrate_database(database: Database, cipher: Cipher) -> Migration:
    """Bring the database to the newest revision; again it changes nothing. Raises Refused."""
    before = migrate.current_revision(database)
    return Migration(before, migrate.migrate(database, cipher=cipher))
