"""Hostile stores beside an honest one: what they cost it and leave on the disk. For `make soak`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

from sqlalchemy import func, select

from receiver.container import Container
from receiver.services.deliveries.process import process_next
from receiver.storage import inbox
from receiver.storage.tables import Delivery, Link
from tests.crash_runner import ENDED, has_unfinished
from tests.processes import accepts_connections, run_process, wait_until, web, worker
from tests.raw_http import signed_headers
from tests.serving import HangingShop, served
from tests.signals import SECRET, add_shop, body_of, link_signal, new_delivery, signal

ANSWERED_WITHIN, PROCESSED_WITHIN = 2.0, 5.0  # seconds, of an honest store's delivery under any attack
GROWTH = 8 * 1024**2  # bytes a thousand calls may leave on the disk, the log beside SQLite's file included
SENDERS = 6  # of the hostile store
PAUSE = 0.2  # seconds between two deliveries of the honest one
LINKS_ASKED, BATCH = 50_000, 500
MEGABYTE = "x" * (1024**2 - 1000)


@dataclass(frozen=True)
class HostileStore:
    """A hostile store, the service's port, and the address of a shop that never answers."""

    store_id: str
    url: str
    port: int
    hanging: str


@dataclass(frozen=True)
class Attack:
    """A kind of attack: its name, and what is sent by a hostile store, or in its name, the n-th time."""

    name: str
    send: Callable[[HostileStore, int], object]


def _sender(body: Callable[[int, str], bytes], secret: str = SECRET) -> Callable[[HostileStore, int], object]:
    """Return a function that sends a delivery whose body follows from the number and the store's address."""
    return lambda hostile, number: _post(
        hostile.port, hostile.store_id, body(number, hostile.url), number, secret
    )


def _start_connecting(hostile: HostileStore, number: int) -> None:
    """Start to connect a shop that never answers, from one of seven addresses."""
    headers = {"X-Forwarded-For": f"203.0.113.{number % 7 + 1}", "Sec-Fetch-Site": "same-origin"}
    shop = quote(f"{hostile.hanging}/shop-{number}", safe="")
    _answer(hostile.port, "GET", f"/connect/go?shop={shop}", None, headers)


ATTACKS: Sequence[Attack] = (
    Attack("nobody else", _sender(lambda _, __: b"")),
    Attack("valid signals", _sender(lambda number, url: body_of(signal(number, home_url=url)))),
    Attack("links", _sender(lambda number, url: body_of(link_signal(number, f"7{number:08}", home_url=url)))),
    Attack("megabytes", _sender(lambda number, url: body_of(signal(number, home_url=url, note=MEGABYTE)))),
    Attack("one body", _sender(lambda _, url: body_of(signal(1, home_url=url)))),
    Attack("forged", _sender(lambda number, url: body_of(signal(number, home_url=url)), "another secret")),
    Attack("connects to a hanging shop", _start_connecting),
)
THREADS = 16  # of the web process
SETTINGS = {"WEB_THREADS": str(THREADS), "TRUSTED_PROXIES": "127.0.0.1", "ALLOW_LOOPBACK_STORES": "yes"}


@dataclass(frozen=True)
class AttackResult:
    """What an attack cost the honest store (seconds), and left on the disk (bytes for 1,000 calls)."""

    attack: str
    calls: int  # of the hostile store
    honest: int  # deliveries of the honest store that were answered 200
    refused: int  # and that were not
    worst_answer: float
    worst_processing: float
    growth: int

    @property
    def is_bounded(self) -> bool:
        in_time = self.worst_answer < ANSWERED_WITHIN and self.worst_processing < PROCESSED_WITHIN
        return bool(self.honest) and not self.refused and in_time and self.growth < GROWTH

    def __str__(self) -> str:
        return (
            f"{self.attack}: {self.calls:,} hostile calls; of {self.honest + self.refused} honest deliveries "
            f"{self.refused} refused, the slowest answered in {self.worst_answer:.2f} s and processed in "
            f"{self.worst_processing:.2f} s; {self.growth / 1024**2:.1f} MiB more for 1,000 calls"
        )


def attack_service(
    container: Container, port: int, seconds: float, progress: Callable[[], None] = lambda: None
) -> Iterator[AttackResult]:
    """Run each attack for so many seconds on the service; yield what each cost the honest store."""
    os.environ |= SETTINGS
    shop = HangingShop()
    with (
        served(shop) as hanging,
        run_process(container, web(port, THREADS)),
        run_process(container, worker()),
    ):
        wait_until(lambda: accepts_connections(port))
        for number, attack in enumerate(ATTACKS):
            yield _run_attack(container, port, hanging, attack, number, seconds)
            progress()
        shop.released.set()


