"""Time and queries of each page of the console, with few and with many deliveries and stores.

A page whose cost grows with the table shows in the ratio; so does one that makes a query for each row.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import Progress
from sqlalchemy import event

from bench.crowd import NOW, populate
from bench.report import Report
from bench.serving import open_database
from receiver.container import Container, build_container
from tests.conftest import make_settings
from tests.staff import Console

DATABASES = ("sqlite", "postgresql")
FEW, MANY = (1_000, 20), (1_000_000, 20_000)  # deliveries and stores
ROUNDS = 40
# Of the last two, one redirects to a list and one needs a consent.
LEFT_OUT = ("/turned-away/", "/static/", "/sandbox", "/sign-", "/awards/issue", "/end-access")
# The values in a page's address, by their names in the route.
PATH_VALUES = {
    "store_id": "st_0000000",
    "delivery_id": "10",
    "award_id": "aw_0",
    "review_id": "rv_0",
    "replay_id": "1",
    "staff_id": "1",
    "programme_id": "woocommerce-2025",
}
REQUIRED_QUERIES = {"/admin/replays/new": "?state=dead"}  # without which a page is empty
# Beside each page as it opens: how staff filter the long lists.
FILTERED_PAGES = (
    "/admin/deliveries?state=dead",
    "/admin/deliveries?store=st_0000001",
    "/admin/deliveries?store=//7.exampl",
    "/admin/deliveries?since=2025-11-20&until=2025-11-21",
    "/admin/deliveries?search=address",
    "/admin/rejections?reason=signature",
    "/admin/stores?stage=held",
    "/admin/stores?condition=figures_stale",
    "/admin/stores?text=shop",
    "/admin/search?text=shop",
    "/admin/search?text=deadbeefdeadbeef",
    "/admin/awards?state=due",
    "/admin/audit?actor=ann@staff.example",
    "/admin/timeline?since=2025-12-04T10:00&until=2025-12-04T11:00",
    "/admin/timeline?store=st_0000001",
)


@dataclass(frozen=True)
class Cost:
    """The time of one page, in milliseconds, and how many queries it makes."""

    median: float
    p99: float
    queries: int


def measure(progress: Progress) -> Report:
    costs = {kind: [_costs(kind, size, progress) for size in (FEW, MANY)] for kind in DATABASES}
    tables = {
        kind: {page: _row(few[page], many[page]) for page in many} for kind, (few, many) in costs.items()
    }
    rows = [row for table in tables.values() for row in table.values()]
    deliveries, stores = MANY
    return Report(
        f"The console with {deliveries:,} deliveries and {stores:,} stores, beside {FEW[0]:,} and {FEW[1]:,}",
        {
            "slowest_page_median_ms": max(row["median_ms"] for row in rows),
            "most_queries_of_a_page": max(row["queries"] for row in rows),
            "pages_that_ask_more_with_many": sum(row["more_queries"] > 0 for row in rows),
        },
        tables=tables,
    )


def _row(few: Cost, many: Cost) -> dict[str, float]:
    return {
        "median_ms": many.median,
        "p99_ms": many.p99,
        "to_few": many.median / few.median,
        "queries": many.queries,
        "more_queries": many.queries - few.queries,
    }


def _costs(kind: str, size: tuple[int, int], progress: Progress) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory(prefix="bench") as folder, open_database(kind, folder) as url:
        container = build_container(make_settings(database_url=url), now=lambda: NOW)
        populate(container, *size, progress)
        console = Console(container)
        try:
            return {
                page: _cost(container, console, page)
                for page in progress.track(_pages(console), description=f"pages on {kind}")
            }
        finally:
            container.database.close()


def _pages(console: Console) -> list[str]:
    """Return every page of the console, from the app's own routes so that none is forgotten."""
    rules = [
        rule.rule
        for rule in console.client.application.url_map.iter_rules()
        if rule.rule.startswith("/admin") and "GET" in (rule.methods or ())
    ]
    pages = [re.sub(r"<(?:\w+:)?(\w+)>", lambda name: PATH_VALUES.get(name[1], "-"), rule) for rule in rules]
    pages = [page + REQUIRED_QUERIES.get(page, "") for page in pages]
    return [page for page in (*pages, *FILTERED_PAGES) if not any(part in page for part in LEFT_OUT)]


def _cost(container: Container, console: Console, page: str) -> Cost:
    with _recorded_statements(container) as statements:
        first = console.get(page)
    if first.status_code != 200:
        raise RuntimeError(f"{page} answered {first.status_code}")
    took = sorted(_milliseconds(console, page) for _ in range(ROUNDS))
    return Cost(statistics.median(took), took[int(len(took) * 0.99)], len(statements))


def _milliseconds(console: Console, page: str) -> float:
    began = time.perf_counter()
    console.get(page).get_data()
    return (time.perf_counter() - began) * 1000


@contextmanager
def _recorded_statements(container: Container) -> Iterator[list[str]]:
    statements: list[str] = []

    def record(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(container.database.engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(container.database.engine, "before_cursor_execute", record)
