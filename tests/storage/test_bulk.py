"""Statements about many rows: the same on both databases, by an index on SQLite."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Table, event, select
from sqlalchemy.exc import DataError

from receiver.container import Container
from receiver.storage.bulk import are_any_of, insert_rows, is_any_of, update_rows
from receiver.storage.tables import Signal, Store
from tests.db_factories import keep_store

SIGNALS, STORES = cast(Table, Signal.__table__), cast(Table, Store.__table__)
KEY = (SIGNALS.c.store_id, SIGNALS.c.install_id, SIGNALS.c.seq)
COLUMNS = ("store_id", "install_id", "seq", "event", "at")
ODD = ["plain", "it's", 'a "quote"', "{a,b}", "back\\slash", "ü 🛒", "NULL", ""]


@pytest.fixture
def at(container: Container) -> datetime:
    """The time of the rows: a store, and one signal of each odd install."""
    keep_store(container, "st_1")
    with container.database.writing() as session:
        rows = [("st_1", install, seq, "state", container.now()) for seq, install in enumerate(ODD, 1)]
        insert_rows(session, SIGNALS, COLUMNS, rows)
    return container.now()


def select_keys(container: Container, condition: Any) -> list[tuple[str, int]]:
    with container.database.reading() as session:
        query = select(SIGNALS.c.install_id, SIGNALS.c.seq).where(condition).order_by(SIGNALS.c.seq)
        return [(install, seq) for install, seq in session.execute(query)]


def test_rows_are_found_by_any_of_many_values(container: Container, at: datetime):
    numbered = list(zip(ODD, range(1, 99), strict=False))
    assert select_keys(container, is_any_of(SIGNALS.c.install_id, ODD)) == numbered
    assert select_keys(container, is_any_of(SIGNALS.c.seq, [2, 3, 99])) == numbered[1:3]
    assert select_keys(container, is_any_of(SIGNALS.c.seq, [])) == []
    rows = [("st_1", ODD[1], 2), ("st_1", ODD[2], 2), ("st_2", ODD[3], 4), ("st_1", ODD[4], 5)]
    assert select_keys(container, are_any_of(KEY, rows)) == [numbered[1], numbered[4]]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # its arrays are written in one text
def test_a_text_with_a_nul_is_refused_and_never_two_texts(container: Container, at: datetime):
    with pytest.raises(DataError):
        select_keys(container, is_any_of(SIGNALS.c.install_id, ["plain\0it's"]))


def test_columns_are_updated_row_by_row(container: Container, at: datetime):
    keep_store(container, "st_2")
    news = ["it's", 1, "{}"]
    rows = [("st_1", news, at, None), ("st_2", None, at + timedelta(hours=1), 7)]
    with container.database.writing() as session:
        update_rows(session, STORES, ("id", "account_news", "clock_read_at", "clock_skew"), rows)
    with container.database.reading() as session:
        stores = [session.get_one(Store, store_id) for store_id in ("st_1", "st_2")]
        assert [
            (store.id, store.account_news, store.clock_read_at, store.clock_skew) for store in stores
        ] == rows


@pytest.mark.parametrize("database_kind", ["sqlite"])  # PostgreSQL plans by how much there is
@pytest.mark.parametrize(
    "condition", [is_any_of(STORES.c.id, ["st_1", "st_2"]), are_any_of(KEY, [("st_1", "a", 1)])]
)
def test_many_values_are_looked_up_in_an_index(container: Container, at: datetime, condition: Any):
    statements: list[tuple[str, Any]] = []
    event.listen(
        container.database.engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3]))
    )
    with container.database.reading() as session:
        session.execute(select(condition.clauses.clauses[0]).where(condition)).all()
    statement, parameters = statements[-1]
    with container.database.autocommit_connection() as driver:
        plan = [step[3] for step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert plan[0].startswith("SEARCH"), plan
    assert plan[0].count("=?") == len(condition.clauses) - 1
