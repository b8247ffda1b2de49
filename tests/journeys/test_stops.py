"""SIGTERM: work under way is finished, claimed work is released, and nothing accepted is lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text

from receiver.container import Container, build_container
from receiver.domain.deliveries import DeliveryState
from receiver.storage import inbox
from receiver.storage.inbox import NewDelivery
from receiver.storage.tables import Attempt, Delivery
from receiver.worker.loop import IDLE_SECONDS
from tests.conftest import make_settings
from tests.processes import accepts_connections, run_process, wait_until, web, worker
from tests.raw_http import signed_headers
from tests.sandbox.ports import two_free_ports
from tests.signals import SECRET, add_shop, body_of, new_delivery, signal

STOPPED_WITHIN = 30  # seconds; a process that hangs would never end


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    """A container on real time, as the processes are."""
    real_time_container = build_container(make_settings(database_url=database_url))
    yield real_time_container
    real_time_container.database.close()


def states(container: Container) -> Counter[str]:
    with container.database.reading() as session:
        return Counter(session.scalars(select(Delivery.state)))


NOT_ENDED = {DeliveryState.RECEIVED, DeliveryState.PROCESSING, DeliveryState.FAILED}


@contextmanager
def insert_at_end(container: Container, deliveries: Sequence[NewDelivery]) -> Iterator[None]:
    """Insert deliveries that are committed when the block ends; until then a worker waits for them."""
    with container.database.writing() as session:
        if not container.database.is_sqlite:  # where nobody else writes meanwhile
            session.execute(text("LOCK TABLE deliveries IN EXCLUSIVE MODE"))
        inbox.keep(session, deliveries)
        yield


def test_a_worker_gives_back_at_once_what_it_had_not_begun(container: Container):
    store_id, total = add_shop(container).id, 1500  # more than a batch
    bodies = [body_of(signal(seq)) for seq in range(1, total + 1)]
    with run_process(container, worker()) as working:
        wait_until(lambda: "worker started" in working.output)
        with insert_at_end(container, [new_delivery(store_id, body, container.now()) for body in bodies]):
            time.sleep(3 * IDLE_SECONDS)
            working.terminate()
        assert working.stop(STOPPED_WITHIN) == 0
    assert states(container) == {DeliveryState.RECEIVED: total}
    with container.database.reading() as session:
        assert session.scalar(select(func.max(Delivery.due_at))) <= container.now()
    with run_process(container, worker()):
        wait_until(lambda: not states(container).keys() & NOT_ENDED)
    with container.database.reading() as session:
        assert session.query(Attempt).count() == total


class SendingStore:
    """A store that sends one signal after the other until it is told to end."""

    def __init__(self, port: int, store_id: str) -> None:
        self.port, self.path = port, f"/webhooks/woocommerce/{store_id}"
        self.accepted: list[str] = []
        self.cut_off: Counter[str] = Counter()
        self.ended = Event()

    def send(self, numbers: Iterator[int]) -> None:
        while not self.ended.is_set():
            number = f"{next(numbers):032x}"
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.connect()
            except OSError:  # nothing was sent
                self.ended.wait(0.05)
                continue
            self._post(connection, number)

    def _post(self, connection: HTTPConnection, number: str) -> None:
        body = body_of(signal(int(number, 16)))
        try:
            connection.request(
                "POST", self.path, body, dict(signed_headers(body, SECRET, x_wc_webhook_delivery_id=number))
            )
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            self.cut_off[type(error).__name__] += 1
        else:
            assert status == 200
            self.accepted.append(number)
        finally:
            connection.close()


def test_web_finishes_the_answers_in_hand_and_loses_nothing_it_accepted(container: Container):
    port = two_free_ports()
    store, numbers = SendingStore(port, add_shop(container).id), count(1)
    senders = [Thread(target=store.send, args=(numbers,), daemon=True) for _ in range(8)]
    with run_process(container, web(port)) as serving:
        wait_until(lambda: accepts_connections(port))
        for sender in senders:
            sender.start()
        wait_until(lambda: len(store.accepted) > 100)
        assert serving.stop(STOPPED_WITHIN) == 0
    store.ended.set()
    for sender in senders:
        sender.join()
    with container.database.reading() as session:
        delivery_ids = session.scalars(select(Delivery.delivery_id)).all()
    # Calls that the server had not read yet are cut off; each one that it had read was answered.
    assert sorted(delivery_ids) == sorted(store.accepted), store.cut_off
