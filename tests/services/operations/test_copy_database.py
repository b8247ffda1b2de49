"""Everything is copied from SQLite to PostgreSQL as it stands, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from click.testing import Result
from cryptography.fernet import Fernet
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    text,
    update,
)

from receiver.app import create_app
from receiver.container import Container
from receiver.errors import Refused, StorageUnavailable
from receiver.services.operations.copy_database import copy_database
from receiver.storage import sqlite, table_copy
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.heartbeats import beat
from receiver.storage.tables import Base, Delivery, Store
from receiver.storage.types import EncryptedText, EnumText, ExactDecimal, Json, PackedJson, Utc
from tests.conftest import database_on, shorten_lock_timeout
from tests.db_factories import keep_store
from tests.signals import add_shop, keep_one, signal

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

TEXT = 'Ünïcode 🧵 \t\\N "quoted"\nand a second line'
AT = datetime(2025, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def target(postgresql: str, migrated_name: str) -> Iterator[Database]:
    with database_on(postgresql, migrated_name) as address:
        database = Database(address)
        yield database
        database.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a lock."""
    monkeypatch.setattr(sqlite, "BUSY_MS", 100)
    shorten_lock_timeout(monkeypatch)


def str_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def copy(container: Container, target: Database) -> list[table_copy.CopiedTable]:
    return copy_database(container, target, lambda *_: None)


def is_empty(database: Database) -> bool:
    with database.reading() as session:
        return not any(table_copy.count_rows(session, table) for table in table_copy.tables())


class Filled:
    """Two rows in every table there is: one full, and one with all the nulls that it may have."""

    def __init__(self, container: Container) -> None:
        self._cipher, self._numbers = container.cipher, count(1)
        self._keys: dict[Any, list[Any]] = {}
        with container.database.writing() as session:
            for table in Base.metadata.sorted_tables:
                for row in (0, 1):
                    session.execute(insert(table).values(self._row(table, row)))

    def _row(self, table: Table, row: int) -> dict[str, Any]:
        return {column.key: self._value(column, row) for column in table.columns}

    def _value(self, column: Column[Any], row: int) -> Any:
        if column.foreign_keys:
            (key,) = column.foreign_keys
            return self._keys[key.column][row]
        if column.nullable and row == 1:
            return None
        value = self._new(column)
        if column.primary_key:
            self._keys.setdefault(column, []).append(value)
        return value

    def _new(self, column: Column[Any]) -> Any:
        number = next(self._numbers)
        if isinstance(column.type, EncryptedText):
            return self._cipher.encrypt(f"secret {number}")
        if isinstance(column.type, EnumText):
            return next(iter(column.type.members))
        values = {
            Utc: AT + timedelta(microseconds=number),
            ExactDecimal: Decimal(number) / 7,
            Json: {TEXT: [number, None, True]},
            PackedJson: {TEXT: [number, None, True]},
            Date: date(2025, 11, 2) + timedelta(days=number),
            Boolean: number % 2 == 0,
            Integer: number,
            LargeBinary: bytes(range(256)) * number,
            String: f"{number} {TEXT}"[: getattr(column.type, "length", None)],
        }
        return next(value for kind, value in values.items() if isinstance(column.type, kind))


def everything(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }


def test_every_row_and_column_of_every_table_comes_out_the_same(
    container: Container, target: Database
) -> None:
    Filled(container)
    copied = copy(container, target)
    assert {item.table: item.rows for item in copied} == dict.fromkeys(Base.metadata.tables, 2)
    assert everything(target) == everything(container.database)


def test_text_is_copied_as_it_was_written_and_not_as_it_would_be_now(
    container: Container, target: Database
) -> None:
    keep_store(container)
    odd = '[ 1,\n"\\u00fc" ]'
    with container.database.writing() as session:
        session.execute(text("UPDATE stores SET account_news = :odd"), {"odd": odd})
    copy(container, target)
    with target.reading() as session:
        assert session.scalar(text("SELECT account_news FROM stores")) == odd


def test_the_service_goes_on_where_it_was(container: Container, target: Database) -> None:
    store_id = add_shop(container).id
    delivery_ids = [keep_one(container, store_id, signal(number)) for number in (1, 2, 3)]
    copy(container, target)
    elsewhere = replace(container, database=target)
    assert keep_one(elsewhere, store_id, signal(4)) == delivery_ids[-1] + 1
    assert keep_one(elsewhere, store_id, signal(3)) == delivery_ids[-1]  # is known


