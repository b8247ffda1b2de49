"""Writes the whole database into one file, and fills an empty database from it; on SQLite and PostgreSQL.

The file is an SQLite database of the same tables, with a checksum beside it in the form of sha256sum.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import DatabaseError

from receiver.errors import InputError, Refused, StorageUnavailable
from receiver.services.context import ServiceContext
from receiver.services.operations.copy_database import Progress, check_secrets, copy_tables
from receiver.storage.database import Database
from receiver.storage.migrate import current_revision, is_known, migrate, newest_revision, require_newest
from receiver.storage.sqlite_files import PARTS, make_private
from receiver.storage.table_copy import CopiedTable

CHUNK = 1024 * 1024  # bytes
NO_BACKUP = "is no backup that `backup` wrote"


def back_up(database: Database, file: Path, progress: Progress) -> list[CopiedTable]:
    """Write a snapshot of the database into a new private file, and read it back.

    Other processes go on reading and writing meanwhile. The file has its name only once it is complete.
    Raises Refused, InputError where the file cannot be made, StorageUnavailable.
    """
    require_newest(database)
    if not file.parent.is_dir():
        raise InputError("its folder is not there", path=str(file))
    if file.exists():
        raise Refused(f"{file} exists; name a new file")
    partial = file.with_name(file.name + ".partial")
    _remove(partial)
    try:
        with _open_database(partial) as target:
            migrate(target)
            with database.snapshot() as source_session, target.migrating() as target_session:
                copied = copy_tables(source_session, target_session, progress)
            target.empty_log()
        checksum_file(file).write_text(f"{digest(partial)}  {file.name}\n", encoding="ascii")
        partial.replace(file)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", path=str(file)) from error
    finally:
        _remove(partial)
    return copied


def restore(context: ServiceContext, file: Path, progress: Progress) -> list[CopiedTable]:
    """Restore a backup into an empty database in one transaction, and read it back.

    A database without tables gets them first. The backup may be of an older version: a copy of it is
    migrated, and the file stays as it is. Raises Refused, InputError, StorageUnavailable.
    """
    database, cipher = context.database, context.cipher
    _check_digest(file)
    with _open_copy(file) as source:
        if current_revision(database) is None:
            migrate(database, cipher=cipher)
        require_newest(database, "the database to restore into")
        if current_revision(source) != newest_revision():
            migrate(source, cipher=cipher)
        with source.snapshot() as source_session, database.migrating() as target_session:
            check_secrets(source_session, cipher)
            return copy_tables(source_session, target_session, progress)


def checksum_file(file: Path) -> Path:
    """Return the path of a backup's checksum, which lies beside it."""
    return file.with_name(file.name + ".sha256")


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    checksum = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            checksum.update(chunk)
    return checksum.hexdigest()


def _check_digest(file: Path) -> None:
    try:
        expected = checksum_file(file).read_text(encoding="ascii").split()[:1]
        actual = digest(file)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else NO_BACKUP
        path = getattr(error, "filename", None) or file
        raise InputError(f"cannot be read ({reason})", path=str(path)) from error
    if expected != [actual]:
        raise Refused(f"{file} is not what was backed up: its checksum differs from {checksum_file(file)}")


@contextmanager
def _open_copy(file: Path) -> Iterator[Database]:
    """Yield a private copy beside the file, to be migrated. Raises Refused for a file that is no backup."""
    with TemporaryDirectory(prefix=".restore-", dir=file.parent) as folder:
        copy = Path(folder, file.name)
        shutil.copyfile(file, copy)
        with _open_database(copy) as source:
            try:
                revision = current_revision(source)
            except (StorageUnavailable, DatabaseError) as error:
                raise Refused(f"{file} {NO_BACKUP}") from error
            if revision is None:
                raise Refused(f"{file} {NO_BACKUP}")
            if not is_known(revision):
                raise Refused(f"{file} is of a newer version (revision {revision}); restore it with that one")
            yield source


@contextmanager
def _open_database(file: Path) -> Iterator[Database]:
    make_private(file)
    database = Database(f"sqlite:///{file.resolve()}")
    try:
        yield database
    finally:
        database.close()


def _remove(file: Path) -> None:
    for part in PARTS:
        if os.path.lexists(f"{file}{part}"):
            os.remove(f"{file}{part}")
