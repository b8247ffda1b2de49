"""Migration of a database's schema, and comparison of its revision with the one this code needs.

Alembic is imported only to migrate: it takes eight megabytes, and a worker only compares revisions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from receiver.errors import Refused
from receiver.home import COMMAND
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script

MIGRATIONS = Path(__file__).with_name("migrations")

OF_NEWER = "which a newer version than this one made"
START_NEWER = "start that version, or restore a backup that this one made"


def migrate(database: Database, to: str = "head", *, cipher: Cipher | None = None) -> str:
    """Upgrade the schema to revision `to`; return the revision reached. Idempotent.

    Raises Refused for a database newer than this code, where secrets must be encrypted on the way and no
    cipher was given, and for a PostgreSQL database that cannot hold every language.
    """
    return _move(database, to, cipher, up=True)


def migrate_down(database: Database, to: str = "base", *, cipher: Cipher | None = None) -> str:
    """Downgrade the schema to `to`; data of newer tables is lost. Raises Refused as `migrate` does."""
    return _move(database, to, cipher, up=False)


def current_revision(database: Database) -> str | None:
    """Return the database's revision, None for one never migrated."""
    with database.reading() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        revision: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def newest_revision() -> str:
    """Return the newest revision that this code knows."""
    return max(_revisions())


def is_known(revision: str) -> bool:
    """Return whether this version has the migration that leads to a revision."""
    return revision in _revisions()


def pending_scripts(database: Database) -> list[Script]:
    """Return the migrations that the database lacks, in order. Raises Refused for a newer database."""
    from alembic.script import ScriptDirectory

    revision = current_revision(database)
    _refuse_newer(revision, "the database")
    scripts = ScriptDirectory.from_config(_config())
    return [*reversed([*scripts.iterate_revisions("head", revision or "base")])]


def require_newest(database: Database, label: str = "the database") -> None:
    """Raise Refused, naming the database `label`, unless it has the revision that this code needs."""
    revision, newest = current_revision(database), newest_revision()
    if revision != newest:
        _refuse_newer(revision, label)
        raise Refused(
            f"{label} is at revision {revision or 'none'} and this version needs {newest}; "
            f"run `{COMMAND} migrate` first"
        )


def _revisions() -> set[str]:
    """Return the revisions of our migrations, by which their files are named."""
    return {path.name[:4] for path in MIGRATIONS.glob("versions/[0-9]*.py")}


def _refuse_newer(revision: str | None, label: str) -> None:
    if revision is not None and not is_known(revision):
        raise Refused(f"{label} is at revision {revision}, {OF_NEWER}; {START_NEWER}")


def _move(database: Database, to: str, cipher: Cipher | None, *, up: bool) -> str:
    from alembic import command

    config, move = _config(), command.upgrade if up else command.downgrade
    _refuse_newer(current_revision(database), "the database")
    with database.migrating() as session:
        if not database.is_sqlite:
            _require_utf8(session)
        config.attributes |= {"connection": session.connection(), "cipher": cipher}
        move(config, to)
    return current_revision(database) or "base"


def _require_utf8(session: Session) -> None:
    encoding = session.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise Refused(
            f"the database's encoding is {encoding}, in which names and sentences cannot be kept; "
            "create one with ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL"
        )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
