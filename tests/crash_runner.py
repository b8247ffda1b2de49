"""Kills web and worker at random moments under load; what was answered 200 must be stored and applied once.

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
class CrashResult:
    """What was accepted in a run of kills, and which of it is missing, unfinished or not applied once."""

    kills: int
    accepted: dict[int, int] = field(default_factory=dict)  # number of the signal → id of its delivery
    refused: Counter[str] = field(default_factory=Counter)  # answers that were no 200
    missing: list[int] = field(default_factory=list)
    not_ended: list[int] = field(default_factory=list)
    not_applied_once: list[int] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return bool(self.accepted) and not (self.missing or self.not_ended or self.not_applied_once)

    def __str__(self) -> str:
        refused = ", ".join(f"{what} {times}" for what, times in sorted(self.refused.items())) or "none"
        return (
            f"{self.kills} kills, {len(self.accepted)} accepted (refused: {refused}): "
            f"{len(self.missing)} lost, {len(self.not_ended)} not ended, "
            f"{len(self.not_applied_once)} not applied just once"
        )


def kill_at_random(
    container: Container,
    port: int,
    kills: int,
    seed: int,
    progress: Callable[[], None] = lambda: None,
    *,
    rest: float = 0.0,
) -> CrashResult:
    """Serve, send and kill, half of the kills each; then let a worker finish what is left.

    `rest`: seconds that each sender waits before each signal.
    """
    chance, result, stopping = random.Random(seed), CrashResult(kills), Event()
    urls = [f"https://shop-{number}.example/" for number in range(STORES)]
    stores = [(add_shop(container, url=url).id, url) for url in urls]
    numbers = count(1)
    senders = [
        Thread(target=_send, args=(port, stores, numbers, result, stopping, rest)) for _ in range(SENDERS)
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
        wait_until(lambda: not has_unfinished(container))
    return check_deliveries(container, result)


def _send(
    port: int,
    stores: Sequence[tuple[str, str]],
    numbers: Iterator[int],
    result: CrashResult,
    stopping: Event,
    rest: float,
) -> None:
    """Send each signal once, whatever the answer: a store does not send again."""
    while not stopping.is_set():
        stopping.wait(rest)
        number = next(numbers)
        store_id, url = stores[number % len(stores)]
        body = body_of(a_signal(number, home_url=url))
        headers = signed_headers(body, SECRET, x_wc_webhook_delivery_id=f"{number:032x}")
        try:
            status, answer = _post(port, f"/webhooks/woocommerce/{store_id}", dict(headers), body)
        except (OSError, HTTPException) as error:
            result.refused[type(error).__name__] += 1
            stopping.wait(0.02)
            continue
        if status == 200:
            result.accepted[number] = json.loads(answer)["id"]
        else:
            result.refused[str(status)] += 1


def _post(port: int, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def check_deliveries(container: Container, result: CrashResult) -> CrashResult:
    """Add to the result what became of each delivery that was answered 200, and return it."""
    times_processed = func.count().filter(Attempt.outcome == "processed")
    with container.database.reading() as session:
        states = {row.id: row.state for row in session.execute(select(Delivery.id, Delivery.state))}
        attempts = select(Attempt.delivery_id, times_processed).group_by(Attempt.delivery_id)
        times = dict(session.execute(attempts).all())
        applied = Counter(session.scalars(select(Signal.seq)))
    for number, delivery_id in result.accepted.items():
        if delivery_id not in states:
            result.missing.append(number)
        elif states[delivery_id] not in ENDED:
            result.not_ended.append(number)
        elif (states[delivery_id], times.get(delivery_id), applied[number]) != ("processed", 1, 1):
            result.not_applied_once.append(number)
    return result


def has_unfinished(container: Container) -> bool:
    """Return whether any delivery has not ended."""
    with container.database.reading() as session:
        query = select(func.count()).select_from(Delivery).where(Delivery.state.not_in(ENDED))
        return bool(session.scalar(query))
