"""The rate at which one worker empties the inbox and decides, with much and with little news."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from sqlalchemy import func, select

from bench.stores import LAST_DAY, add_store_that_spends, open_service_on
from receiver.container import Container
from receiver.storage import inbox
from receiver.storage.inbox import NewDelivery
from receiver.storage.tables import DecisionRow, Delivery
from receiver.worker.loop import TouchedStores, work_inbox
from tests.signals import body_of, link_signal, new_delivery, signal

INSERTED_AT_ONCE = 500  # a statement takes only so many values
STORES = 200  # in turns, as deliveries of many shops arrive


def drain(kind: str, deliveries: int) -> dict[str, float]:
    """Return what a delivery costs, how many are worked off a second, and how many changed a decision.

    Measured where each delivery is news, and where most repeat what is known (names with `mixed`).
    """
    return _measure(kind, deliveries, _news) | {
        name.replace(kind, f"{kind}_mixed", 1): figure
        for name, figure in _measure(kind, deliveries, _mixed).items()
    }


Traffic = Callable[[list[str], int], Iterable[NewDelivery]]


def _measure(kind: str, deliveries: int, traffic: Traffic) -> dict[str, float]:
    with open_service_on(kind) as container:
        stores = [add_store_that_spends(container, number) for number in range(STORES)]
        with container.database.writing() as session:
            backlog = list(traffic(stores, deliveries))
            for first in range(0, deliveries, INSERTED_AT_ONCE):
                inbox.keep(session, backlog[first : first + INSERTED_AT_ONCE])
        before, touched = _count(container, DecisionRow), TouchedStores()
        began, computed = time.perf_counter(), time.process_time()
        # As the worker's loop does with what arrived after it started.
        while work_inbox(container, touched=touched, newest_at_start=0):
            pass
        touched.decide(container)
        computed, took = time.process_time() - computed, time.perf_counter() - began
        assert _count(container, Delivery, Delivery.state == "processed") == deliveries
        decided = _count(container, DecisionRow) - before
    return {
        f"{kind}_cpu_ms_of_a_delivery_worked_off_and_decided": computed / deliveries * 1e3,
        f"{kind}_drained_a_second_by_one_worker": deliveries / took,
        f"{kind}_new_decisions_a_delivery": decided / deliveries,
    }


def _mixed(stores: list[str], deliveries: int) -> Iterator[NewDelivery]:
    """Yield states that repeat what is known; each tenth message of a store names another ad account."""
    for number, news in enumerate(_news(stores, deliveries)):
        store, turn = number % len(stores), number // len(stores)
        if turn % 10 == 9:
            yield news
            continue
        account = str((70_000 if turn // 10 % 2 == 0 else 80_000) + store)
        fields = {"integration": {"installed": True, "set_up": True}, "account": {"advertiser_id": account}}
        state = signal(turn + 1, "state", home_url=f"https://st-{store}.example/", **fields)
        yield new_delivery(stores[store], body_of(state), news.received_at)


def _news(stores: list[str], deliveries: int) -> Iterator[NewDelivery]:
    """Yield links to another ad account and back again, so that each delivery changes the decision."""
    for number in range(deliveries):
        store, turn = number % len(stores), number // len(stores)
        account = str((70_000 if turn % 2 else 80_000) + store)
        url = f"https://st-{store}.example/"
        received_at = LAST_DAY - timedelta(seconds=deliveries - number)
        yield new_delivery(stores[store], body_of(link_signal(turn + 1, account, home_url=url)), received_at)


def _count(container: Container, table: type[DecisionRow | Delivery], *which: object) -> int:
    with container.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0
