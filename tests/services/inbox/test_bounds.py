"""A store that signs whatever it sends is answered 200, and does not fill the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from receiver.container import Container
from receiver.domain import limits
from receiver.domain.limits import DailyUsage, Keep, how_to_keep
from receiver.integrations.woocommerce.events import SETTINGS_SAVED
from receiver.services.inbox.receive import WebhookReceiver
from receiver.storage import inbox
from receiver.storage.tables import Attempt, Delivery
from tests.signals import add_shop, body_of, keep_one, signal
from tests.signing_store import SigningStore, work_off
from tests.staff import Console


@pytest.fixture
def sender(container: Container) -> SigningStore:
    return SigningStore(container)


def test_a_signal_above_16_kib_leaves_its_hash_size_and_reason(sender: SigningStore):
    body = body_of(signal(1, note="x" * limits.LARGEST_BODY))
    assert sender.send(body).body["status"] == "accepted"
    work_off(sender.container)
    (row,) = sender.rows()
    assert (row.state, row.body, row.body_bytes) == ("dead", None, len(body))
    assert row.error == "body: larger than 16 KiB; its hash and size are kept"


@pytest.mark.parametrize("topic", ["order.created", None])
def test_a_body_of_a_topic_we_do_not_use_is_never_written(sender: SigningStore, topic):
    body = b"x" * 5000
    assert sender.send(body, x_wc_webhook_topic=topic).body["status"] == "accepted"
    (row,) = sender.rows()
    assert (row.body, row.body_bytes) == (None, 5000)
    work_off(sender.container)
    assert sender.rows()[0].state == "ignored"


def test_header_values_are_cut_and_only_known_headers_kept(sender: SigningStore):
    sender.send(body_of(signal(1)), user_agent="a" * 5000, x_invented="b" * 5000)
    headers = dict(sender.rows()[0].headers)
    assert headers["user-agent"] == "a" * 200
    assert "x-invented" not in headers


def test_one_body_again_and_again_has_ten_rows_and_is_then_counted_on_the_first(sender: SigningStore):
    body = body_of(signal(1))
    answers = [sender.send(body).body for _ in range(15)]
    rows = sender.rows()
    assert len(rows) == limits.SAME_BODY_ROWS
    assert [answer["status"] for answer in answers] == ["accepted"] * 10 + ["duplicate"] * 5
    assert {answer["id"] for answer in answers[10:]} == {rows[0].id}
    assert rows[0].duplicates == 5
    assert sender.send(body_of(signal(2))).body["status"] == "accepted"


def test_one_body_has_rows_again_on_the_next_day(sender: SigningStore, clock):
    for _ in range(12):
        sender.send(b"{}", x_wc_webhook_topic=SETTINGS_SAVED)
    clock.move(days=1)
    assert sender.send(b"{}", x_wc_webhook_topic=SETTINGS_SAVED).body["status"] == "accepted"


def test_beyond_a_days_bytes_a_delivery_keeps_its_hash_and_is_answered_200(sender: SigningStore, monkeypatch):
    bodies = [body_of(signal(seq, note="x" * 1000)) for seq in range(1, 6)]
    monkeypatch.setattr(limits, "BODY_BYTES_A_DAY", 3 * len(bodies[0]))
    assert [sender.send(body).body["status"] for body in bodies] == ["accepted"] * 5
    assert [row.body is not None for row in sender.rows()] == [True] * 3 + [False] * 2
    work_off(sender.container)
    late = sender.rows()[-1]
    assert (late.state, late.error, late.body_bytes) == ("ignored", limits.OVER_BYTES, len(bodies[0]))
    assert sender.day().shortened == 3  # with the one that brought the counts to be written


def test_beyond_a_days_rows_deliveries_are_counted_on_one(sender: SigningStore, monkeypatch):
    monkeypatch.setattr(limits, "DELIVERIES_A_DAY", 4)
    answers = [sender.send(body_of(signal(seq))).body for seq in range(1, 11)]
    work_off(sender.container)
    assert {answer["id"] for answer in answers[4:]} == {sender.rows()[-1].id}
    last = sender.rows()[-1]
    assert (len(sender.rows()), last.duplicates, last.state) == (5, 5, "ignored")
    assert sender.send(body_of(signal(99))).status == 200
    assert work_off(sender.container) == []  # counting on it queues nothing


def test_a_body_sent_again_beyond_a_days_rows_makes_no_row_of_its_own(sender: SigningStore, monkeypatch):
    monkeypatch.setattr(limits, "DELIVERIES_A_DAY", 2)
    for seq in range(1, 6):
        for _ in range(limits.SAME_BODY_ROWS + 2):
            assert sender.send(body_of(signal(seq))).status == 200
    assert len(sender.rows()) == 3


def test_what_other_processes_counted_counts_too(sender: SigningStore, monkeypatch):
    monkeypatch.setattr(limits, "DELIVERIES_A_DAY", 3)
    sender.send(body_of(signal(1)))
    sender.day()
    sender.receiver = WebhookReceiver(sender.container)
    assert [sender.send(body_of(signal(seq))).body["status"] for seq in (5, 6, 7)] == [
        *("accepted", "accepted", "duplicate")
    ]


def test_a_days_bounds_are_far_above_an_honest_stores_need():
    assert how_to_keep(DailyUsage(1_440, 1_440 * 1_000), 1_000) is Keep.WHOLE


def test_a_thousand_calls_of_a_megabyte_grow_the_database_by_less_than_two(sender: SigningStore):
    before = _database_size(sender.container)
    for number in range(1_000):
        start = b"%d" % number
        answer = sender.send(
            start + b"x" * (1024**2 - len(start)), x_wc_webhook_topic=None if number % 2 else SETTINGS_SAVED
        )
        assert answer.status == 200
    assert sender.kept_bytes() < 700_000
    assert _database_size(sender.container) - before < 2 * 1024**2


def _database_size(container: Container) -> int:
    """Return the size of the database in bytes, for SQLite without its log, which is written over."""
    if container.database.is_sqlite:
        container.database.shrink()
        return Path(str(container.database.url.database)).stat().st_size
    with container.database.reading() as session:
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0


def test_a_delivery_that_its_sender_repeats_without_end_is_queued_again_so_often_only(container: Container):
    store_id = add_shop(container).id
    for _ in range(inbox.QUEUED_AGAIN + 20):
        keep_one(container, store_id, {"v": 1, "event": "unreadable"})
        work_off(container)
    with container.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == inbox.QUEUED_AGAIN + 1
        assert session.scalar(select(Delivery.duplicates)) == inbox.QUEUED_AGAIN + 19


def test_a_delivery_that_is_tried_again_keeps_its_body_when_it_comes_once_more_over_the_bytes(
    sender: SigningStore, monkeypatch
):
    body = body_of(signal(1))
    sender.send(body, x_wc_webhook_delivery_id="same")
    with sender.container.database.writing() as session:
        session.scalars(select(Delivery)).one().state = "failed"
    monkeypatch.setattr(limits, "BODY_BYTES_A_DAY", len(body))
    assert sender.send(body, x_wc_webhook_delivery_id="same").body["status"] == "duplicate"
    work_off(sender.container)
    (row,) = sender.rows()
    assert (row.state, row.body) == ("processed", body)


def test_a_store_over_its_bounds_is_told_on_today_and_its_page(sender: SigningStore, monkeypatch):
    monkeypatch.setattr(limits, "DELIVERIES_A_DAY", 1)
    for seq in range(1, 5):
        sender.send(body_of(signal(seq)))
    sender.day()
    console = Console(sender.container, "viewer")
    assert "store over a day&#39;s bounds" in console.get("/admin/").text
    assert "counted on another delivery" in console.get(f"/admin/stores/{sender.store_id}").text
