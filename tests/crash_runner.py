"""Web and worker are killed at random moments under load; what was answered 200 must be there, and done once.

The test kills a few times, `make soak` (soak.py) many times.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event, Thread

from sqlalchemy import func, select

from receiver.container import Container
from receiver.storage.tables import Attempt, Delivery, Signal
from tests.processes import accepts_connections, run_process, wait_until, web, worker
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of
from tests.signals import signal as a_signal

SENDERS = 4
STORES = 100  # so that none comes near what it may send in a day
PAUSE = (0.2, 1.2)  # seconds between two kills
ENDED = ("processed", "ignored", "dead")


@dataclass
class Found:
    """What was there afterwards, and what should have been."""

    kills: int
    accepted: dict[int, int] = field(default_factory=dict)  # number of the signal → id of its delivery
    refused: Counter[str] = field(default_factory=Counter)  # answers that were no 200
    lost: list[int] = field(default_factory=list)
    not_ended: list[int] = field(default_factory=list)
    done_not_once: list[int] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return bool(self.accepted) and not (self.lost or self.not_ended or self.done_not_once)

    def __str__(self) -> str:
        refused = ", ".join(f"{what} {times}" for what, times in sorted(self.refused.items())) or "none"
        return (
            f"{self.kills} kills, {len(self.accepted)} accepted (refused: {refused}): {len(self.lost)} lost, "
            f"{len(self.not_ended)} not ended, {len(self.done_not_once)} done not just once"
        )


def kill_at_random(
    container: Container,
    port: int,
    kills: int,
    seed: int,
    progress: Callable[[], None] = lambda: None,
    *,
    rest: float = 0.0,
) -> Found:
    """Serve, send and kill, half of the kills each; then let a worker finish what is left.

    `rest` is what each sender waits after each signal, in seconds.
    """
    chance, found, stopping = random.Random(seed), Found(kills), Event()
    urls = [f"https://shop-{number}.example/" for number in range(STORES)]
    stores = [(add_shop(container, url=url).id, url) for url in urls]
    numbers = count(1)
    senders = [
        Thread(target=_send, args=(port, stores, numbers, found, stopping, rest)) for _ in range(SENDERS)
    ]
    with run_process(container, web(port)) as serving, run_process(container, worker()) as working:
        wait_until(lambda: accepts_connections(port))
        for sender in senders:
            sender.start()
        for number in range(kills):
            time.sleep(chance.uniform(*PAUSE))
            (serving if number % 2 else working).kill_and_restart()
            progress()
        wait_until(lambda: accepts_connections(port))
        time.sleep(PAUSE[1])
        stopping.set()
        for sender in senders:
            sender.join(60)
        wait_until(lambda: not waits(container))
    return compared(container, found)


def _send(
    port: int,
    stores: Sequence[tuple[str, str]],
    numbers: Iterator[int],
    found: Found,
    stopping: Event,
    rest: float,
) -> None:
    """Each signal once, whatever comes of it: a store does not send again."""
    while not stopping.is_set():
        stopping.wait(rest)
        number = next(numbers)
        store_id, url = stores[number % len(stores)]
        body = body_of(a_signal(number, home_url=url))
        headers = signed_headers(body, SECRET, x_wc_webhook_delivery_id=f"{number:032x}")
        try:
            status, answer = _post(port, f"/webhooks/woocommerce/{store_id}", dict(headers), body)
        except (OSError, HTTPException) as error:
            found.refused[type(error).__name__] += 1
            stopping.wait(0.02)
            continue
        if status == 200:
            found.accepted[number] = json.loads(answer)["id"]
        else:
            found.refused[str(status)] += 1


def _post(port: int, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def compared(container: Container, found: Found) -> Found:
    """What was found, with what became of each delivery that was answered 200."""
    done = func.count().filter(Attempt.outcome == "processed")
    with container.database.reading() as session:
        states = {row.id: row.state for row in session.execute(select(Delivery.id, Delivery.state))}
        times = dict(session.execute(select(Attempt.delivery_id, done).group_by(Attempt.delivery_id)).all())
        taken_in = Counter(session.scalars(select(Signal.seq)))
    for number, delivery_id in found.accepted.items():
        if delivery_id not in states:
            found.lost.append(number)
        elif states[delivery_id] not in ENDED:
            found.not_ended.append(number)
        elif (states[delivery_id], times.get(delivery_id), taken_in[number]) != ("processed", 1, 1):
            found.done_not_once.append(number)
    return found


def waits(container: Container) -> bool:
    """Whether any delivery has not ended."""
    with container.database.reading() as session:
        query = select(func.count()).select_from(Delivery).where(Delivery.state.not_in(ENDED))
        return bool(session.scalar(query))
