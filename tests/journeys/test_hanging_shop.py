"""A shop that never answers takes no thread from deliveries, and each check of it ends."""

from __future__ import annotations

import select
import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Event, Thread

import pytest
import requests
import sqlalchemy as sa

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.services.connections import reconcile as checks
from receiver.services.connections.reconcile import reconcile_store
from receiver.storage import tables
from receiver.worker.store_work import AT_ONE_HOST, StoreWork, work_stores
from tests.journeys.connecting import connect_by_hand, service_for
from tests.processes import accepts_connections, run_process, wait_until, web
from tests.raw_http import signed_headers
from tests.sandbox.ports import two_free_ports
from tests.serving import HangingShop, served
from tests.signals import SECRET, add_shop, body_of, signal

THREADS = 8


@pytest.fixture
def hanging():
    app = HangingShop()
    with served(app) as base:
        app.base = base
        yield app
        app.released.set()


@pytest.fixture
def server(container, monkeypatch):
    """The port of the real server with few threads, which takes the caller's address from a proxy."""
    monkeypatch.setenv("WEB_THREADS", str(THREADS))
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    monkeypatch.setenv("ALLOW_LOOPBACK_STORES", "yes")
    port = two_free_ports()
    with run_process(container, web(port, THREADS)):
        wait_until(lambda: accepts_connections(port))
        yield port


def deliver(port, path, number):
    body = body_of(signal(number))
    headers = signed_headers(body, SECRET, x_wc_webhook_delivery_id=f"{number:032x}")
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def test_seventy_connects_to_a_shop_that_never_answers_leave_deliveries_their_threads(
    container, server, hanging
):
    path = f"/webhooks/woocommerce/{add_shop(container).id}"

    def connect(number):
        answer = requests.get(
            f"http://127.0.0.1:{server}/connect/go",
            params={"shop": f"{hanging.base}/shop-{number}"},
            headers={"X-Forwarded-For": f"203.0.113.{number % 7 + 1}", "Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=60,
        )
        return answer.status_code

    stopping = Event()
    worker = Thread(target=StoreWork(container, stopping).run)
    worker.start()
    try:
        with ThreadPoolExecutor(32) as threads:
            connects = [threads.submit(connect, number) for number in range(70)]
            deliveries = [threads.submit(deliver, server, path, number) for number in range(1, 41)]
            assert {item.result() for item in deliveries} == {200}
            assert {item.result() for item in connects} <= {303, 429, 503}
        wait_until(lambda: hanging.calls)
        assert 0 < hanging.calls <= AT_ONE_HOST
        assert deliver(server, path, 41) == 200
    finally:
        hanging.released.set()
        stopping.set()
        worker.join(120)


def test_a_check_of_a_shop_that_drips_ends_as_a_failure_and_backs_off(
    database_url, clock, shops, shop, monkeypatch
):
    monkeypatch.setattr(checks, "WITHIN", 1.0)
    with service_for(database_url, clock, shops) as (container, base):
        assert "connected" in connect_by_hand(container, base, clock, shop, shop.new_key())
        shop.faults.on(ShopFault.DRIPPING)
        with container.database.reading() as session:
            store_id = session.scalars(sa.select(tables.Store.id)).one()
        waits = []
        for failures in (1, 2):
            report = reconcile_store(container.at(clock()), store_id)
            with container.database.reading() as session:
                connection = session.get_one(tables.Connection, store_id)
            assert (report.trouble, connection.failures, connection.lease_until) == (
                "unreachable",
                failures,
                None,
            )
            waits.append(connection.next_check_at - clock())
        assert waits[0] < waits[1]


def test_what_a_worker_that_was_lost_had_in_hand_is_done_by_the_next(database_url, clock, shops, shop):
    with service_for(database_url, clock, shops) as (container, base):
        assert "connected" in connect_by_hand(container, base, clock, shop, shop.new_key())
        with container.database.writing() as session:
            connection = session.scalars(sa.select(tables.Connection)).one()
            connection.check_requested_at = clock()
            connection.lease_until = clock() + checks.LEASE
        shop.received_requests.clear()
        work_stores(container)
        assert not shop.received_requests  # another worker holds the lease
        clock.move(minutes=3)
        work_stores(container)
        assert shop.received_requests
        with container.database.reading() as session:
            assert session.scalars(sa.select(tables.Connection)).one().check_requested_at is None


def test_callers_whose_bodies_never_come_hold_a_quarter_of_the_threads_and_others_are_answered_503(
    container, server
):
    path = f"/webhooks/woocommerce/{add_shop(container).id}"
    head = b"POST /connect/keys HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"
    lines = [socket.create_connection(("127.0.0.1", server), timeout=60) for _ in range(THREADS * 2)]
    for line in lines:
        line.sendall(head)

    def page(path):
        return requests.get(f"http://127.0.0.1:{server}{path}", timeout=60)

    busy_threads = THREADS // 4
    wait_until(lambda: len(select.select(lines, [], [], 0)[0]) == len(lines) - busy_threads)
    refused = page("/connect")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert [deliver(server, path, number) for number in range(1, 21)] == [200] * 20
    assert page("/healthz").status_code == 200
    for line in lines:
        line.close()
    wait_until(lambda: page("/connect").status_code == 200)
    assert [page("/connect").status_code for _ in range(THREADS)] == [200] * THREADS
