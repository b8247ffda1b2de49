"""A store that signs whatever it sends is answered 200, and fills neither the disk nor the worker."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from receiver.container import Container
from receiver.domain import limits, shop_facts
from receiver.domain.limits import DailyUsage, Keep, how_to_keep
from receiver.integrations.providers import PROVIDERS
from receiver.integrations.woocommerce.events import SETTINGS_SAVED
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries import purge as purging
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.purge import purge
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse
from receiver.storage import audit, decisions, inbox, locked_stores, store_days
from receiver.storage.signal_state import LinkState
from receiver.storage.tables import (
    Attempt,
    AuditEntry,
    CallPause,
    DecisionRow,
    Delivery,
    Link,
    Replay,
    Signal,
    Store,
    StoreDay,
    WebhookSecret,
)
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of, keep_one, link_signal, signal
from tests.staff import Console


class SigningStore:
    """A store that signs whatever it sends, each time under a new delivery id."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.store_id = add_shop(container).id
        self.reception = WebhookReceiver(container)
        self.sent = 0

    def send(self, body: bytes, **changes: str | None) -> WebhookResponse:
        self.sent += 1
        headers = {"x_wc_webhook_delivery_id": f"d{self.sent}", **changes}
        signed = dict(signed_headers(body, SECRET, **headers))
        call = WebhookRequest(PROVIDERS["woocommerce"], "POST", signed, lambda _: body, self.store_id)
        return self.reception.answer(call)

    def rows(self) -> list[Delivery]:
        with self.container.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def kept_bytes(self) -> int:
        return sum(len(row.body or b"") + len(json.dumps(row.headers)) for row in self.rows())

    def day(self) -> StoreDay:
        """What is written of today, after the counts of the last seconds were."""
        self.container.now.move(seconds=6)  # type: ignore[attr-defined]
        self.send(body_of(signal(10**6 + self.sent)))
        with self.container.database.reading() as session:
            day = store_days.day_of_store(session, self.store_id, limits.day_of(self.container.now()))
            assert day is not None
            return day


@pytest.fixture
def sender(container: Container) -> SigningStore:
    return SigningStore(container)


def work_off(container: Container) -> list[Any]:
    outcomes: list[Any] = []
    while batch := process_next(container.database, container.now(), limit=100):
        outcomes += batch
    return outcomes


# What is kept of a delivery


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
    sender.reception = WebhookReceiver(sender.container)
    assert [sender.send(body_of(signal(seq))).body["status"] for seq in (5, 6, 7)] == [
        *("accepted", "accepted", "duplicate")
    ]


def test_a_days_bounds_are_far_above_an_honest_stores_need():
    assert how_to_keep(DailyUsage(1_440, 1_440 * 1_000), 1_000) is Keep.WHOLE


def test_a_thousand_calls_of_a_megabyte_grow_the_database_by_less_than_two(sender: SigningStore):
    before = _on_disk(sender.container)
    for number in range(1_000):
        start = b"%d" % number
        answer = sender.send(
            start + b"x" * (1024**2 - len(start)), x_wc_webhook_topic=None if number % 2 else SETTINGS_SAVED
        )
        assert answer.status == 200
    assert sender.kept_bytes() < 700_000
    assert _on_disk(sender.container) - before < 2 * 1024**2


def _on_disk(container: Container) -> int:
    """Bytes; of SQLite without the log beside it, which is written over."""
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


# What work a store can cause


def test_beyond_a_days_signals_the_rest_is_ignored_with_its_reason(sender: SigningStore, monkeypatch, clock):
    monkeypatch.setattr("receiver.services.deliveries.signal_bounds.SIGNALS_A_DAY", 5)
    for seq in range(1, 10):
        keep_one(sender.container, sender.store_id, link_signal(seq, f"70{seq:03}"))
    states = Counter(item.state for item in work_off(sender.container))
    assert states == {"processed": 5, "ignored": 4}
    assert sender.rows()[-1].error == limits.OVER_SIGNALS
    with sender.container.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Signal)) == 5
    assert sender.day().passed_over == 4
    clock.move(days=1)
    keep_one(sender.container, sender.store_id, link_signal(50, "70050"))
    assert work_off(sender.container)[-1].state == "processed"


def test_a_store_over_its_bounds_is_told_on_today_and_its_page(sender: SigningStore, monkeypatch):
    monkeypatch.setattr(limits, "DELIVERIES_A_DAY", 1)
    for seq in range(1, 5):
        sender.send(body_of(signal(seq)))
    sender.day()
    console = Console(sender.container, "viewer")
    assert "store over a day&#39;s bounds" in console.get("/admin/").text
    assert "counted on another delivery" in console.get(f"/admin/stores/{sender.store_id}").text


def test_claims_without_consent_are_few_and_the_account_named_last_stands(container: Container):
    store_id = add_shop(container).id
    with container.database.writing() as session:
        session.add(
            Link(store_id=store_id, advertiser_id="6999", ended_at=container.now(), proven_at=container.now())
        )
    for seq in range(1, 61):
        keep_one(container, store_id, link_signal(seq, f"70{seq:03}"))
    work_off(container)
    with container.database.reading() as session:
        links = list(session.scalars(select(Link).order_by(Link.id)))
    claims = [link.advertiser_id for link in links if link.proven_at is None]
    assert claims == [f"70{seq:03}" for seq in range(41, 61)]
    assert [link.advertiser_id for link in links if link.ended_at is None] == ["70060"]
    assert links[0].advertiser_id == "6999"  # an advertiser consented to it once: it stays