class TestCopyRefusals:
    """Each in one sentence that says what to do, with nothing written."""

    def refused(self, container: Container, target: Database, why: str) -> None:
        with pytest.raises(Refused, match=why):
            copy(container, target)

    def test_a_target_with_rows_stays_as_it_is(self, container: Container, target: Database) -> None:
        keep_store(container, "st_1")
        keep_store(replace(container, database=target), "st_2")
        self.refused(container, target, "must be empty, and has rows in: programmes, stores$")
        with target.reading() as session:
            assert session.scalars(select(Store.id)).all() == ["st_2"]

    def test_a_target_without_tables(self, container: Container, postgresql: str) -> None:
        with database_on(postgresql) as address:
            target = Database(address)
            self.refused(container, target, "copy into is at revision none .* run `flask --app wsgi migrate`")
            target.close()

    def test_a_source_that_somebody_has_open(
        self, container: Container, target: Database, impatient: None
    ) -> None:
        keep_store(container)
        other = Database(container.settings.database_url)
        with other.reading() as session:
            session.scalars(select(Store)).all()
        self.refused(container, target, "stop web, worker")
        assert is_empty(target)
        other.close()
        copy(container, target)

    def test_secrets_that_the_keys_do_not_open(self, container: Container, target: Database) -> None:
        add_shop(container)
        stranger = Cipher([Fernet.generate_key().decode()])
        with pytest.raises(Refused, match=r"SECRET_KEYS lacks the key .*: hook_secrets\.secret_sealed$"):
            copy_database(replace(container, cipher=stranger), target, lambda *_: None)
        assert is_empty(target)

    def test_a_row_that_postgresql_cannot_keep(self, container: Container, target: Database) -> None:
        keep_store(container, name="with a \x00 in it")
        self.refused(container, target, r"cannot keep a row \(stores, row 1\): .*NUL")
        assert is_empty(target)

    def test_a_row_that_is_too_long(self, container: Container, target: Database) -> None:
        delivery = keep_one(container, add_shop(container).id, signal(1))
        with container.database.writing() as session:
            session.execute(update(Delivery).where(Delivery.id == delivery).values(body_sha256="0" * 65))
        self.refused(container, target, r"cannot keep a row \(COPY deliveries, line 1, column body_sha256")
        assert is_empty(target)

    def test_a_row_that_was_changed_on_its_way(self, container: Container, target: Database) -> None:
        keep_store(container)
        with target.writing() as session:
            session.execute(
                text(
                    "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END $$"
                )
            )
            session.execute(
                text("CREATE TRIGGER change BEFORE INSERT ON stores FOR EACH ROW EXECUTE PROCEDURE change()")
            )
        self.refused(container, target, "^stores came out different: 1 rows copied, 1 read back$")
        assert is_empty(target)

    def test_postgresql_as_the_source(self, container: Container, target: Database) -> None:
        with pytest.raises(Refused, match="only SQLite"):
            copy_database(replace(container, database=target), container.database, lambda *_: None)


def test_what_ends_half_way_leaves_the_target_empty_and_is_run_again(
    container: Container, target: Database
) -> None:
    Filled(container)

    def power_cut(table: str, _of: int, _more: int) -> None:
        if table == "signals":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(container, target, power_cut)
    assert is_empty(target)
    assert len(copy(container, target)) == len(Base.metadata.tables)


def test_nobody_can_open_the_source_or_write_to_the_target_meanwhile(
    container: Container, target: Database, impatient: None
) -> None:
    keep_store(container)
    refused = list[bool]()

    def try_both(*_: object) -> None:
        if refused:
            return
        for database in (Database(container.settings.database_url), Database(str_of(target))):
            with pytest.raises(StorageUnavailable), database.writing() as session:
                beat(session, "worker", AT)
            database.close()
            refused.append(database.is_sqlite)

    copy_database(container, target, try_both)
    assert refused == [True, False]


class TestTheCommand:
    def run(self, container: Container, *words: str) -> Result:
        return create_app(container=container).test_cli_runner().invoke(args=["copy-database", *words])

    def test_says_what_was_copied(self, container: Container, target: Database) -> None:
        keep_store(container)
        answer = self.run(container, str_of(target), "--json")
        rows = {row["table"]: row for row in json.loads(answer.stdout)}
        assert (rows["stores"]["rows"], rows["deliveries"]["rows"]) == (1, 0)
        assert int(rows["stores"]["checksum"], 16) > 0
        assert rows["deliveries"]["checksum"] == "0" * 64

    def test_says_in_one_line_why_not(self, container: Container, target: Database) -> None:
        keep_store(replace(container, database=target))
        answer = self.run(container, str_of(target))
        assert (answer.exit_code, len(answer.stderr.splitlines())) == (1, 1)
        assert "must be empty" in answer.stderr

    @pytest.mark.parametrize("to", ["sqlite:///other.db", "nothing", "postgresql://host/name"])
    def test_takes_only_the_address_of_a_postgresql(self, container: Container, to: str) -> None:
        answer = self.run(container, to)
        assert answer.exit_code == 2
        assert "postgresql+psycopg://" in answer.stderr
