"""A backup holds everything at one moment; it is restored whole or not at all, between both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from receiver.container import Container
from receiver.errors import InputError, Refused
from receiver.services.operations.backup import back_up, checksum_file, digest, restore
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.migrate import current_revision, migrate, migrate_down, newest_revision
from tests.conftest import database_on
from tests.db_factories import keep_store
from tests.services.operations.test_copy_database import Filled, everything
from tests.signals import add_shop, keep_one, signal

# A backup is a file of SQLite, whatever database it was made of.
of_a_file = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ad-credit.backup"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/restored.db")
    yield database
    database.close()


def write_backup(container: Container, file: Path) -> Path:
    back_up(container.database, file, lambda *_: None)
    return file


def restore_backup(
    container: Container, file: Path, into: Database, cipher: Cipher | None = None
) -> Database:
    restore(replace(container, database=into, cipher=cipher or container.cipher), file, lambda *_: None)
    return into


def test_every_row_of_every_table_comes_back_the_same(
    container: Container, file: Path, empty: Database
) -> None:
    Filled(container)
    assert everything(restore_backup(container, write_backup(container, file), empty)) == everything(
        container.database
    )


def test_a_backup_is_restored_into_postgresql_too(container: Container, file: Path, postgresql: str) -> None:
    Filled(container)
    with database_on(postgresql) as address:
        into = Database(address)
        restore_backup(container, write_backup(container, file), into)
        assert everything(into) == everything(container.database)
        into.close()


def test_the_service_goes_on_where_the_backup_was_made(
    container: Container, file: Path, empty: Database
) -> None:
    store_id = add_shop(container).id
    last = [keep_one(container, store_id, signal(number)) for number in (1, 2)][-1]
    elsewhere = replace(container, database=restore_backup(container, write_backup(container, file), empty))
    assert keep_one(elsewhere, store_id, signal(2)) == last  # is known
    assert keep_one(elsewhere, store_id, signal(3)) > last


def test_others_write_while_a_backup_is_made_and_it_holds_one_moment(
    container: Container, file: Path, empty: Database
) -> None:
    keep_store(container, "st_1")
    wrote: list[str] = []

    def write_between(table: str, _of: int, _more: int) -> None:
        if not wrote:
            wrote.append(table)
            keep_store(container, "st_2")

    back_up(container.database, file, write_between)
    assert wrote
    with restore_backup(container, file, empty).reading() as session:
        assert session.scalars(text("SELECT id FROM stores")).all() == ["st_1"]


@of_a_file
def test_a_backup_of_an_older_version_is_brought_up_to_date_and_stays_as_it_is(
    container: Container, file: Path, empty: Database
) -> None:
    write_backup(container, file)
    old = Database(f"sqlite:///{file}")
    migrate_down(old, "0032")
    old.empty_log()
    old.close()
    before = digest(file)
    checksum_file(file).write_text(f"{before}  {file.name}\n")
    assert current_revision(restore_backup(container, file, empty)) == newest_revision()
    assert digest(file) == before


def test_the_file_is_private_and_nothing_else_is_left_beside_it(
    container: Container, file: Path, empty: Database
) -> None:
    write_backup(container, file)
    assert file.stat().st_mode & 0o077 == 0
    restore_backup(container, file, empty)
    names = {item.name for item in file.parent.iterdir() if item.name.startswith((file.name, ".restore"))}
    assert names == {file.name, checksum_file(file).name}


class TestBackupRefusals:
    """Each in one sentence, with the database left as it was."""

    def refused(self, container: Container, file: Path, into: Database, why: str, **how: Any) -> None:
        with pytest.raises((Refused, InputError), match=why):
            restore_backup(container, file, into, **how)

    @of_a_file
    def test_a_file_that_exists_is_not_written_over(self, container: Container, file: Path) -> None:
        file.write_text("kept")
        with pytest.raises(Refused, match="exists; name a new file"):
            write_backup(container, file)
        assert file.read_text() == "kept"

    @of_a_file
    def test_a_folder_that_is_not_there(self, container: Container, tmp_path: Path) -> None:
        with pytest.raises((InputError, Refused), match="nowhere"):
            write_backup(container, tmp_path / "nowhere" / "x.backup")
        assert not (tmp_path / "nowhere").exists()

    @of_a_file
    def test_a_single_changed_byte(self, container: Container, file: Path, empty: Database) -> None:
        write_backup(container, file)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        self.refused(container, file, empty, "its checksum differs")

    @of_a_file
    def test_a_file_without_its_checksum(self, container: Container, file: Path, empty: Database) -> None:
        checksum_file(write_backup(container, file)).unlink()
        self.refused(container, file, empty, r"\.sha256: cannot be read")

    def test_a_database_with_rows(self, container: Container, file: Path) -> None:
        keep_store(container)
        self.refused(
            container, write_backup(container, file), container.database, "must be empty, and has rows in"
        )

    @of_a_file
    @pytest.mark.parametrize("content", [b"", b"text", bytes(4096)], ids=["empty", "text", "zeros"])
    def test_a_file_that_is_no_backup(
        self, container: Container, file: Path, empty: Database, content: bytes
    ) -> None:
        file.write_bytes(content)
        checksum_file(file).write_text(f"{digest(file)}  {file.name}\n")
        self.refused(container, file, empty, "is no backup that `backup` wrote")

    @of_a_file
    def test_a_backup_of_a_newer_version(self, container: Container, file: Path, empty: Database) -> None:
        newer = Database(f"sqlite:///{file}")
        migrate(newer)
        with newer.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        newer.empty_log()
        newer.close()
        checksum_file(file).write_text(f"{digest(file)}  {file.name}\n")
        self.refused(container, file, empty, "is of a newer version")

    def test_secrets_that_the_keys_do_not_open(
        self, container: Container, file: Path, empty: Database
    ) -> None:
        add_shop(container)
        other = Cipher([Fernet.generate_key().decode()])
        self.refused(
            container, write_backup(container, file), empty, "SECRET_KEYS lacks the key", cipher=other
        )
        with empty.reading() as session:
            assert session.scalars(text("SELECT id FROM stores")).all() == []
