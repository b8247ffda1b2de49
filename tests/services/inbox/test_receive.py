"""Reception on its own: what no real server lets through to it, and what our log is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from receiver.container import Container
from receiver.domain.deliveries import DeliverySource
from receiver.integrations.providers import PROVIDERS
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse
from receiver.storage.database import Database
from receiver.storage.tables import Delivery
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of, signal

BODY = body_of(signal())


class Desk:
    """A reception with one store; `ask` spoils one thing of a good call."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.store_id = add_shop(container).id
        self.reception = WebhookReceiver(container.database, container.cipher, 100_000, container.now)

    def ask(self, read: Callable[[int], bytes] | None = None, **changes: str | None) -> WebhookResponse:
        headers = dict(signed_headers(BODY, SECRET, **changes))
        call = WebhookRequest(
            PROVIDERS["woocommerce"], "POST", headers, read or (lambda length: BODY[:length]), self.store_id
        )
        return self.reception.answer(call)

    def kept(self) -> int:
        with self.container.database.reading() as session:
            return session.query(Delivery).count()


@pytest.fixture
def desk(container: Container) -> Desk:
    return Desk(container)


def test_a_good_call_is_accepted(desk: Desk):
    assert desk.ask().body["status"] == "accepted"
    assert desk.ask().reason is None


def test_a_chunked_body_is_refused_even_beside_a_length(desk: Desk):
    assert desk.ask(transfer_encoding="chunked").status == 411
    assert desk.kept() == 0


def test_nothing_is_read_before_the_length_is_checked(desk: Desk):
    def never(_length: int) -> bytes:
        raise AssertionError("read")

    for length, status in (("100001", 413), (None, 411), ("", 411), ("12x", 400), ("-1", 400), ("٣", 400)):
        assert desk.ask(never, content_length=length).status == status


def test_a_line_that_breaks_while_reading_is_a_body_cut_short(desk: Desk):
    def broken(_length: int) -> bytes:
        raise ConnectionResetError

    answer = desk.ask(broken)
    assert (answer.status, answer.reason) == (400, "body cut short: ConnectionResetError")


REASONS: dict[str, dict[str, Any]] = {
    "wrong signature": {"x_wc_webhook_signature": "A" * 44},
    "no signature": {"x_wc_webhook_signature": None},
    "body of 100001 bytes": {"content_length": "100001"},
    "no Content-Length": {"content_length": None},
    f"body cut short: {len(BODY)} of {len(BODY) + 1} bytes": {"content_length": str(len(BODY) + 1)},
}


@pytest.mark.parametrize(("reason", "changes"), REASONS.items())
def test_the_reason_is_for_our_log_and_not_in_the_answer(desk: Desk, reason: str, changes: dict[str, Any]):
    answer = desk.ask(**changes)
    assert answer.reason == reason
    assert reason not in str(answer.body)


def test_a_database_that_cannot_be_reached_says_so_to_our_log_alone(desk: Desk):
    lost = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    desk.reception = WebhookReceiver(lost, desk.container.cipher, 100_000, desk.container.now)
    answer = desk.ask()
    assert (answer.status, answer.body) == (503, {"error": "unavailable"})
    assert (answer.reason or "").startswith("the database cannot be used")
    lost.close()


def test_a_call_never_shows_its_headers_by_accident(desk: Desk):
    assert "a-signature" not in repr(
        WebhookRequest(PROVIDERS["woocommerce"], "POST", {"x": "a-signature"}, lambda _: b"", "st_1")
    )


def test_a_store_is_unknown_at_the_address_of_another_platform(desk: Desk):
    other = replace(PROVIDERS["woocommerce"], source=DeliverySource.TIKTOK)
    headers = dict(signed_headers(BODY, SECRET))
    call = WebhookRequest(other, "POST", headers, lambda length: BODY[:length], desk.store_id)
    assert desk.reception.answer(call).status == 404
    assert desk.kept() == 0
