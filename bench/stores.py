"""The cost of a round of decisions as stores grow in number (reading, deciding, storing), on SQLite."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from rich.progress import Progress
from sqlalchemy import delete, update

from bench.decisions import build_case
from bench.growth import Growth, quickest
from bench.report import Report
from bench.serving import open_database
from receiver.container import Container, build_container
from receiver.domain.decision import decide
from receiver.services.decisions.decide import BATCH, decide_each
from receiver.storage.migrate import migrate
from receiver.storage.spend import replace_days
from receiver.storage.tables import DecisionRow, SpendDay, StoreNotice, StoreTroubleRow
from tests.conftest import make_settings
from tests.db_factories import keep_account, keep_link, keep_store
from tests.factories import FIRST, LAST, LINKED, days_of

STORES = (50, 100, 200, 400, 800)
ROUNDS = 3  # of each kind of decision
LAST_DAY = datetime(2025, 12, 1, 12, tzinfo=UTC)  # of the window: thirty days of spend, nothing decided yet


def measure(progress: Progress) -> Report:
    seconds = {}
    with open_service_on("sqlite") as container:
        store_ids: list[str] = []
        for size in progress.track(STORES, description="rounds by number of stores"):
            store_ids += [add_store_that_spends(container, number) for number in range(len(store_ids), size)]
            seconds[size] = quickest(_round(container, store_ids), rounds=2)
        waited = quickest(_round(container, store_ids), time.perf_counter, rounds=1)
        longest = quickest(_round(container, store_ids[:BATCH]), time.perf_counter, rounds=5)
        kinds = _cost_by_kind(container, store_ids)
    each, alone = seconds[len(store_ids)] / len(store_ids), quickest(partial(decide, *build_case(30)))
    figures = {
        "cpu_ms_of_a_store": each * 1e3,
        "cpu_of_a_store_to_that_of_its_decision_alone": each / alone,
        f"stores_decided_a_second_of_{len(store_ids)}_the_disk_included": len(store_ids) / waited,
        f"ms_of_a_transaction_of_{BATCH}_stores": longest * 1e3,
        **kinds,
    }
    return Report("Rounds of decisions on SQLite", figures, (Growth("one round", "stores", seconds),))


def _round(container: Container, stores: list[str]) -> Callable[[], int]:
    """Return the worker's hourly round: each store is decided again; an unchanged decision is not stored."""
    return lambda: decide_each(container.at(LAST_DAY), stores)


def _cost_by_kind(container: Container, stores: list[str]) -> dict[str, float]:
    """Measure what a first, a changed and an unchanged decision cost, in milliseconds a store."""
    minutes = count(1)

    def decide_all() -> None:
        decide_each(container.at(LAST_DAY + timedelta(minutes=next(minutes))), stores)

    def cost(prepare: Callable[[], object]) -> float:
        seconds = []
        for _ in range(ROUNDS):
            prepare()
            began = time.process_time()
            decide_all()
            seconds.append(time.process_time() - began)
        return min(seconds) / len(stores) * 1e3

    return {
        "cpu_ms_of_a_first_decision": cost(partial(_forget_decisions, container)),
        "cpu_ms_of_a_changed_decision": cost(partial(_spend_more, container, minutes)),
        "cpu_ms_of_an_unchanged_store": cost(decide_all),
    }


def _forget_decisions(container: Container) -> None:
    with container.database.writing() as session:
        for kind in (DecisionRow, StoreTroubleRow, StoreNotice):
            session.execute(delete(kind))


def _spend_more(container: Container, amounts: Iterator[int]) -> None:
    """Change the spend of every store on one date."""
    amount = Decimal(10 + next(amounts))
    more = {"spend": amount, "billed_cost": amount, "cash_spend": amount}
    with container.database.writing() as session:
        session.execute(update(SpendDay).where(SpendDay.date == FIRST).values(more))


@contextmanager
def open_service_on(kind: str) -> Iterator[Container]:
    """Yield a service on an empty database of a kind, at LAST_DAY."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder, open_database(kind, folder) as url:
        container = build_container(make_settings(database_url=url), now=lambda: LAST_DAY)
        migrate(container.database)
        yield container
        container.database.close()


def add_store_that_spends(container: Container, number: int) -> str:
    """Add a store that is linked to an ad account of its own, with thirty days of spend; return its id."""
    store, account = f"st_{number}", str(70_000 + number)
    keep_store(container, store)
    keep_link(container, store, account)
    keep_account(container, account, business_center=str(60_000 + number))
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
