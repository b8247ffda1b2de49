"""What each page of the console costs with few and with many deliveries and stores: time and queries.

A page whose cost grows with the table shows in the ratio; so does one that asks once a row.
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

from bench.crowd import NOW, crowd
from bench.report import Report
from bench.serving import a_database
from receiver.container import Container, build_container
from tests.conftest import make_settings
from tests.staff import Console

DATABASES = ("sqlite", "postgresql")
FEW, MANY = (1_000, 20), (1_000_000, 20_000)  # deliveries and stores
ROUNDS = 40
# The last two lead to a list, or need a consent.
NO_PAGES = ("/turned-away/", "/static/", "/sandbox", "/sign-", "/awards/issue", "/end-access")
# What stands in an address, by its name in the route.
NAMES = {
    "store_id": "st_0000000",
    "delivery_id": "10",
    "award_id": "aw_0",
    "review_id": "rv_0",
    "replay_id": "1",
    "staff_id": "1",
    "programme_id": "woocommerce-2025",
}
NEEDS = {"/admin/replays/new": "?state=dead"}  # what a page says nothing without
# Beside each page as it opens: what staff ask of the long lists.
ASKED = (
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
    found = {kind: [_costs(kind, size, progress) for size in (FEW, MANY)] for kind in DATABASES}
    tables = {
        kind: {page: _row(few[page], many[page]) for page in many} for kind, (few, many) in found.items()
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
    with tempfile.TemporaryDirectory(prefix="bench") as folder, a_database(kind, folder) as url:
        container = build_container(make_settings(database_url=url), now=lambda: NOW)
        crowd(container, *size, progress)
        console = Console(container)
        try:
            return {
                page: _cost(container, console, page)
                for page in progress.track(_pages(console), description=f"pages on {kind}")
            }
        finally:
            container.database.close()


def _pages(console: Console) -> list[str]:
    """Every page there is, by the app's own routes, so that none is forgotten."""
    rules = [
        rule.rule
        for rule in console.client.application.url_map.iter_rules()
        if rule.rule.startswith("/admin") and "GET" in (rule.methods or ())
    ]
    pages = [re.sub(r"<(?:\w+:)?(\w+)>", lambda name: NAMES.get(name[1], "-"), rule) for rule in rules]
    pages = [page + NEEDS.get(page, "") for page in pages]
    return [page for page in (*pages, *ASKED) if not any(part in page for part in NO_PAGES)]


def _cost(container: Container, console: Console, page: str) -> Cost:
    with _counted(container) as asked:
        first = console.get(page)
    if first.status_code != 200:
        raise RuntimeError(f"{page} answered {first.status_code}")
    took = sorted(_milliseconds(console, page) for _ in range(ROUNDS))
    return Cost(statistics.median(took), took[int(len(took) * 0.99)], len(asked))


def _milliseconds(console: Console, page: str) -> float:
    began = time.perf_counter()
    console.get(page).get_data()
    return (time.perf_counter() - began) * 1000


@contextmanager
def _counted(container: Container) -> Iterator[list[str]]:
    asked: list[str] = []

    def one_more(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(container.database.engine, "before_cursor_execute", one_more)
    try:
        yield asked
    finally:
        event.remove(container.database.engine, "before_cursor_execute", one_more)
