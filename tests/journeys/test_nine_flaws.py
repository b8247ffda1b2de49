"""Common flaws of webhook receivers; docs/decisions/0006-nine-flaws.md lists these and more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event

import pytest

from receiver.container import Container
from receiver.integrations.providers import PROVIDERS
from receiver.services.deliveries import apply_signal
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.purge import purge
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage.database import Database, Driver
from receiver.storage.inbox import NewDelivery, insert_new
from receiver.storage.tables import Delivery, Store
from tests.conftest import KEY
from tests.fakes import FrozenClock
from tests.processes import accepts_connections, run_process, wait_until, web, worker
from tests.raw_http import RawResponse, send, signed_headers
from tests.sandbox.ports import two_free_ports
from tests.signals import SECRET, add_shop, attempts, body_of, link_signal, signal

BODY = body_of(signal(7))


def call(store_id: str, body: bytes, **changes: str | None) -> WebhookRequest:
    headers = dict(signed_headers(body, SECRET, **changes))
    return WebhookRequest(PROVIDERS["woocommerce"], "POST", headers, lambda n: body[:n], store_id)


class InProcessShop:
    """A store that calls the receiver without HTTP, and the worker that processes what it sends."""

    def __init__(self, container: Container) -> None:
        self.container, self.id = container, add_shop(container).id
        self.receiver = WebhookReceiver(container)

    def send(self, body: bytes, **changes: str | None) -> WebhookResponse:
        return self.receiver.answer(call(self.id, body, **changes))

    def work(self) -> list[str]:
        return [str(item.state) for item in process_next(self.container)]

    @property
    def row(self) -> Store:
        with self.container.database.reading() as session:
            return session.get_one(Store, self.id)


@pytest.fixture
def shop(container: Container) -> InProcessShop:
    return InProcessShop(container)


# answering before the commit


def test_nobody_is_answered_before_the_row_is_durable(shop: InProcessShop, monkeypatch: pytest.MonkeyPatch):
    reached, go_on = Event(), Event()

    def blocked_insert(driver: Driver, new: Sequence[NewDelivery]) -> dict[str, int]:
        reached.set()
        assert go_on.wait(120)
        return insert_new(driver, new)

    monkeypatch.setattr("receiver.services.inbox.receive.insert_new", blocked_insert)
    with ThreadPoolExecutor(1) as thread:
        response = thread.submit(shop.send, BODY)
        assert reached.wait(120)
        with pytest.raises(TimeoutError):
            response.result(timeout=0.5)
        go_on.set()
        assert response.result(20).status == 200
    with shop.container.database.reading() as session:  # on a connection of its own
        assert session.query(Delivery).count() == 1


# check, then insert (a race)


def test_of_many_that_send_the_very_same_at_once_one_is_accepted(container: Container):
    """Four receivers with a connection pool each stand for four web processes."""
    store_id, processes, threads_each = add_shop(container).id, 4, 8
    with ExitStack() as stack:
        databases = [Database(container.settings.database_url) for _ in range(processes)]
        for database in databases:
            stack.callback(database.close)
        receivers = [WebhookReceiver(replace(container, database=database)) for database in databases]
        threads = stack.enter_context(ThreadPoolExecutor(processes * threads_each))
        for number in range(10):
            body, start = body_of(signal(number + 1)), Barrier(processes * threads_each)

            def ask(receiver: WebhookReceiver, body: bytes = body, start: Barrier = start) -> WebhookResponse:
                start.wait(120)
                return receiver.answer(call(store_id, body))

            responses = list(threads.map(ask, receivers * threads_each))
            assert Counter(item.body["status"] for item in responses) == {"accepted": 1, "duplicate": 31}
            assert len({item.body["id"] for item in responses}) == 1
    with container.database.reading() as session:
        assert [row.duplicates for row in session.query(Delivery)] == [31] * 10


# a crash after the effect


def test_a_crash_between_the_effect_and_its_mark_leaves_neither(
    shop: InProcessShop, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = shop.send(body_of(signal(1, event="integration_set_up"))).body["id"]
    with pytest.MonkeyPatch.context() as crashing:
        crashing.setattr("receiver.storage.delivery_queue.finish_all", lambda *_, **__: exit("killed"))
        with pytest.raises(SystemExit):
            shop.work()
    assert shop.row.set_up_at is None
    clock.move(seconds=10)
    assert shop.work() == ["processed"]
    assert shop.row.set_up_at is not None
    assert len(attempts(shop.container, delivery_id)) == 1


# no record of what was applied; the effect before the check


def test_what_was_applied_has_no_effect_again_not_even_after_its_delivery_was_forgotten(
    shop: InProcessShop, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    shop.send(BODY)
    shop.work()
    clock.move(days=31)
    assert purge(shop.container.at(clock()), 30, within=timedelta(minutes=1))["deliveries"] == 1
    monkeypatch.setattr(apply_signal, "_apply", lambda *_: pytest.fail("it had an effect"))
    assert shop.send(BODY).body["status"] == "accepted"
    assert shop.work() == ["processed"]


# stale signals taken for new ones (replay)


def test_old_news_sent_again_by_whoever_saw_it_changes_nothing(shop: InProcessShop):
    """The headers are not signed: an old body under a new delivery id is a new delivery of an old signal."""
    old, new = body_of(link_signal(1)), body_of(signal(2, event="link_lost"))
    for body in (old, new):
        shop.send(body)
    shop.work()
    before = shop.row.account_news
    again = shop.send(old, x_wc_webhook_delivery_id="0" * 32)
    assert (again.body["status"], shop.work()) == ("accepted", ["processed"])
    assert shop.row.account_news == before


def test_a_secret_that_has_ended_signs_nothing_any_more(shop: InProcessShop, clock: FrozenClock):
    container = shop.container
    rotate_secret(container.at(clock()), shop.id, actor="test")
    clock.move(hours=23)
    assert shop.send(BODY).status == 200
    clock.move(hours=1)
    assert shop.send(body_of(signal(8))).status == 401


# verifying the signature after parsing

SAME_TO_A_PARSER = {
    "spaces": BODY.replace(b",", b", "),
    "another order": json.dumps(dict(reversed(json.loads(BODY).items()))).encode(),
    "a key twice": BODY[:-1] + b',"action":"wc_ad_credit_signal"}',
    "escapes": BODY.replace(b"wc_ad", b"wc\\u005fad"),
    "a line more": BODY + b"\n",
}


@pytest.mark.parametrize("body", SAME_TO_A_PARSER.values(), ids=SAME_TO_A_PARSER)
def test_the_bytes_are_verified_and_not_what_a_parser_makes_of_them(shop: InProcessShop, body: bytes):
    signature = dict(signed_headers(BODY, SECRET))["x-wc-webhook-signature"]
    assert json.loads(body) == json.loads(BODY)
    assert shop.send(body, x_wc_webhook_signature=signature).status == 401
    assert shop.send(body).status == 200


@pytest.mark.parametrize("body", [b"<html>", b"[" * 90_000, b"\xff\0", b""])
def test_what_is_not_signed_is_refused_before_anybody_reads_it(shop: InProcessShop, body: bytes):
    answer = shop.send(body, x_wc_webhook_signature="A" * 43 + "=")
    assert (answer.status, answer.body) == (401, {"error": "signature"})


# secrets in logs


def test_no_log_line_of_web_or_worker_holds_a_secret_a_signature_or_a_body(container: Container):
    port, store_id = two_free_ports(), add_shop(container).id
    unreadable = json.dumps({"action": "wc_ad_credit_signal", "arg": {"hush": "a-word-of-a-body"}}).encode()
    signatures = []

    def post(body: bytes, secret: str = SECRET, path: str = store_id, **changes: str | None) -> RawResponse:
        headers = signed_headers(body, secret, **changes)
        signatures.append(dict(headers).get("x-wc-webhook-signature"))
        address = f"/webhooks/woocommerce/{path}"
        return send(f"http://127.0.0.1:{port}", "POST", address, headers, body, ends=False)

    with run_process(container, web(port)) as serving, run_process(container, worker()) as working:
        wait_until(lambda: accepts_connections(port))
        statuses = [
            post(BODY).status,
            post(unreadable).status,
            post(body_of(signal(home_url="https://a-word-of-a-body.example/"))).status,
            post(BODY, "another-secret", cookie="a-cookie", authorization="Bearer a-token").status,
            post(BODY, x_wc_webhook_signature=None).status,
            post(BODY, path="st_none").status,
            post(b"x" * 2_000_000).status,
        ]
        assert statuses == [200, 200, 200, 401, 401, 404, 413]
        wait_until(lambda: count_ended(container) == 3)
        log = serving.output + working.output
    assert "wrong signature" in log
    assert "worker started" in log
    for secret in (SECRET, KEY, "another-secret", "a-token", "a-cookie", "a-word-of-a-body", *signatures):
        assert secret is None or secret not in log, secret


def count_ended(container: Container) -> int:
    with container.database.reading() as session:
        return session.query(Delivery).filter(Delivery.ended_at.is_not(None)).count()
