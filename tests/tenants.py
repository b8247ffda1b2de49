"""Hostile tenants beside an honest one: what they cost it and leave on the disk. For `make soak`."""

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
from tests.crash_runner import ENDED, waits
from tests.processes import answers, running, wait_until, web, worker
from tests.raw_http import signed_headers
from tests.serving import HangingShop, served
from tests.signals import SECRET, add_shop, body_of, linked, new_delivery, signal

ANSWERED_WITHIN, PROCESSED_WITHIN = 2.0, 5.0  # seconds, of an honest store's delivery under any attack
GROWTH = 8 * 1024**2  # bytes a thousand calls may leave on the disk, the log beside SQLite's file included
SENDERS = 6  # of the hostile store
PAUSE = 0.2  # seconds between two deliveries of the honest one
LINKS_ASKED, BATCH = 50_000, 500
MEGABYTE = "x" * (1024**2 - 1000)


@dataclass(frozen=True)
class Hostile:
    """A store that means harm, the service's port, and the address of a shop that never answers."""

    store_id: str
    url: str
    port: int
    hanging: str


@dataclass(frozen=True)
class Attack:
    """What is sent by a hostile store, or in its name, the n-th time."""

    name: str
    send: Callable[[Hostile, int], object]


def _sends(body: Callable[[int, str], bytes], secret: str = SECRET) -> Callable[[Hostile, int], object]:
    """A delivery whose body follows from the number and the store's own address."""
    return lambda hostile, number: _post(
        hostile.port, hostile.store_id, body(number, hostile.url), number, secret
    )


def _connects(hostile: Hostile, number: int) -> None:
    """Begin to connect a shop that never answers, from seven addresses."""
    headers = {"X-Forwarded-For": f"203.0.113.{number % 7 + 1}", "Sec-Fetch-Site": "same-origin"}
    shop = quote(f"{hostile.hanging}/shop-{number}", safe="")
    _answer(hostile.port, "GET", f"/connect/go?shop={shop}", None, headers)


ATTACKS: Sequence[Attack] = (
    Attack("nobody else", _sends(lambda _, __: b"")),
    Attack("valid signals", _sends(lambda number, url: body_of(signal(number, home_url=url)))),
    Attack("links", _sends(lambda number, url: body_of(linked(number, f"7{number:08}", home_url=url)))),
    Attack("megabytes", _sends(lambda number, url: body_of(signal(number, home_url=url, note=MEGABYTE)))),
    Attack("one body", _sends(lambda _, url: body_of(signal(1, home_url=url)))),
    Attack("forged", _sends(lambda number, url: body_of(signal(number, home_url=url)), "another secret")),
    Attack("connects to a hanging shop", _connects),
)
THREADS = 16  # of the web process
SETTINGS = {"WEB_THREADS": str(THREADS), "TRUSTED_PROXIES": "127.0.0.1", "ALLOW_LOOPBACK_STORES": "yes"}


@dataclass(frozen=True)
class Suffered:
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


def suffer(
    container: Container, port: int, seconds: float, progress: Callable[[], None] = lambda: None
) -> Iterator[Suffered]:
    """Each attack for so many seconds, on a service that runs as an operator runs it."""
    os.environ |= SETTINGS
    shop = HangingShop()
    with served(shop) as hanging, running(container, web(port, THREADS)), running(container, worker()):
        wait_until(lambda: answers(port))
        for number, attack in enumerate(ATTACKS):
            yield _suffer(container, port, hanging, attack, number, seconds)
            progress()
        shop.go_on.set()


