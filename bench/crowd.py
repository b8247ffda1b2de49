"""A database of any size: copies of a store whose window is open and of one with an award due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from rich.progress import Progress
from sqlalchemy import Table, insert, select, text

from receiver.container import Container
from receiver.domain.deliveries import DeliveryFilters, DeliveryState
from receiver.domain.hourly_counts import HOUR, hour_of
from receiver.services.decisions.decide import decide_each
from receiver.services.deliveries.replay import start as replay
from receiver.storage import tables
from receiver.storage.migrate import migrate
from tests.db_factories import keep_account, keep_day, keep_link, keep_store
from tests.factories import FIRST
from tests.signals import body_of, signal

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)
DAYS = 30  # over which deliveries, spend and the acts of staff are spread
OPEN, DUE = "st_open", "st_due"  # the two that are copied
DUE_EVERY = 10  # each tenth store has an award due
BODY = body_of(signal(1))
BATCH_ROWS = 5_000
POLLS_OF_AN_ACCOUNT = 8
COUNTED = (("processed", ""), ("dead", ""), ("refused", "signature"), ("tiktok_call", "0"))
# Of a thousand deliveries, the last ones; the others are processed.
STATES = {999: "dead", 998: "dead", 997: "failed", 996: "received", 995: "ignored"}

Row = dict[str, Any]


def populate(container: Container, deliveries: int, stores: int, progress: Progress) -> None:
    """Fill an empty database with deliveries and stores, and with as many other rows as belong to them."""
    migrate(container.database)
    keep_pattern(container, OPEN, "7001", "10.00", date(2025, 11, 20))
    keep_pattern(container, DUE, "7002", "40.00", FIRST)
    decide_each(container.at(NOW), [OPEN, DUE])
    patterns = {store_id: _rows_of(container, store_id) for store_id in (OPEN, DUE)}
    many = {
        table: [
            _copy_row(table, row, number)
            for number in range(stores)
            for row in patterns[DUE if number % DUE_EVERY == 0 else OPEN].get(table, ())
        ]
        for table in {name: None for pattern in patterns.values() for name in pattern}
    }
    for table, rows in many.items():
        insert_all(container, table, iter(rows), len(rows), progress)
    insert_all(container, "deliveries", _deliveries(deliveries, stores), deliveries, progress)
    insert_all(container, "attempts", _attempts(deliveries), deliveries, progress)
    insert_all(container, "audit", _audit(stores), stores, progress)
    insert_all(container, "polls", _polls(stores), POLLS_OF_AN_ACCOUNT * stores, progress)
    insert_all(container, "hourly_counts", hourly_counts(), DAYS * 24 * len(COUNTED), progress)
    insert_all(container, "quarantine", _quarantine(stores), stores // 20, progress)
    insert_all(container, "rejections", _rejections(stores), DAYS * stores // 20, progress)
    replay(
        container.at(NOW),
        DeliveryFilters(state=DeliveryState.DEAD),
        actor="ann@staff.example",
        reason="The address was put right.",
    )
    if not container.database.is_sqlite:  # what PostgreSQL does by itself after a while
        with container.database.writing() as session:
            session.execute(text("ANALYZE"))


def keep_pattern(container: Container, store_id: str, account: str, a_day: str, begins: date) -> None:
    keep_store(container, store_id)
    keep_link(container, store_id, account)
    keep_account(container, account, next_poll_at=NOW + timedelta(hours=3), spend_read_at=NOW)
    days = min(DAYS, (NOW.date() - begins).days)
    for number in range(days):
        keep_day(container, a_day, begins + timedelta(days=number), account)
    with container.database.writing() as session:
        session.add(tables.WebhookEndpoint(id=store_id, store_id=store_id))
        review = {"message": "Why?", "asked_at": NOW, "state": "answered"}
        session.add(tables.Review(id=f"rv_{store_id}", store_id=store_id, **review))


def _rows_of(container: Container, store_id: str) -> dict[str, list[Row]]:
    """Return the rows of a store by table, in an order in which they can be inserted."""
    rows_by_table: dict[str, list[Row]] = {}
    with container.database.reading() as session:
        account = session.scalars(select(tables.Link.advertiser_id).filter_by(store_id=store_id)).one()
        for table in tables.Base.metadata.sorted_tables:
            if "advertiser_id" in table.c and "store_id" not in table.c:
                of_store = table.c.advertiser_id == account
            elif table.name == "stores" or "store_id" in table.c:
                of_store = table.c["id" if table.name == "stores" else "store_id"] == store_id
            else:
                continue
            rows = [dict(row) for row in session.execute(select(table).where(of_store)).mappings()]
            if rows:
                rows_by_table[table.name] = rows
    return rows_by_table


def _copy_row(table: str, row: Row, number: int) -> Row:
    """Return a copy of a row for store `number`; an id that counts up is left to the database."""
    store_id = f"st_{number:07}"
    changes: Row = {"store_id": store_id, "advertiser_id": f"8{number:07}", "merchant": f"m_{number}"}
    if table == "stores":
        changes |= {"id": store_id, "url": f"https://{number}.example/", "name": f"Shop {number}"}
        if number % 200 == 1:
            changes["stage"] = "held"
    elif isinstance(row.get("id"), str):
        changes["id"] = store_id if table == "hooks" else f"{row['id'][:2]}_{number}"
    copied = {name: changes.get(name, value) for name, value in row.items()}
    if isinstance(row.get("id"), int):
        del copied["id"]
    return copied


def _deliveries(count: int, stores: int) -> Iterator[Row]:
    digest = sha256(BODY).hexdigest()
    for number in range(1, count + 1):
        state = STATES.get(number % 1000, "processed")
        ended_at = None if state in ("failed", "received") else _moment(number, count)
        yield {
            "id": number,
            "identity": f"{number:064x}",
            "source": "woocommerce",
            "store_id": f"st_{number % stores:07}",
            "hook_id": f"st_{number % stores:07}",
            "topic": "action.wc_ad_credit_signal",
            "webhook_id": "136",
            "delivery_id": f"{number:x}",
            "headers": [["content-type", "application/json"], ["x-wc-webhook-id", "136"]],
            "body": BODY,
            "body_sha256": digest,
            "received_at": _moment(number, count),
            "duplicates": 0,
            "state": state,
            "tries": 0 if state == "received" else 1,
            "due_at": None if ended_at else NOW + timedelta(minutes=1),
            "ended_at": ended_at,
            "error": "the store named another address" if state in ("dead", "failed") else None,
        }


def _attempts(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        at = _moment(number, count)
        yield {"delivery_id": number, "at": at, "actor": "worker", "outcome": "processed"}


def _audit(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        store_id = f"st_{number - 1:07}"
        entry = {"actor": "ann@staff.example", "action": "store.added", "subject": store_id}
        yield {"at": _moment(number, count), "store_id": store_id, "detail": {"name": "Shop"}, **entry}


def _polls(stores: int) -> Iterator[Row]:
    count = POLLS_OF_AN_ACCOUNT * stores
    for number in range(1, count + 1):
        yield {"advertiser_id": f"8{number % stores:07}", "at": _moment(number, count)}


def hourly_counts() -> Iterator[Row]:
    for number in range(DAYS * 24):
        for kind, name in COUNTED:
            yield {"hour": hour_of(NOW) - number * HOUR, "kind": kind, "name": name, "count": 1_000 + number}


def _quarantine(stores: int) -> Iterator[Row]:
    for number in range(stores // 20):
        store_id = f"st_{number:07}"
        yield {
            "identity": f"{number:064x}",
            "store_id": store_id,
            "hook_id": store_id,
            "topic": "action.wc_ad_credit_signal",
            "headers": [],
            "body_encrypted": "",
            "body_sha256": "0" * 64,
            "bytes": len(BODY),
            "received_at": _moment(number, stores),
        }


def _rejections(stores: int) -> Iterator[Row]:
    for number in range(stores // 20):
        for days in range(DAYS):
            day = (NOW - timedelta(days=days)).date()
            yield {"store_id": f"st_{number:07}", "reason": "signature", "day": day, "count": 3}


def _moment(number: int, count: int) -> datetime:
    """Return the moment of row `number` of `count`, spread over DAYS; the last row is the newest."""
    return NOW - timedelta(days=DAYS) * (1 - number / count)


def insert_all(container: Container, table: str, rows: Iterator[Row], count: int, progress: Progress) -> None:
    target: Table = tables.Base.metadata.tables[table]
    task = progress.add_task(f"{count:,} {table.replace('_', ' ')}", total=count)
    while batch := list(islice(rows, BATCH_ROWS)):
        with container.database.writing() as session:
            session.execute(insert(target), batch)
        progress.advance(task, len(batch))
    progress.remove_task(task)
