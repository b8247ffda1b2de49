"""The subject of sizes fills a database and follows each hot path; on PostgreSQL alone."""

from contextlib import contextmanager

import pytest
from rich.progress import Progress
from sqlalchemy import func, select

from bench import sizing
from bench.hot_paths import hot_paths
from receiver.container import build_container
from receiver.storage.tables import Attempt, Delivery, Signal, Store
from tests.conftest import make_settings

STORES = 20


@pytest.fixture(params=["postgresql"])
def database_kind(request):
    return str(request.param)


def some_paths(container, body):
    """Return the hot paths without pages and decisions, which other subjects measure."""
    paths = hot_paths(container, body)
    return {name: run for name, run in paths.items() if name.startswith(("worker", "night"))}


def test_a_database_of_any_size_is_filled_and_its_hot_paths_are_followed(empty_database_url, monkeypatch):
    @contextmanager
    def open_database(_kind, _folder):
        yield empty_database_url

    monkeypatch.setattr(sizing, "open_database", open_database)
    monkeypatch.setattr(sizing, "set_durable", lambda *_: None)  # the server is other tests', too
    for name, little in {"SIZES": (STORES, 10 * STORES), "ROUNDS": 1, "SMALL": 1}.items():
        monkeypatch.setattr(sizing, name, little)
    monkeypatch.setattr(sizing, "hot_paths", some_paths)
    report = sizing.measure(Progress(disable=True), STORES)
    container = build_container(make_settings(database_url=empty_database_url))
    with container.database.reading() as session:
        rows = [session.scalar(select(func.count()).select_from(table)) for table in (Store, Signal, Attempt)]
        orphans = session.scalar(select(func.count()).where(Delivery.store_id.not_in(select(Store.id))))
    container.database.close()
    assert (rows, orphans) == ([STORES + 2, 100 * STORES, 100 * STORES], 0)
    assert report.tables["bytes a row, indexes included"]["deliveries"]["20 stores"] > 500
    read = report.tables["rows and index entries read"]
    assert 0 < read["worker: claim a delivery"]["20 stores"] < 100
