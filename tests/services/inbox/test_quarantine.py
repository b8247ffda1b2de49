"""What comes with a signature that does not fit is counted, sampled, and held until it can be verified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from receiver.container import Container
from receiver.errors import InputError
from receiver.integrations.providers import PROVIDERS
from receiver.services.deliveries.process import process_next
from receiver.services.inbox import receive
from receiver.services.inbox.quarantine import page_of_quarantine, release_from_quarantine
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse
from receiver.services.inbox.rejection_log import WRITE_EVERY
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage import quarantine, rejections
from receiver.storage.tables import Delivery, Quarantined, Rejection, RejectionSample
from tests.fakes import FrozenClock
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of, signal

NEW_SECRET = "what the store signs with"


class MisSigningStore:
    """A store that signs with a secret we do not know (yet)."""

    def __init__(self, container: Container, clock: FrozenClock) -> None:
        self.container, self.clock = container, clock
        self.store_id = add_shop(container).id
        self.receiver = WebhookReceiver(container)

    def send(
        self, argument: Any, secret: str = NEW_SECRET, store: str | None = None, **changes: str | None
    ) -> WebhookResponse:
        body = body_of(argument)
        headers = dict(signed_headers(body, secret, **changes))
        return self.receiver.answer(
            WebhookRequest(
                PROVIDERS["woocommerce"],
                "POST",
                headers,
                lambda length: body[:length],
                store or self.store_id,
            )
        )

    def flush_counts(self) -> None:
        """Write the counts kept in memory: they go along with the next deliveries."""
        self.clock.at += WRITE_EVERY
        self.send(signal(900), SECRET)

    def release(self, **how: Any) -> list[Any]:
        values = {"reason": "secret put right", "actor": "ann", **how}
        return release_from_quarantine(self.container, **values)

    def correct_secret(self) -> None:
        rotate_secret(
            self.container, self.store_id,
            actor="ann", webhook_secret=NEW_SECRET
        )  # fmt: skip

    def quarantined(self) -> list[dict[str, Any]]:
        return page_of_quarantine(self.container.database, None, limit=0).rows

    def rows(self, table: Any) -> list[Any]:
        with self.container.database.reading() as session:
            return list(session.scalars(select(table)))


@pytest.fixture
def sender(container: Container, clock: FrozenClock) -> MisSigningStore:
    return MisSigningStore(container, clock)


# quarantine


def test_what_cannot_be_verified_is_refused_and_held(sender: MisSigningStore):
    answer = sender.send(signal(1))
    assert (answer.status, answer.body) == (401, {"error": "signature"})
    (row,) = sender.quarantined()
    assert (row["store"], row["topic"]) == (sender.store_id, "action.wc_ad_credit_signal")
    assert sender.rows(Delivery) == []


def test_once_the_secret_is_put_right_it_is_released_like_any_delivery(sender: MisSigningStore):
    sent_at = sender.clock.at
    sender.send(signal(1, event="integration_set_up"))
    assert [item.problem for item in sender.release()] == ["wrong signature"]
    sender.correct_secret()
    sender.clock.move(hours=1)
    (result,) = sender.release()
    assert (result.problem, sender.quarantined()) == (None, [])
    (delivery,) = sender.rows(Delivery)
    assert (delivery.id, delivery.state, delivery.received_at) == (result.delivery_id, "received", sent_at)
    assert [item.state for item in process_next(sender.container.at(sender.clock.at))] == ["processed"]
    assert sender.release() == []


def test_a_released_call_is_known_when_it_arrives_again(sender: MisSigningStore):
    sender.send(signal(1))
    sender.correct_secret()
    sender.release()
    assert sender.send(signal(1)).body["status"] == "duplicate"


def test_a_dry_run_says_what_would_be_released_and_changes_nothing(sender: MisSigningStore):
    sender.send(signal(1))
    sender.correct_secret()
    (would,) = sender.release(dry_run=True)
    assert would.problem is None
    assert (len(sender.quarantined()), sender.rows(Delivery)) == (1, [])


def test_a_missing_signature_is_held_but_can_never_be_verified(sender: MisSigningStore):
    sender.send(signal(1), x_wc_webhook_signature=None)
    sender.correct_secret()
    assert [item.problem for item in sender.release()] == ["no signature"]
    assert len(sender.quarantined()) == 1


def test_the_same_again_is_held_once(sender: MisSigningStore):
    for _ in range(3):
        sender.send(signal(1))
    assert len(sender.quarantined()) == 1


@pytest.mark.parametrize(
    ("argument", "changes"),
    [(signal(1, pad="x" * 16_384), {}), (signal(1), {"x_wc_webhook_topic": "order.created"})],
)
def test_what_is_large_or_no_topic_of_ours_is_not_held(
    sender: MisSigningStore, argument: Any, changes: dict[str, str]
):
    assert sender.send(argument, **changes).status == 401
    assert sender.quarantined() == []


def test_what_is_held_is_not_readable_in_the_database(sender: MisSigningStore):
    sender.send(signal(1, event="integration_set_up"))
    (row,) = sender.rows(Quarantined)
    assert "integration" not in row.body_encrypted


def test_the_oldest_and_the_newest_stay_and_the_middle_goes(
    sender: MisSigningStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quarantine, "PER_STORE", 4)
    for seq in range(1, 10):
        sender.send(signal(seq))
        sender.clock.move(minutes=1)
    began = sender.clock.at - timedelta(minutes=9)
    minutes = [(item["received_at"] - began) / timedelta(minutes=1) for item in sender.quarantined()]
    assert minutes == [0, 1, 7, 8]


def test_all_stores_together_have_a_limit_too(sender: MisSigningStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quarantine, "IN_TOTAL", 3)
    for number in range(5):
        other = add_shop(sender.container, f"https://shop{number}.example/").id
        sender.send(signal(1), store=other)
    assert len(sender.quarantined()) == 3


def test_who_sends_many_cannot_make_us_write_many(sender: MisSigningStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receive, "QUARANTINE_BURST", 3)
    sender.receiver = WebhookReceiver(sender.container)
    for seq in range(1, 10):
        assert sender.send(signal(seq)).status == 401
    assert len(sender.quarantined()) == 3
    sender.clock.move(seconds=2)
    for seq in range(10, 20):
        sender.send(signal(seq))
    assert len(sender.quarantined()) == 5
    other = add_shop(sender.container, "https://other.example/").id
    sender.send(signal(1), store=other)
    assert sender.quarantined()[-1]["store"] == other


def test_only_those_asked_for_are_released_and_a_reason_is_needed(sender: MisSigningStore):
    for seq in (1, 2, 3):
        sender.send(signal(seq))
    sender.correct_secret()
    second = sender.quarantined()[1]["id"]
    assert [item.id for item in sender.release(ids=[second])] == [second]
    other = add_shop(sender.container, url="https://other.example/").id
    assert sender.release(store=other) == []
    with pytest.raises(InputError, match="no store matches “st_other”"):
        sender.release(store="st_other")
    with pytest.raises(InputError, match="reason"):
        sender.release(reason=" ")


def test_what_a_store_that_left_had_sent_stays_where_it_is(sender: MisSigningStore):
    sender.send(signal(1))
    disconnect_store(sender.container.at(sender.clock.at), sender.store_id, reason="closed", actor="ann")
    assert [item.problem for item in sender.release()] == ["the store is disconnected"]


def test_many_at_once_are_each_answered_for_themselves(sender: MisSigningStore):
    good, bad = sender.send(signal(1), SECRET), sender.send(signal(2))
    assert (good.status, bad.status, len(sender.quarantined())) == (200, 401, 1)


# counters and samples


def test_rejected_calls_are_counted_by_day_store_and_reason(sender: MisSigningStore):
    sender.send(signal(1))
    sender.send(signal(2))
    sender.send(signal(1), store="st_nobody")
    sender.send(signal(1), content_length="1048577")
    sender.flush_counts()
    counts = {(row.store_id, row.reason): row.count for row in sender.rows(Rejection)}
    assert counts == {(sender.store_id, "signature"): 2, ("", "unknown"): 1, ("", "size"): 1}
    sender.send(signal(3))
    sender.flush_counts()
    counts = {(row.store_id, row.reason): row.count for row in sender.rows(Rejection)}
    assert counts[sender.store_id, "signature"] == 3
    assert {row.day for row in sender.rows(Rejection)} == {sender.clock.at.date()}


def test_pings_are_counted_and_nothing_of_them_is_kept(sender: MisSigningStore):
    body = b"webhook_id=11"
    headers = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    call = WebhookRequest(
        PROVIDERS["woocommerce"], "POST", headers, lambda length: body[:length], sender.store_id
    )
    assert sender.receiver.answer(call).body == {"status": "pong"}
    sender.flush_counts()
    assert [(row.store_id, row.reason, row.count) for row in sender.rows(Rejection)] == [("", "ping", 1)]
    assert sender.rows(RejectionSample) == []


def test_samples_hold_no_credential_and_only_the_newest_stay(
    sender: MisSigningStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rejections, "SAMPLES", 2)
    for seq in (1, 2, 3):
        sender.send(
            signal(seq), authorization="Bearer s3cret", cookie="session=abc", x_wc_webhook_id=str(seq)
        )
    sender.flush_counts()
    samples = sender.rows(RejectionSample)
    sample_headers = [dict(sample.headers) for sample in samples]
    assert [item["x-wc-webhook-id"] for item in sample_headers] == ["2", "3"]
    assert sample_headers[0]["x-wc-webhook-signature"] == "(44 characters)"
    assert not {"authorization", "cookie"} & set(sample_headers[0])


def test_what_is_noted_is_written_with_other_deliveries_and_costs_no_commit_of_its_own(
    sender: MisSigningStore,
):
    sender.send(signal(1), store="st_nobody")
    assert [row.count for row in sender.rows(Rejection)] == [1]  # the first is due at once
    sender.send(signal(1), store="st_nobody")
    assert [row.count for row in sender.rows(Rejection)] == [1]
    sender.flush_counts()
    assert [row.count for row in sender.rows(Rejection)] == [2]


def test_unknown_callers_cannot_make_the_tables_grow(sender: MisSigningStore):
    for number in range(30):
        sender.send(signal(1), store=f"st_{number}")
    sender.flush_counts()
    with sender.container.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Rejection)) == 1
        assert session.scalar(select(func.count()).select_from(RejectionSample)) == 0