def _suffer(
    container: Container, port: int, hanging: str, attack: Attack, number: int, seconds: float
) -> Suffered:
    urls = [f"https://{kind}{number}.example/" for kind in ("honest", "hostile")]
    honest, hostile = (add_shop(container, url=url).id for url in urls)
    numbers, stopping, before = count(1), Event(), _on_disk(container)
    senders = [
        Thread(target=_attack, args=(Hostile(hostile, urls[1], port, hanging), attack, numbers, stopping))
        for _ in range(SENDERS if number else 0)
    ]
    for sender in senders:
        sender.start()
    took, refused = _send_honestly(port, honest, urls[0], time.monotonic() + seconds)
    stopping.set()
    for sender in senders:
        sender.join(60)
    wait_until(lambda: not waits(container))
    calls = next(numbers) - 1
    growth = max(0, _on_disk(container) - before) * 1_000 // max(calls, 1_000)
    return Suffered(
        attack.name, calls, len(took), refused, max(took, default=0.0), _slowest(container, honest), growth
    )


def _send_honestly(port: int, store_id: str, url: str, until: float) -> tuple[list[float], int]:
    """How long each answer of 200 took, and how many others came."""
    took, refused = [], 0
    for number in count(1):
        if time.monotonic() > until:
            break
        body, began = body_of(signal(number, home_url=url)), time.monotonic()
        if _post(port, store_id, body, number, SECRET) == 200:
            took.append(time.monotonic() - began)
        else:
            refused += 1
        time.sleep(PAUSE)
    return took, refused


def _attack(hostile: Hostile, attack: Attack, numbers: Iterator[int], stopping: Event) -> None:
    while not stopping.is_set():
        attack.send(hostile, next(numbers))


def _post(port: int, store_id: str, body: bytes, number: int, secret: str) -> int:
    headers = dict(signed_headers(body, secret, x_wc_webhook_delivery_id=f"{number:032x}"))
    return _answer(port, "POST", f"/webhooks/woocommerce/{store_id}", body, headers)


def _answer(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> int:
    """The status; 0 where none came."""
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
    """Seconds from a delivery's arrival to its end; without an end, none is long enough."""
    with container.database.reading() as session:
        rows = session.execute(
            select(Delivery.received_at, Delivery.ended_at).where(Delivery.store_id == store_id)
        ).all()
    return max(
        ((ended - received).total_seconds() if ended else float("inf") for received, ended in rows),
        default=float("inf"),
    )


def _on_disk(container: Container) -> int:
    if container.database.is_sqlite:
        file = str(container.database.url.database)
        return sum(path.stat().st_size for path in map(Path, (file, f"{file}-wal")) if path.exists())
    with container.database.reading() as session:
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0


@dataclass(frozen=True)
class Asked:
    """How the worker fared after one store asked for LINKS_ASKED links."""

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


def ask_for_links(container: Container, progress: Callable[[int], None] = lambda _: None) -> Asked:
    """Put them before the worker all at once, and another store's few behind them."""
    urls = ("https://asks.example/", "https://waits.example/")
    asking, waiting = (add_shop(container, url=url).id for url in urls)
    for first in range(1, LINKS_ASKED + 1, BATCH):
        bodies = [
            body_of(linked(number, f"7{number:08}", home_url=urls[0]))
            for number in range(first, first + BATCH)
        ]
        _keep(container, asking, bodies)
    _keep(container, waiting, [body_of(signal(number, home_url=urls[1])) for number in range(1, 51)])
    began, done, batches, honest_batches = time.monotonic(), 0, 0, 0
    while outcomes := process_next(container.database, container.now(), limit=100):
        done, batches = done + len(outcomes), batches + 1
        honest_batches = honest_batches or (batches if _is_done(container, waiting) else 0)
        progress(len(outcomes))
    with container.database.reading() as session:
        links = session.scalar(select(func.count()).where(Link.store_id == asking)) or 0
    return Asked(done / (time.monotonic() - began), links, honest_batches)


def _keep(container: Container, store_id: str, bodies: Sequence[bytes]) -> None:
    with container.database.writing() as session:
        inbox.keep(session, [new_delivery(store_id, body, container.now()) for body in bodies])


def _is_done(container: Container, store_id: str) -> bool:
    with container.database.reading() as session:
        query = select(Delivery.id).where(Delivery.store_id == store_id, Delivery.state.not_in(ENDED))
        return session.scalar(query.limit(1)) is None
