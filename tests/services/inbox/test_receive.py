"""The webhook receiver on its own: what no real server lets through to it, and what our log is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receiver.container import Container
from receiver.domain.deliveries import DeliverySource
from receiver.errors import Collided, StorageUnavailable
from receiver.integrations.providers import PROVIDERS
from receiver.services.inbox import receive
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse
from receiver.storage import inbox
from receiver.storage.database import TRIES, Database
from receiver.storage.tables import Delivery, StoreDay
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of, signal

BODY = body_of(signal())


class WebhookCaller:
    """Calls the receiver as one store does; `ask` spoils one thing of a good call."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.store_id = add_shop(container).id
        self.receiver = WebhookReceiver(container)

    def ask(self, read: Callable[[int], bytes] | None = None, **changes: str | None) -> WebhookResponse:
        headers = dict(signed_headers(BODY, SECRET, **changes))
        call = WebhookRequest(
            PROVIDERS["woocommerce"], "POST", headers, read or (lambda length: BODY[:length]), self.store_id
        )
        return self.receiver.answer(call)

    def count_deliveries(self) -> int:
        with self.container.database.reading() as session:
            return session.query(Delivery).count()

    def ask_all(self, *bodies: bytes, signature: str | None = None) -> list[WebhookResponse]:
        """Process the bodies as one batch, as a leader does; `signature` replaces the last one's."""
        calls = [self.received_call(body) for body in bodies]
        if signature is not None:
            calls[-1].call.headers["x-wc-webhook-signature"] = signature  # type: ignore[index]
        return self.receiver._process_batch(calls)

    def received_call(self, body: bytes) -> receive._Received:
        call = WebhookRequest(
            PROVIDERS["woocommerce"],
            "POST",
            dict(signed_headers(body, SECRET)),
            lambda _: body,
            self.store_id,
        )
        return receive._Received(call, body, self.container.now(), None)

    def duplicates_and_totals(self) -> list[tuple[int, int]]:
        """Write the counts; return each delivery's duplicates and its store's deliveries of the day."""
        self.receiver._bounds._written_at = self.container.now() - timedelta(days=1)
        self.receiver._write_counts()
        with self.container.database.reading() as session:
            days = session.query(StoreDay).all()
            total = sum(day.deliveries for day in days)
            return [(row.duplicates, total) for row in session.query(Delivery).order_by(Delivery.id)]


@pytest.fixture
def caller(container: Container) -> WebhookCaller:
    return WebhookCaller(container)


def test_a_good_call_is_accepted(caller: WebhookCaller):
    assert caller.ask().body["status"] == "accepted"
    assert caller.ask().reason is None


def test_a_chunked_body_is_refused_even_beside_a_length(caller: WebhookCaller):
    assert caller.ask(transfer_encoding="chunked").status == 411
    assert caller.count_deliveries() == 0


def test_nothing_is_read_before_the_length_is_checked(caller: WebhookCaller):
    def never(_length: int) -> bytes:
        raise AssertionError("read")

    too_long = str(caller.container.settings.max_body_bytes + 1)
    for length, status in (
        (too_long, 413),
        (None, 411),
        ("", 411),
        ("12x", 400),
        ("-1", 400),
        ("٣", 400),
    ):
        assert caller.ask(never, content_length=length).status == status


def test_a_line_that_breaks_while_reading_is_a_body_cut_short(caller: WebhookCaller):
    def broken(_length: int) -> bytes:
        raise ConnectionResetError

    answer = caller.ask(broken)
    assert (answer.status, answer.reason) == (400, "body cut short: ConnectionResetError")


REASONS: dict[str, dict[str, Any]] = {
    "wrong signature": {"x_wc_webhook_signature": "A" * 44},
    "no signature": {"x_wc_webhook_signature": None},
    "body of 1048577 bytes": {"content_length": "1048577"},
    "no Content-Length": {"content_length": None},
    f"body cut short: {len(BODY)} of {len(BODY) + 1} bytes": {"content_length": str(len(BODY) + 1)},
}


