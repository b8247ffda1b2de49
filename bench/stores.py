"""What a round of deciding for every store costs as they grow in number: read, decided, kept, on SQLite."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

from rich.progress import Progress

from bench.growth import Growth, quickest
from bench.report import Report
from receiver.container import Container, build_container
from receiver.services.decisions.decide import decide_each
from receiver.storage.migrate import migrate
from receiver.storage.spend import replace_days
from receiver.storage.tables import SpendDay
from tests.conftest import make_settings
from tests.db_factories import keep_account, keep_link, keep_store
from tests.factories import FIRST, LAST, LINKED, days_of

STORES = (50, 100, 200, 400, 800)
LAST_DAY = datetime(2025, 12, 1, 12, tzinfo=UTC)  # of the window: thirty days of spend, nothing decided yet


def measure(progress: Progress) -> Report:
    seconds = {}
    with _service() as container:
        there: list[str] = []
        for count in progress.track(STORES, description="rounds by number of stores"):
            there += [_add_store(container, number) for number in range(len(there), count)]
            seconds[count] = quickest(_round(container, there), rounds=2)
        waited = quickest(_round(container, there), time.perf_counter, rounds=1)
    figures = {f"stores_decided_a_second_of_{len(there)}_the_disk_included": len(there) / waited}
    return Report("Rounds of decisions on SQLite", figures, (Growth("one round", "stores", seconds),))


def _round(container: Container, stores: list[str]) -> Callable[[], int]:
    """What the worker does every hour: each store is decided anew, and the same answer is not kept twice."""
    return lambda: decide_each(container.database, LAST_DAY, stores)


@contextmanager
def _service() -> Iterator[Container]:
    with tempfile.TemporaryDirectory() as folder:
        container = build_container(
            make_settings(database_url=f"sqlite:///{folder}/receiver.db"), now=lambda: LAST_DAY
        )
        migrate(container.database)
        yield container
        container.database.close()


def _add_store(container: Container, number: int) -> str:
    store, account = f"st_{number}", str(7000 + number)
    keep_store(container, store)
    keep_link(container, store, account)
    keep_account(container, account, business_center=str(6000 + number))
    with container.database.writing() as session:
        rows = [
            SpendDay(
                advertiser_id=account,
                date=day.date,
                read_at=LINKED,
                spend=day.spend,
                billed_cost=day.billed_cost,
                cash_spend=day.cash_spend,
                voucher_spend=Decimal(0),
            )
            for day in days_of("10.00", 30)
        ]
        replace_days(session, account, FIRST, LAST, rows)
    return store
