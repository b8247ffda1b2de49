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
from receiver.services.decisions.decide import decide_each
from receiver.storage.migrate import migrate
from receiver.storage.spend import replace_days
from receiver.storage.tables import SpendDay
from receiver.wiring import Wiring, wire
from tests.conftest import make_settings
from tests.factories import FIRST, LAST, LINKED, days_of
from tests.rows import keep_account, keep_link, keep_store

STORES = (50, 100, 200, 400, 800)
LAST_DAY = datetime(2025, 12, 1, 12, tzinfo=UTC)  # of the window: thirty days of spend, nothing decided yet


def measure(progress: Progress) -> Report:
    seconds = {}
    with _service() as wired:
        there: list[str] = []
        for count in progress.track(STORES, description="rounds by number of stores"):
            there += [_add_store(wired, number) for number in range(len(there), count)]
            seconds[count] = quickest(_round(wired, there), rounds=2)
        waited = quickest(_round(wired, there), time.perf_counter, rounds=1)
    figures = {f"stores_decided_a_second_of_{len(there)}_the_disk_included": len(there) / waited}
    return Report("Rounds of decisions on SQLite", figures, (Growth("one round", "stores", seconds),))


def _round(wired: Wiring, stores: list[str]) -> Callable[[], int]:
    """What the worker does every hour: each store is decided anew, and the same answer is not kept twice."""
    return lambda: decide_each(wired.database, LAST_DAY, stores)


@contextmanager
def _service() -> Iterator[Wiring]:
    with tempfile.TemporaryDirectory() as folder:
        wired = wire(make_settings(database_url=f"sqlite:///{folder}/receiver.db"), now=lambda: LAST_DAY)
        migrate(wired.database)
        yield wired
        wired.database.close()


def _add_store(wired: Wiring, number: int) -> str:
    store, account = f"st_{number}", str(7000 + number)
    keep_store(wired, store)
    keep_link(wired, store, account)
    keep_account(wired, account, business_center=str(6000 + number))
    with wired.database.writing() as session:
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
