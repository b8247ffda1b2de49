"""The cost of many rows on PostgreSQL: bytes, and the time and reads of each hot path.

Every size has ten times the stores and deliveries of the one before. What does not depend on their number
stays as it is; what grows tenfold breaks first.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress
from sqlalchemy import event, text

from bench.crowd import NOW
from bench.hot_paths import Run, hot_paths
from bench.mass import DELIVERIES_OF_A_STORE, fill, set_durable
from bench.report import Report
from bench.serving import open_database
from receiver.container import Container, build_container
from tests.conftest import make_settings
from tests.signals import body_of, signal

SIZES = (100, 1_000, 10_000, 100_000)  # stores
UP_TO = 1_000
# As long as the daily signal of a store that tells its whole state.
BODY = body_of(signal(1, "state", home_url="https://shop.example/", note="x" * 300))
ROUNDS, FEW_ROUNDS, LONG_SECONDS = 10, 3, 1.0
SMALL = 100  # rows; bytes a row mean nothing in a smaller table

TABLES = text("""
    SELECT c.relname AS name, c.reltuples::bigint AS rows, pg_total_relation_size(c.oid) AS bytes,
        pg_indexes_size(c.oid) AS index_bytes
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY bytes DESC
""")
BACKENDS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
)
WORK = text("""
    SELECT tup_returned + tup_fetched AS rows, blks_hit + blks_read AS pages
    FROM pg_stat_database WHERE datname = current_database()
""")

Figures = Mapping[str, Mapping[str, float]]  # by path


@dataclass(frozen=True)
class SizeMeasurement:
    """The figures of one size: bytes a row by table, bytes in all, and the costs of each hot path."""

    bytes_a_row: Mapping[str, float]
    bytes_in_all: int
    paths: Figures


def measure(progress: Progress, up_to: int = UP_TO) -> Report:
    """Fill and measure one size after the other, up to one of so many stores."""
    by_size = {stores: _measure_new(stores, progress) for stores in SIZES if stores <= up_to}
    largest = max(by_size)
    return Report(
        f"Sizes on PostgreSQL, up to {largest:,} stores and {largest * DELIVERIES_OF_A_STORE:,} deliveries",
        {"bytes_of_a_store_and_all_of_its": by_size[largest].bytes_in_all / largest},
        tables={
            "bytes a row, indexes included": _by_size({n: size.bytes_a_row for n, size in by_size.items()}),
            **{
                title: _by_size({n: _column(size.paths, name) for n, size in by_size.items()})
                for name, title in (
                    ("database_ms", "processor time of the database, ms"),
                    ("python_ms", "processor time of Python, ms"),
                    ("rows", "rows and index entries read"),
                    ("pages", "pages read"),
                )
            },
        },
    )


def _column(paths: Figures, name: str) -> dict[str, float]:
    return {path: figures[name] for path, figures in paths.items()}


def _by_size(figures_by_stores: Mapping[int, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    names = dict.fromkeys(name for figures in figures_by_stores.values() for name in figures)
    return {
        name: {f"{stores:,} stores": figures.get(name, 0.0) for stores, figures in figures_by_stores.items()}
        for name in names
    }


def _measure_new(stores: int, progress: Progress) -> SizeMeasurement:
    with tempfile.TemporaryDirectory(prefix="bench") as folder, open_database("postgresql", folder) as url:
        container = build_container(make_settings(database_url=url), now=lambda: NOW)
        try:
            return measure_size(container, stores, progress)
        finally:
            container.database.close()


def measure_size(container: Container, stores: int, progress: Progress) -> SizeMeasurement:
    """Fill an empty database with so many stores and measure it."""
    engine = container.database.engine
    set_durable(engine, False)
    fill(container, stores, BODY, progress)
    set_durable(engine, True)
    engine.dispose()  # the connections that filled it have settings of their own
    with _one_backend(container):
        paths = hot_paths(container, BODY).items()
        figures = {
            name: _cost(container, run, each)
            for name, (each, run) in progress.track(paths, description=f"{stores:,} stores")
        }
    with container.database.reading() as session:
        tables = session.execute(TABLES).all()
    return SizeMeasurement(
        {table.name: table.bytes / table.rows for table in tables if table.rows >= SMALL},
        sum(table.bytes for table in tables),
        figures,
    )


@contextmanager
def _one_backend(container: Container) -> Iterator[None]:
    """Keep each statement in one process: the time of parallel workers would be lost when they end."""

    def disable_parallel(connection: Any, _record: object) -> None:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.commit()

    event.listen(container.database.engine, "connect", disable_parallel)
    try:
        yield
    finally:
        event.remove(container.database.engine, "connect", disable_parallel)


def _cost(container: Container, run: Run, each: int) -> dict[str, float]:
    """Return the average cost of one of the `each` items of a run, once what it reads is in memory."""
    began = time.perf_counter()
    run()
    rounds = FEW_ROUNDS if time.perf_counter() - began > LONG_SECONDS else ROUNDS
    rows, pages = _work(container)
    database, python = _backends_ms(container), time.process_time()
    for _ in range(rounds):
        run()
    python, database = time.process_time() - python, _backends_ms(container) - database
    more_rows, more_pages = _work(container)
    return {
        "database_ms": database / rounds / each,
        "python_ms": python * 1e3 / rounds / each,
        "rows": (more_rows - rows) / rounds / each,
        "pages": (more_pages - pages) / rounds / each,
    }


def _backends_ms(container: Container) -> float:
    with container.database.reading() as session:
        pids = session.scalars(BACKENDS).all()
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e6


def _work(container: Container) -> tuple[int, int]:
    with container.database.reading() as session:
        session.execute(text("SELECT pg_stat_force_next_flush()"))
        session.commit()
        rows, pages = session.execute(WORK).one()
    return int(rows), int(pages)
