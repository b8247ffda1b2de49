"""One id leads from a webhook's request over its row and the worker to the call to TikTok and its line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import responses
import structlog

from receiver.app import create_app
from receiver.container import Container
from receiver.domain.deliveries import DeliveryFilters
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.request_id import REQUEST_ID
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.search import list_deliveries
from receiver.services.polling.poll import poll_due
from receiver.storage import tables
from tests.db_factories import keep_account, keep_link, keep_store
from tests.tiktok_signatures import sign_open

ACCOUNT = "7400000000000000101"
CHANGED = {"object": 11, "time": 1, "entry": [{"changed_metrics_values": {ACCOUNT: {"spend": "18.00"}}}]}
API = "http://127.0.0.1:9/open_api/v1.3"


@pytest.fixture
def idle_service(container: Container) -> Container:
    """A service with an ad account that is not due for hours."""
    keep_store(container, "st_1")
    keep_link(container, "st_1", ACCOUNT)
    keep_account(container, ACCOUNT, next_poll_at=container.now() + timedelta(hours=6))
    return replace(container, tiktok=TikTokClient(API, app=App("7400000000000000001", "app-secret")))


def notify(container: Container) -> str:
    """Notify the service, as TikTok does, that figures have changed; return the id of the request."""
    raw = json.dumps(CHANGED).encode()
    headers = {"X-Open-Signature": sign_open("app-secret", raw), "Content-Type": "application/json"}
    answer = (
        create_app(container=container).test_client().post("/webhooks/tiktok/ads", data=raw, headers=headers)
    )
    assert answer.status_code == 200
    return answer.headers["X-Request-ID"]


def requested_by(container: Container) -> str | None:
    with container.database.reading() as session:
        return session.get_one(tables.Account, ACCOUNT).requested_by


def test_a_request_can_be_followed_to_the_call_that_it_led_to(idle_service: Container) -> None:
    request_id = notify(idle_service)
    (delivery,) = list_deliveries(idle_service.database, DeliveryFilters(), 0)
    assert delivery.request_id == request_id

    process_next(idle_service)
    assert requested_by(idle_service) == request_id

    with responses.RequestsMock(assert_all_requests_are_fired=False) as tiktok:
        tiktok.get(f"{API}/advertiser/info/", json={"code": 50000, "message": "", "request_id": "T1"})
        with structlog.testing.capture_logs(
            processors=[lambda _logger, _method, line: {**line, "request_id": REQUEST_ID.get()}]
        ) as lines:
            poll_due(idle_service)
        request_ids = [call.request.headers["X-Request-ID"] for call in tiktok.calls]

    assert set(request_ids) == {request_id}
    (line,) = [line for line in lines if line["event"] == "tiktok call failed"][:1]
    assert (line["request_id"], line["tiktok_request_id"]) == (request_id, "T1")


def test_a_planned_poll_has_an_id_of_its_own(idle_service: Container) -> None:
    with idle_service.database.writing() as session:
        session.get_one(tables.Account, ACCOUNT).next_poll_at = idle_service.now()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as tiktok:
        tiktok.get(f"{API}/advertiser/info/", json={"code": 50000, "message": "", "request_id": "T1"})
        poll_due(idle_service)
        (request_id, *_) = [call.request.headers["X-Request-ID"] for call in tiktok.calls]
    assert len(request_id) == 32
    assert REQUEST_ID.get() is None


def test_a_second_delivery_of_the_same_bytes_leaves_the_first_ones_id(idle_service: Container) -> None:
    first, second = notify(idle_service), notify(idle_service)
    assert first != second
    (delivery,) = list_deliveries(idle_service.database, DeliveryFilters(), 0)
    assert delivery.request_id == first
