"""A PostgreSQL database of any size, filled by statements of its own, ten million rows in minutes.

Two stores are made by the service and multiplied in the database. Indexes are built afterwards, so they are
as dense as they ever get.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.progress import Progress
from sqlalchemy import Connection, Engine, Table, text

from bench.crowd import DUE, FIRST, NOW, OPEN, hourly_counts, insert_all, keep_pattern
from receiver.container import Container
from receiver.services.connections.check import TOPICS
from receiver.services.decisions.decide import decide_each
from receiver.storage import tables
from receiver.storage.migrate import migrate

DELIVERIES_OF_A_STORE = 100  # in thirty days
DECISIONS_OF_A_STORE = 10
POLLS_OF_AN_ACCOUNT = 45  # in fourteen days: 3.2 a day (docs/performance.md)
QUARANTINED = 2_000  # at most (receiver/domain/limits.py)
BATCH_ROWS = 100_000  # of a statement, about
DISCONNECTED = "n % 20 = 7"  # these stores disconnected

DIGEST = "encode(sha256(n::text::bytea), 'hex')"
STORE = "'st_' || md5(n::text)"
ACCOUNT = "(7300000000000000000 + n)::text"
OWN_ID = "left(p.{name}, 3) || md5(n::text || p.{name})"
NOW_SQL = f"'{NOW.isoformat()}'::timestamptz"
# What differs from store to store, by table and column; the rest is as the service made it.
CHANGES = {
    "*": {
        "store_id": STORE,
        "advertiser_id": ACCOUNT,
        "merchant": "'m_' || left(md5(n::text), 16)",
        "business_center": "(7200000000000000000 + n)::text",
        "tiktok_user_hash": DIGEST,
        "hook_id": OWN_ID.format(name="hook_id"),
        "id": OWN_ID.format(name="id"),
    },
    "stores": {
        "id": STORE,
        "url": "'https://shop-' || n || '.example/'",
        "host": "'shop-' || n || '.example'",
        "name": "'Shop ' || n",
        "status_token_hash": DIGEST,
        "stage": "CASE WHEN n % 200 = 1 THEN 'held' ELSE p.stage END",
        "created_at": f"{NOW_SQL} - n * (interval '30 days' / :stores)",
        "decided_at": f"{NOW_SQL} - n % 3600 * interval '1 second'",
        "disconnected_at": f"CASE WHEN {DISCONNECTED} THEN {NOW_SQL} - interval '5 days' END",
    },
    "accounts": {
        "name": "'Account ' || n",
        "name_key": "'account ' || n",
        "next_poll_at": f"{NOW_SQL} + (1 + n % 480) * interval '1 minute'",
    },
    "bridges": {"next_check_at": f"{NOW_SQL} + (1 + n % 240) * interval '1 minute'"},
    "subscriptions": {"subscription_id": "'sub_' || n || p.entity"},
    "decisions": {"decided_at": f"{NOW_SQL} - d * interval '1 day'"},
    "store_troubles": {"id": "p.id"},
    "store_notices": {"id": "p.id"},
}
CONDITIONS = {"reviews": "n % 50 = 0", "bridges": f"NOT ({DISCONNECTED})"}  # which stores have one

MOMENT = f"{NOW_SQL} - interval '30 days' * (1 - n / :deliveries ::double precision)"
SENDER = "'st_' || md5((1 + n % :stores)::text)"
# Of a thousand deliveries, the last ones; the others are processed.
STATE = """CASE n % 1000 WHEN 999 THEN 'dead' WHEN 998 THEN 'dead' WHEN 997 THEN 'failed'
    WHEN 996 THEN 'received' WHEN 995 THEN 'ignored' ELSE 'processed' END"""
WAITS = "n % 1000 IN (996, 997)"
HEADERS = (
    '[["content-type", "application/json"], ["user-agent", "WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)"], '
    '["x-wc-webhook-source", "https://shop.example/"], ["x-wc-webhook-topic", "action.wc_ad_credit_signal"], '
    '["x-wc-webhook-resource", "action"], ["x-wc-webhook-event", "wc_ad_credit_signal"], '
    '["x-wc-webhook-id", "136"], ["x-wc-webhook-delivery-id", "d24874523d0e5885039d59d9d2576c6c"]]'
)
SERIES = "generate_series(CAST(:first AS bigint), :last) n"


@dataclass(frozen=True)
class Rows:
    """Rows that a statement adds for each number from 1 to `count`; `each`: how many."""

    table: str
    statement: str
    count: int
    each: int = 1


def fill(container: Container, stores: int, body: bytes, progress: Progress) -> None:
    """Fill an empty database with stores and a month of their deliveries, spend and history."""
    migrate(container.database)
    _keep_patterns(container)
    deliveries = stores * DELIVERIES_OF_A_STORE
    engine = container.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, _without_indexes(connection, progress):
        for rows in (*_copies(connection, stores), *_inbox(deliveries), *_history(stores)):
            _insert(connection, rows, {"stores": stores, "deliveries": deliveries, "body": body}, progress)
    insert_all(container, "hourly_counts", hourly_counts(), 24 * 30 * 4, progress)
    with engine.connect() as connection:
        _settle(connection)


def _keep_patterns(container: Container) -> None:
    keep_pattern(container, OPEN, "7001", "10.00", date(2025, 11, 20))
    keep_pattern(container, DUE, "7002", "40.00", FIRST)
    for store_id, account in ((OPEN, "7001"), (DUE, "7002")):
        with container.database.writing() as session:
            session.add(
                tables.Connection(
                    store_id=store_id,
                    rest_base="https://shop.example/",
                    keys_encrypted=container.cipher.encrypt("ck_" + "0" * 40 + ":cs_" + "0" * 40),
                    connected_at=NOW - timedelta(days=30),
                    next_check_at=NOW + timedelta(hours=1),
                )
            )
            for topic in TOPICS:
                hook_id = f"hk_{store_id}_{topic}"
                session.add(tables.WebhookEndpoint(id=hook_id, store_id=store_id, topic=topic))
                session.flush()
                secret = container.cipher.encrypt("s" * 40)
                session.add(tables.WebhookSecret(hook_id=hook_id, secret_encrypted=secret, created_at=NOW))
            for entity in ("REPORT_DATA_CHANGE", "AD_ACCOUNT_SUSPENSION"):
                subscription = {"advertiser_id": account, "subscription_id": f"{account}{entity}"}
                session.add(tables.Subscription(entity=entity, **subscription))
    decide_each(container.at(NOW), [OPEN, DUE])


def _copies(connection: Connection, stores: int) -> Iterator[Rows]:
    """Yield for each table that has rows of the two stores the statement that multiplies them."""
    for table in tables.Base.metadata.sorted_tables:
        owner = _owner(table)
        marks = [f"'{_mark(table, store_id)}'" for store_id in (OPEN, DUE)]
        count = f"SELECT count(*) FROM {table.name} p WHERE {owner} IN ({', '.join(marks)})"
        rows = owner and connection.scalar(text(count))
        if rows:
            yield _copy(table, owner, marks, stores, each=math.ceil(rows / 2))


def _copy(table: Table, owner: str | None, marks: list[str], stores: int, each: int) -> Rows:
    columns, source = _columns(table), f"{SERIES} JOIN {table.name} p"
    if table.name == "decisions":
        each *= DECISIONS_OF_A_STORE
        source = f"generate_series(1, {DECISIONS_OF_A_STORE}) d CROSS JOIN {source}"
    statement = f"""
        INSERT INTO {table.name} ({", ".join(columns)}) SELECT {", ".join(columns.values())}
        FROM {source} ON {owner} = CASE WHEN n % 10 = 0 THEN {marks[1]} ELSE {marks[0]} END
        WHERE {CONDITIONS.get(table.name, "true")}
    """
    return Rows(table.name, statement, stores, each)


def _owner(table: Table) -> str | None:
    """Return the SQL of a row's owner, None where it has none; hook_secrets have their hook's store."""
    if table.name == "stores":
        return "p.id"
    if table.name == "hook_secrets":
        return "(SELECT h.store_id FROM hooks h WHERE h.id = p.hook_id)"
    return next((f"p.{name}" for name in ("store_id", "advertiser_id") if name in table.c), None)


def _mark(table: Table, store_id: str) -> str:
    is_account = table.name not in ("stores", "hook_secrets") and "store_id" not in table.c
    return {OPEN: "7001", DUE: "7002"}[store_id] if is_account else store_id


def _columns(table: Table) -> dict[str, str]:
    """Return what is selected for each column; one that counts up is left to the database."""
    changes = {**CHANGES["*"], **CHANGES.get(table.name, {})}
    serial = {column.name for column in table.c if column.autoincrement is True}
    return {
        column.name: changes.get(column.key, f"p.{column.name}")
        for column in table.c
        if column.name not in serial
    }


def _inbox(deliveries: int) -> tuple[Rows, ...]:
    columns = {
        "id": "n",
        "identity": DIGEST,
        "source": "'woocommerce'",
        "store_id": SENDER,
        "hook_id": "'hk_' || left(md5(n::text) || md5(n::text), 40)",
        "topic": "'action.wc_ad_credit_signal'",
        "webhook_id": "'136'",
        "delivery_id": "md5(n::text)",
        "headers": f"'{HEADERS}'",
        "body": ":body",
        "body_sha256": DIGEST,
        "body_bytes": "length(:body)",
        "received_at": MOMENT,
        "duplicates": "0",
        "state": STATE,
        "tries": "CASE n % 1000 WHEN 996 THEN 0 ELSE 1 END",
        "due_at": f"CASE WHEN {WAITS} THEN {NOW_SQL} + interval '1 minute' END",
        "ended_at": f"CASE WHEN NOT ({WAITS}) THEN {MOMENT} END",
        "reason": "CASE WHEN n % 1000 >= 998 THEN 'elsewhere' END",
        "error": "CASE WHEN n % 1000 >= 997 THEN 'the store named another address' END",
        "request_id": "left(md5(n::text), 32)",
    }
    attempts = {"delivery_id": "n", "at": MOMENT, "actor": "'worker'", "outcome": STATE}
    signals = {
        "store_id": SENDER,
        "install_id": "md5((1 + n % :stores)::text)::uuid::text",
        "seq": "1 + n / :stores",
        "event": "'state'",
        "at": MOMENT,
        "delivery_id": "n",
    }
    rows = {"deliveries": columns, "attempts": attempts, "signals": signals}
    return tuple(Rows(table, _insert_of(table, values), deliveries) for table, values in rows.items())


def _history(stores: int) -> tuple[Rows, ...]:
    """Return the rows beside the inbox: polls, days, audit, troubles; one store in twenty is refused."""
    few, day = max(stores // 20, 1), f"({NOW_SQL})::date - d"
    polls = {
        "advertiser_id": ACCOUNT,
        "at": f"{NOW_SQL} - d * interval '14 days' / {POLLS_OF_AN_ACCOUNT}",
    }
    days = {"store_id": STORE, "day": day, "deliveries": "3", "body_bytes": "1500", "signals": "3"}
    none_over = dict.fromkeys(("shortened", "merged", "passed_over"), "0")
    audit = {
        "at": f"{NOW_SQL} - n % 43200 * interval '1 minute'",
        "actor": "'ann@staff.example'",
        "action": "'store.added'",
        "subject": STORE,
        "store_id": STORE,
        "detail": """'{"name": "Shop"}'""",
    }
    troubles = {"store_id": STORE, "id": "'figures_stale'", "who": "'service'", "since": NOW_SQL}
    rejections = {"store_id": STORE, "reason": "'signature'", "day": day, "count": "3"}
    quarantine = {
        "identity": DIGEST,
        "store_id": STORE,
        "hook_id": STORE,
        "headers": "'[]'",
        "body_sealed": "''",
        "body_sha256": DIGEST,
        "bytes": "500",
        "received_at": f"{NOW_SQL} - n % 300 * interval '1 hour'",
    }
    return (
        _repeated("polls", polls, stores, POLLS_OF_AN_ACCOUNT),
        _repeated("store_days", {**days, **none_over}, stores, 30),
        _repeated("audit", audit, stores, 3),
        Rows("store_troubles", _insert_of("store_troubles", troubles), few),
        _repeated("rejections", rejections, few, 30),
        Rows("quarantine", _insert_of("quarantine", quarantine), min(few, QUARANTINED)),
    )


def _insert_of(table: str, values: Mapping[str, str], source: str = "") -> str:
    names, expressions = ", ".join(values), ", ".join(values.values())
    return f"INSERT INTO {table} ({names}) SELECT {expressions} FROM {SERIES} {source}"


def _repeated(table: str, values: Mapping[str, str], count: int, each: int) -> Rows:
    """Return `each` rows for each number, which `d` numbers."""
    return Rows(table, _insert_of(table, values, f"CROSS JOIN generate_series(0, {each - 1}) d"), count, each)


def _insert(connection: Connection, rows: Rows, parameters: dict[str, Any], progress: Progress) -> None:
    step = max(BATCH_ROWS // rows.each, 1)
    task = progress.add_task(f"{rows.count * rows.each:,} {rows.table.replace('_', ' ')}", total=rows.count)
    used = {name: value for name, value in parameters.items() if f":{name}" in rows.statement}
    for first in range(1, rows.count + 1, step):
        last = min(first + step - 1, rows.count)
        connection.execute(text(rows.statement), {**used, "first": first, "last": last})
        progress.advance(task, last - first + 1)
    progress.remove_task(task)


# -- Indexes --------------------------------------------------------------------------------------

CONSTRAINTS = text("""
    SELECT c.conrelid::regclass::text AS table, c.conname AS name, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint c WHERE c.contype IN ('p', 'u') AND c.connamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)