@pytest.mark.parametrize(("reason", "changes"), REASONS.items())
def test_the_reason_is_for_our_log_and_not_in_the_answer(
    caller: WebhookCaller, reason: str, changes: dict[str, Any]
):
    answer = caller.ask(**changes)
    assert answer.reason == reason
    assert reason not in str(answer.body)


def test_a_database_that_cannot_be_reached_says_so_to_our_log_alone(caller: WebhookCaller):
    unreachable = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    caller.receiver = WebhookReceiver(replace(caller.container, database=unreachable))
    answer = caller.ask()
    assert (answer.status, answer.body) == (503, {"error": "unavailable"})
    assert (answer.reason or "").startswith("the database cannot be used")
    unreachable.close()


def test_a_call_never_shows_its_headers_by_accident(caller: WebhookCaller):
    assert "a-signature" not in repr(
        WebhookRequest(PROVIDERS["woocommerce"], "POST", {"x": "a-signature"}, lambda _: b"", "st_1")
    )


def test_a_store_is_unknown_at_the_address_of_another_platform(caller: WebhookCaller):
    other = replace(PROVIDERS["woocommerce"], source=DeliverySource.TIKTOK)
    headers = dict(signed_headers(BODY, SECRET))
    call = WebhookRequest(other, "POST", headers, lambda length: BODY[:length], caller.store_id)
    assert caller.receiver.answer(call).status == 404
    assert caller.count_deliveries() == 0


OTHERS = [body_of(signal(seq)) for seq in (2, 3, 4)]


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have a function of a module raise, so many times, in place of what it does."""

    def fail(module: Any, name: str, error: Exception, times: int) -> None:
        real, failures = getattr(module, name), iter([error] * times)

        def failing(*arguments: Any, **keywords: Any) -> Any:
            if (raised := next(failures, None)) is not None:
                raise raised
            return real(*arguments, **keywords)

        monkeypatch.setattr(module, name, failing)

    return fail


def test_what_collided_while_it_was_kept_is_accepted_and_counted_once(
    caller: WebhookCaller, fails: Callable[..., None]
):
    fails(receive, "insert_new", Collided("a deadlock"), TRIES - 1)
    assert [answer.body["status"] for answer in caller.ask_all(*OTHERS)] == ["accepted"] * 3
    assert caller.duplicates_and_totals() == [(0, 3)] * 3


@pytest.mark.parametrize(
    ("error", "first"),
    [
        (Collided("a deadlock"), (503, 0)),
        (StorageUnavailable("gone"), (503, 0)),
        (ValueError("a fault of ours"), (200, 1)),
    ],
)
def test_what_is_kept_is_accepted_and_no_duplicate_where_another_of_its_batch_fails(
    caller: WebhookCaller, fails: Callable[..., None], error: Exception, first: tuple[int, int]
):
    caller.ask_all(OTHERS[0])
    fails(receive, "quarantine_call", error, TRIES)
    answers = caller.ask_all(*OTHERS, signature="A" * 44)
    assert [answer.status for answer in answers] == [first[0], 200, 503]
    assert answers[1].body["status"] == "accepted"
    assert [duplicates for duplicates, _ in caller.duplicates_and_totals()] == [first[1], 0]


def test_a_call_before_that_collides_is_counted_once(caller: WebhookCaller, fails: Callable[..., None]):
    caller.ask_all(OTHERS[0])
    fails(inbox, "keep", Collided("a deadlock"), 2)
    assert [answer.body["status"] for answer in caller.ask_all(*OTHERS)] == [
        "duplicate",
        "accepted",
        "accepted",
    ]
    assert [duplicates for duplicates, _ in caller.duplicates_and_totals()] == [1, 0, 0]


@pytest.mark.parametrize("error", [StorageUnavailable("gone"), ValueError("a fault of ours")])
def test_what_cannot_be_counted_refuses_no_delivery(
    caller: WebhookCaller, fails: Callable[..., None], error: Exception
):
    fails(receive.RejectionLog, "write", error, 1)
    *accepted, refused = caller.ask_all(*OTHERS, signature="A" * 44)
    assert [answer.body["status"] for answer in accepted] == ["accepted"] * 2
    assert refused.status == 401