def _run_attack(
    container: Container, port: int, hanging: str, attack: Attack, number: int, seconds: float
) -> AttackResult:
    urls = [f"https://{kind}{number}.example/" for kind in ("honest", "hostile")]
    honest, hostile = (add_shop(container, url=url).id for url in urls)
    numbers, stop, before = count(1), Event(), _bytes_on_disk(container)
    senders = [
        Thread(target=_attack, args=(HostileStore(hostile, urls[1], port, hanging), attack, numbers, stop))
        for _ in range(SENDERS if number else 0)
    ]
    for sender in senders:
        sender.start()
    durations, refused = _send_honestly(port, honest, urls[0], time.monotonic() + seconds)
    stop.set()
    for sender in senders:
        sender.join(60)
    wait_until(lambda: not has_unfinished(container))
    calls = next(numbers) - 1
    growth = max(0, _bytes_on_disk(container) - before) * 1_000 // max(calls, 1_000)
    return AttackResult(
        attack.name,
        calls,
        len(durations),
        refused,
        max(durations, default=0.0),
        _slowest(container, honest),
        growth,
    )


def _send_honestly(port: int, store_id: str, url: str, until: float) -> tuple[list[float], int]:
    """Send deliveries of the honest store; return the seconds of each 200, and the number of refusals."""
    durations, refused = [], 0
    for number in count(1):
        if time.monotonic() > until:
            break
        body, start = body_of(signal(number, home_url=url)), time.monotonic()
        if _post(port, store_id, body, number, SECRET) == 200:
            durations.append(time.monotonic() - start)
        else:
            refused += 1
        time.sleep(PAUSE)
    return durations, refused


def _attack(hostile: HostileStore, attack: Attack, numbers: Iterator[int], stop: Event) -> None:
    while not stop.is_set():
        attack.send(hostile, next(numbers))


def _post(port: int, store_id: str, body: bytes, number: int, secret: str) -> int:
    headers = dict(signed_headers(body, secret, x_wc_webhook_delivery_id=f"{number:032x}"))
    return _answer(port, "POST", f"/webhooks/woocommerce/{store_id}", body, headers)


def _answer(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> int:
    """Send a request; return the status, 0 where no answer came."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def _slowest(container: Container, store_id: str) -> float:
    """Return the most seconds from arrival to end of a delivery of a store; infinity if one has not ended."""
    with container.database.reading() as session:
        rows = session.execute(
            select(Delivery.received_at, Delivery.ended_at).where(Delivery.store_id == store_id)
        ).all()
    return max(
        (
            (ended_at - received_at).total_seconds() if ended_at else float("inf")
            for received_at, ended_at in rows
        ),
        default=float("inf"),
    )


def _bytes_on_disk(container: Container) -> int:
    if container.database.is_sqlite:
        file = str(container.database.url.database)
        return sum(path.stat().st_size for path in map(Path, (file, f"{file}-wal")) if path.exists())
    with container.database.reading() as session:
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0


@dataclass(frozen=True)
class LinkFloodResult:
    """How the worker coped after one store asked for LINKS_ASKED links."""

    a_second: float
    links: int
    honest_batches: int  # until the other store's deliveries had ended

    @property
    def is_bounded(self) -> bool:
        return self.links <= 20 and self.honest_batches <= 3

    def __str__(self) -> str:
        return (
            f"{LINKS_ASKED:,} links asked for: {self.a_second:,.0f} deliveries a second, {self.links} links "
            f"kept, the other store's done after {self.honest_batches} batches"
        )


def flood_links(container: Container, progress: Callable[[int], None] = lambda _: None) -> LinkFloodResult:
    """Queue LINKS_ASKED link signals of one store, then a few of another, and process them all."""
    urls = ("https://asks.example/", "https://waits.example/")
    flooding, honest = (add_shop(container, url=url).id for url in urls)
    for first in range(1, LINKS_ASKED + 1, BATCH):
        bodies = [
            body_of(link_signal(number, f"7{number:08}", home_url=urls[0]))
            for number in range(first, first + BATCH)
        ]
        _keep(container, flooding, bodies)
    _keep(container, honest, [body_of(signal(number, home_url=urls[1])) for number in range(1, 51)])
    start, processed, batches, honest_batches = time.monotonic(), 0, 0, 0
    while outcomes := process_next(container, limit=100):
        processed, batches = processed + len(outcomes), batches + 1
        honest_batches = honest_batches or (batches if _is_done(container, honest) else 0)
        progress(len(outcomes))
    with container.database.reading() as session:
        links = session.scalar(select(func.count()).where(Link.store_id == flooding)) or 0
    return LinkFloodResult(processed / (time.monotonic() - start), links, honest_batches)


def _keep(container: Container, store_id: str, bodies: Sequence[bytes]) -> None:
    with container.database.writing() as session:
        inbox.keep(session, [new_delivery(store_id, body, container.now()) for body in bodies])


def _is_done(container: Container, store_id: str) -> bool:
    with container.database.reading() as session:
        query = select(Delivery.id).where(Delivery.store_id == store_id, Delivery.state.not_in(ENDED))
        return session.scalar(query.limit(1)) is None