""")
INDEXES = text("""
    SELECT i.indexname AS name, i.indexdef AS definition FROM pg_indexes i WHERE i.schemaname = 'public'
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)
""")


@contextmanager
def _without_indexes(connection: Connection, progress: Progress) -> Iterator[None]:
    """Drop all indexes and checks of foreign keys; build the indexes again once the rows are there."""
    indexes, constraints = connection.execute(INDEXES).all(), connection.execute(CONSTRAINTS).all()
    for name, _ in indexes:
        connection.execute(text(f'DROP INDEX "{name}"'))
    for table, name, _ in constraints:
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    connection.execute(text("SET session_replication_role = replica"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SET maintenance_work_mem = '512MB'"))
    connection.connection.driver_connection.within = None  # the driver's own time-out
    yield
    definitions = [
        *(definition for _, definition in indexes),
        *(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rest}' for table, name, rest in constraints),
    ]
    for definition in progress.track(definitions, description="indexes"):
        connection.exec_driver_sql(definition)


def _settle(connection: Connection) -> None:
    """Set the sequence, then vacuum and checkpoint as PostgreSQL does by itself after a while."""
    connection.connection.driver_connection.within = None
    connection.execute(text("SET statement_timeout = 0"))
    highest = "SELECT setval(pg_get_serial_sequence('deliveries', 'id'), (SELECT max(id) FROM deliveries))"
    connection.execute(text(highest))
    connection.execute(text("VACUUM (ANALYZE)"))
    connection.execute(text("CHECKPOINT"))


def set_durable(engine: Engine, durable: bool) -> None:
    """Set whether a commit waits for the disk, which it need not while filling."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"ALTER SYSTEM SET fsync = {'on' if durable else 'off'}"))
        connection.execute(text("ALTER SYSTEM SET max_wal_size = '4GB'"))
        connection.execute(text("SELECT pg_reload_conf()"))