def test_a_batch_reads_no_more_links_of_a_store_than_it_names(
    container: Container, monkeypatch: pytest.MonkeyPatch
):
    store_id = add_shop(container).id
    ended = {"store_id": store_id, "ended_at": container.now()}
    with container.database.writing() as session:
        session.add_all(Link(advertiser_id=f"5{number:04}", **ended) for number in range(3_000))
    loaded: list[str] = []
    real = locked_stores.read_links

    def note(*asked: Any) -> list[LinkState]:
        links = real(*asked)
        loaded.extend(link.advertiser_id for link in links)
        return links

    monkeypatch.setattr(locked_stores, "read_links", note)
    keep_one(container, store_id, link_signal(1, "70001"))
    keep_one(container, store_id, link_signal(2, "50007"))
    work_off(container)
    assert loaded == ["50007"]


# What is old


def _old_rows(store_id: str, at: datetime) -> list[Any]:
    asked = {"actor": "ann", "reason": "why", "filters": {}, "rate": 1, "up_to": 0, "cursor": 0, "total": 0}
    ended = {"asked_at": at, "next_at": at, "ended_at": at, "state": "done", "outcomes": {}}
    return [
        Signal(store_id=store_id, install_id="i", seq=1, event="state", at=at),
        StoreDay(store_id=store_id, day=limits.day_of(at)),
        Replay(**asked, **ended),
        CallPause(subject="7001", until=at, attempts=1),
        WebhookSecret(hook_id=store_id, secret_encrypted="x", created_at=at, valid_until=at),
    ]


@pytest.mark.parametrize(
    ("kind", "days"),
    [("signals", 400), ("store days", 400), ("replays", 400), ("call pauses", 2), ("webhook secrets", 400)],
)
def test_what_is_kept_for_a_while_goes_after_it(container: Container, clock, kind: str, days: int):
    store_id = add_shop(container).id
    with container.database.writing() as session:
        session.add_all(_old_rows(store_id, container.now()))
    clock.move(days=days)
    assert purge(container.database, container.now(), 30, within=timedelta(minutes=1))[kind] == 0
    clock.move(days=1)
    assert purge(container.database, container.now(), 30, within=timedelta(minutes=1))[kind] == 1


# What a store writes by what it says of itself


def test_a_long_list_of_integrations_is_cut():
    plugins = [(f"tiktok-{number}/{'x' * 400}.php", "9" * 400) for number in range(5_000)]
    kept = shop_facts.ShopFacts(wc_version="1" * 5_000, plugins=tuple(plugins)).as_json()
    assert len(kept["integration"]) == shop_facts.MOST_INTEGRATIONS
    assert len(json.dumps(kept)) < 2_000


def test_an_audit_detail_is_cut_at_4_kib_and_says_so(container: Container):
    detail = {
        "changed": {"name": ["x" * 100_000, "y"]},
        "why": "told",
        **{f"n{n}": "z" * 90 for n in range(99)},
    }
    with container.database.writing() as session:
        audit.record(session, container.now(), "ann", "facts set", "elsewhere", detail)
    with container.database.reading() as session:
        (entry,) = session.scalars(select(AuditEntry))
    assert len(json.dumps(entry.detail)) <= audit.LARGEST_DETAIL
    assert entry.detail["cut"].startswith("from 1")
    assert entry.detail["why"] == "told"
    assert audit.shorten_detail({"small": 1}) == {"small": 1}


def test_what_a_store_brings_about_is_audited_so_often_a_day_and_the_last_entry_says_so(
    container: Container, clock
):
    store_id = add_shop(container).id

    def write(actor: str, count: int) -> list[AuditEntry]:
        with container.database.writing() as session:
            for _ in range(count):
                audit.record(session, container.now(), actor, "store facts", store_id, {"changed": 1})
                session.flush()
        with container.database.reading() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.actor == actor)))

    entries = write("bridge", audit.BY_STORE_A_DAY + 20)
    assert len(entries) == audit.BY_STORE_A_DAY
    assert "bound" in entries[-1].detail
    assert "bound" not in entries[-2].detail
    assert len(write("ann", audit.BY_STORE_A_DAY + 20)) == audit.BY_STORE_A_DAY + 20
    clock.move(days=1)
    assert len(write("bridge", 1)) == audit.BY_STORE_A_DAY + 1


def test_a_store_that_flips_has_so_many_decisions_a_day_the_first_and_the_newest(container, monkeypatch):
    monkeypatch.setattr(decisions, "DECISIONS_A_DAY", 6)
    store_id = add_shop(container).id
    for step in range(20):
        with container.database.writing() as session:
            session.get_one(Store, store_id).country = ("US", "GB")[step % 2]
        decide_store(container.database, container.now(), store_id)
    with container.database.reading() as session:
        rows = list(session.scalars(select(DecisionRow).order_by(DecisionRow.id)))
    assert [row.facts["store"]["country"] for row in rows] == ["US", "GB", "US", "GB", "US", "GB"]
    assert len(rows) == 6


@pytest.mark.parametrize("at_once", [1, 500])
def test_old_decisions_are_thinned_to_the_last_of_each_day(container, clock, monkeypatch, at_once):
    monkeypatch.setattr(purging, "STEP", at_once)
    store_id = add_shop(container).id
    for step in range(4):
        with container.database.writing() as session:
            session.get_one(Store, store_id).country = ("US", "GB")[step % 2]
        decide_store(container.database, container.now(), store_id)
        clock.move(hours=5 if step % 2 == 0 else 19)
    clock.move(days=80)
    decide_store(container.database, container.now(), store_id)
    clock.move(days=12)
    gone = purge(container.database, container.now(), 30, within=timedelta(minutes=1))
    assert gone["decisions"] == 2
    with container.database.reading() as session:
        rows = list(session.scalars(select(DecisionRow).order_by(DecisionRow.id)))
    assert [row.facts["store"]["country"] for row in rows[:2]] == ["GB", "GB"]
