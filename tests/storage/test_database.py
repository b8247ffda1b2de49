"""Faults of the database become ours, in one sentence that says what to do and never holds a password."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from receiver.errors import Collided, Refused, StorageUnavailable
from receiver.storage.database import Database
from receiver.storage.heartbeats import beat
from receiver.storage.migrate import current_revision, migrate
from receiver.storage.tables import Store
from receiver.web.bulkhead import SHARE
from tests.conftest import database_on


def test_a_database_without_tables_says_migrate(empty_database_url):
    database = Database(empty_database_url)
    with pytest.raises(StorageUnavailable, match="flask --app wsgi migrate"), database.reading() as session:
        session.scalars(select(Store)).all()
    database.close()


def test_a_database_that_cannot_be_reached_is_told_without_its_password():
    database = Database("postgresql+psycopg://someone:hunter2@127.0.0.1:9/nothing")
    with pytest.raises(StorageUnavailable) as caught, database.reading() as session:
        session.scalars(select(Store)).all()
    assert "hunter2" not in str(caught.value)


def test_pages_that_hold_connections_keep_no_delivery_waiting_for_one(container):
    pages = container.settings.web_threads // SHARE
    with ExitStack() as stack:
        for _ in range(pages):
            stack.enter_context(container.database.reading()).scalar(text("SELECT 1"))
        with container.database.autocommit_connection() as driver:
            assert driver.execute("SELECT 1").fetchone() == (1,)


def test_who_comes_alone_gets_the_connection_that_was_given_back_last(container):
    """Others that were open at the same time once keep nothing of what it does again and again."""
    database = container.database
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(database.autocommit_connection())
    used = set()
    for _ in range(8):
        with database.autocommit_connection() as driver:
            used.add(id(driver))
    assert len(used) == 1


def test_what_fails_half_way_leaves_nothing_behind(container):
    def fails_half_way():
        with container.database.writing() as session:
            session.execute(text("INSERT INTO heartbeats (name, at) VALUES ('x', '2025-11-20')"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        fails_half_way()
    with container.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM heartbeats")) == 0


def test_sqlite_commits_are_on_disk_before_they_return(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/receiver.db")
    with database.reading() as session:
        settings = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]  # 2 is FULL
    database.close()


def test_postgresql_commits_are_on_disk_before_they_return(postgresql):
    database = Database(postgresql)
    with database.reading() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "on"
    with pytest.raises(ProgrammingError), database.reading() as session:
        session.execute(text("SELEC 1"))
    database.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_only_what_may_be_lost_is_committed_before_it_is_on_disk_and_nothing_after_it(container):
    settings = []
    for transaction in (container.database.writing_unsynced, container.database.writing):
        with transaction() as session:
            settings.append(session.scalar(text("SHOW synchronous_commit")))
    assert settings == ["off", "on"]


def test_a_dry_run_is_seen_inside_it_and_leaves_nothing_behind(container):
    with container.database.rolled_back() as dry_run:
        with dry_run.writing() as session:
            session.execute(text("INSERT INTO heartbeats (name, at) VALUES ('x', '2025-11-20')"))
        with dry_run.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM heartbeats")) == 1
    with container.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM heartbeats")) == 0


def test_what_fails_inside_a_dry_run_fails_alone(container):
    def fails_half_way(dry_run):
        with dry_run.writing() as session:
            session.execute(text("INSERT INTO heartbeats (name, at) VALUES ('x', '2025-11-20')"))
            raise RuntimeError("half way")

    with container.database.rolled_back() as dry_run:
        with pytest.raises(RuntimeError):
            fails_half_way(dry_run)
        with dry_run.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM heartbeats")) == 0


def test_postgresql_is_given_up_after_a_while_and_by_a_migration_never(postgresql):
    database = Database(postgresql)

    def limits(session):
        driver = session.connection().connection.driver_connection
        timeouts = [session.scalar(text(f"SHOW {name}_timeout")) for name in ("lock", "statement")]
        return [*timeouts, driver.within]

    with database.migrating() as session:
        assert limits(session) == ["10s", "0", None]
    with database.writing() as session:
        assert limits(session) == ["10s", "20s", 21]
    database.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_language_is_refused_by_name_before_it_is_migrated(
    postgresql, encoding
):
    with database_on(postgresql, f"template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'") as address:
        database = Database(address)
        with pytest.raises(Refused, match=f"encoding is {encoding}.*ENCODING 'UTF8'"):
            migrate(database)
        assert current_revision(database) is None
        database.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer at a time
def test_of_two_that_wait_for_each_other_one_is_told_that_it_collided(container):
    both, beats = Barrier(2), ("a", "b")
    with container.database.writing() as session:
        for name in beats:
            beat(session, name, container.now())

    def lock(names):
        with container.database.writing() as session:
            for name in names:
                session.execute(
                    text("SELECT 1 FROM heartbeats WHERE name = :name FOR UPDATE"), {"name": name}
                )
                if name == names[0]:
                    both.wait(120)

    with ThreadPoolExecutor(2) as threads:
        exceptions = [threads.submit(lock, names).exception for names in (beats, beats[::-1])]
        errors = [error() for error in exceptions]
    assert sorted(type(error) for error in errors if error) == [Collided]


@pytest.mark.parametrize("damage", ["no database", "damaged"])
def test_a_file_that_is_no_database_any_more_is_told_in_one_sentence(tmp_path, damage):
    file = tmp_path / "receiver.db"
    database = Database(f"sqlite:///{file}")
    if damage == "damaged":
        migrate(database)
        database.empty_log()
        database.close()
        content = bytearray(file.read_bytes())
        content[100:] = b"x" * (len(content) - 100)
        file.write_bytes(content)
    else:
        file.write_bytes(b"no database at all " * 100)
    with (
        pytest.raises(StorageUnavailable, match="the database cannot be used: "),
        database.writing() as session,
    ):
        session.execute(text("SELECT * FROM stores"))
    database.close()


def test_a_value_that_does_not_fit_is_no_fault_of_the_database(container):
    twice = text("INSERT INTO heartbeats (name, at) VALUES ('x', '2025-11-20'), ('x', '2025-11-21')")
    with pytest.raises(IntegrityError), container.database.writing() as session:
        session.execute(twice)
