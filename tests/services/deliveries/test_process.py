"""Processing: all of a delivery's effects or none, tried again when it helps, given up when it cannot."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from decimal import InvalidOperation
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DataError, IntegrityError

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.errors import StorageUnavailable
from receiver.services.deliveries import apply_signal, process
from receiver.services.deliveries.process import AttemptResult, process_next
from receiver.storage import delivery_queue
from receiver.storage.database import Database
from receiver.storage.locked_stores import LockedStores
from receiver.storage.tables import Attempt, Link, Signal, Store
from receiver.worker.loop import work_inbox
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, body_of, keep, keep_one, link_signal, row, signal


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def work(container: Container, **how: Any) -> list[AttemptResult]:
    return process_next(container, chance=lambda: 0.5, **how)


def store(container: Container, store_id: str) -> Store:
    with container.database.reading() as session:
        return session.get_one(Store, store_id)


def break_links(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Make the last effect of a link fail, after others were written."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(LockedStores, "end_other_links", fail)


def test_a_signal_is_applied_and_the_store_is_named_for_deciding(container: Container, store_id: str):
    delivery_id = keep_one(container, store_id, signal(event="integration_set_up"))
    assert work(container) == [
        AttemptResult(delivery_id, DeliveryState.PROCESSED, None, (store_id,), store_id)
    ]
    assert store(container, store_id).set_up_at is not None
    processed = row(container, delivery_id)
    assert (processed.state, processed.due_at, processed.lease_until, processed.ended_at) == (
        "processed",
        None,
        None,
        container.now(),
    )
    (attempt,) = attempts(container, delivery_id)
    assert (attempt.at, attempt.actor, attempt.outcome, attempt.error) == (
        container.now(),
        "worker",
        "processed",
        None,
    )
    assert work(container) == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_effects_may_be_lost_with_a_crash_and_a_decision_that_rests_on_them_may_not(
    container: Container, store_id: str
):
    keep_one(container, store_id, signal(event="integration_set_up"))
    commits: list[tuple[str, bool]] = []  # synchronous_commit, and whether a decision is in it

    def look(connection: Connection) -> None:
        decisions = connection.scalar(
            text("SELECT count(*) FROM decisions WHERE xmin = pg_current_xact_id()::xid")
        )
        commits.append((connection.scalar(text("SHOW synchronous_commit")) or "", bool(decisions)))

    event.listen(container.database.engine, "commit", look)
    work_inbox(container)
    assert [synced for synced, has_decision in commits if has_decision] == ["on"]
    assert [synced for synced, _ in commits[:2]] == ["off", "off"]  # the claim, and the effects


def test_a_signal_delivered_again_under_another_body_is_applied_once(container: Container, store_id: str):
    first = keep_one(container, store_id, link_signal(3))
    second = keep(container, store_id, body_of(link_signal(3)) + b" ")[0].id
    outcomes = work(container)
    assert [(outcome.delivery_id, outcome.state) for outcome in outcomes] == [
        (first, DeliveryState.PROCESSED),
        (second, DeliveryState.PROCESSED),
    ]
    assert [outcome.stores for outcome in outcomes] == [(store_id,), ()]
    with container.database.reading() as session:
        assert [signal.delivery_id for signal in session.query(Signal)] == [first]


def test_the_oldest_goes_first_and_no_more_than_the_limit(container: Container, store_id: str):
    ids = [keep_one(container, store_id, signal(seq)) for seq in (1, 2, 3)]
    assert [item.delivery_id for item in work(container, limit=2)] == ids[:2]


# what fails


def test_a_failing_effect_rolls_everything_back_and_leaves_the_delivery_failed(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    break_links(monkeypatch, RuntimeError("the effect broke\nand a line of values"))
    assert [item.state for item in work(container)] == [DeliveryState.FAILED]
    failed = row(container, delivery_id)
    assert failed.error == "RuntimeError: the effect broke"
    assert failed.due_at == container.now() + timedelta(seconds=5)
    assert [(attempt.outcome, attempt.error) for attempt in attempts(container, delivery_id)] == [
        ("failed", failed.error)
    ]
    with container.database.reading() as session:
        assert session.query(Signal).count() == session.query(Link).count() == 0
    assert store(container, store_id).account_news is None


def test_what_failed_is_tried_again_and_its_error_is_cleared(
    container: Container, store_id: str, clock: FrozenClock
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    with pytest.MonkeyPatch.context() as monkeypatch:
        break_links(monkeypatch, RuntimeError("broke"))
        work(container)
    assert work(container) == []
    clock.move(seconds=5)
    assert [item.state for item in work(container)] == [DeliveryState.PROCESSED]
    assert row(container, delivery_id).error is None
    assert [attempt.outcome for attempt in attempts(container, delivery_id)] == ["failed", "processed"]


def test_after_nine_tries_it_is_dead(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    break_links(monkeypatch, RuntimeError("broke"))
    states = []
    for _ in range(12):
        states += [item.state for item in work(container)]
        clock.move(days=2)
    assert states == [DeliveryState.FAILED] * 8 + [DeliveryState.DEAD]
    assert len(attempts(container, delivery_id)) == 9
    assert row(container, delivery_id).ended_at is not None


def test_the_error_holds_no_value_of_a_statement(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    secret = IntegrityError("INSERT …", {"token": "s3cret"}, Exception("unique constraint failed"))
    break_links(monkeypatch, secret)
    work(container)
    error = row(container, delivery_id).error
    assert error is not None
    assert "IntegrityError" in error
    assert "s3cret" not in error


def test_a_poisoned_one_does_not_hold_its_neighbours_up(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    for argument in (signal(1), link_signal(2), signal(3)):
        keep_one(container, store_id, argument)
    break_links(monkeypatch, RuntimeError("broke"))
    assert [item.state for item in work(container)] == [
        DeliveryState.PROCESSED,
        DeliveryState.FAILED,
        DeliveryState.PROCESSED,
    ]


def test_of_a_large_batch_the_poisoned_one_is_found_by_halves(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(container, store_id, link_signal(8) if seq == 8 else signal(seq)) for seq in range(1, 17)]
    break_links(monkeypatch, RuntimeError("broke"))
    sizes: list[int] = []
    real = process.apply_deliveries

    def apply_noting_size(session: Any, deliveries: Any, *arguments: Any) -> Any:
        sizes.append(len(deliveries))
        return real(session, deliveries, *arguments)

    monkeypatch.setattr(process, "apply_deliveries", apply_noting_size)
    states = {item.delivery_id: item.state for item in work(container, limit=16)}
    assert [number for number, state in states.items() if state == DeliveryState.FAILED] == [ids[7]]
    assert list(states) == ids
    assert sizes == [16, 8, 4, 4, 2, 2, 1, 1, 8]
    assert [len(attempts(container, item)) for item in ids] == [1] * 16


def test_a_duplicate_of_a_failed_one_is_tried_at_once(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    with pytest.MonkeyPatch.context() as patch:
        keep_one(container, store_id, link_signal(3))
        break_links(patch, RuntimeError("broke"))
        work(container)
    keep_one(container, store_id, link_signal(3))
    assert [item.state for item in work(container)] == [DeliveryState.PROCESSED]


# what can never succeed

DEAD = {
    b"<html>": "body: not JSON",
    b"[]": "body: must be a JSON object",
    b'{"code":"woocommerce_rest_cannot_view","message":"m","data":{"status":401}}': "code: the store sent",
    body_of(signal(seq="7")): "arg.seq: must be a whole number",
    body_of(signal(home_url="https://staging.example/")): "held: ",
    body_of(link_signal(1, advertiser_id=7)): "arg.advertiser_id: must be",
    b"[" * 100_000: "body: not JSON that can be read",
    b'{"action":"wc_ad_credit_signal","arg":' + b"9" * 4_300 + b"}": "body: not JSON that can be read",
    b'{"action":"wc_ad_credit_signal","arg":1e-99999999999999999999}': "body: not JSON that can be read",
    body_of({**signal(), "seq": 2**63}): "arg.seq: must be a whole number",
    body_of({**signal(), "event": "\0"}): "arg.event: must be one of",
}


@pytest.mark.parametrize(("body", "error"), DEAD.items(), ids=DEAD.values())
def test_what_can_never_be_read_is_dead_at_once_and_says_why(
    container: Container, store_id: str, body: bytes, error: str
):
    (delivery,) = keep(container, store_id, body)
    assert [item.state for item in work(container)] == [DeliveryState.DEAD]
    dead = row(container, delivery.id)
    assert dead.error is not None
    assert dead.error.startswith(error)
    assert (dead.due_at, dead.body) == (None, body)
    assert [attempt.error for attempt in attempts(container, delivery.id)] == [dead.error]
    assert store(container, store_id).integration_news is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        OverflowError(),
        InvalidOperation(),
        RecursionError(),
        DataError("", {}, Exception()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_nobody_can_work_with_is_dead_at_once_and_costs_its_neighbours_one_retry(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    ids = [keep_one(container, store_id, argument) for argument in (signal(1), link_signal(2), signal(3))]
    break_links(monkeypatch, error)
    assert [item.state for item in work(container)] == [
        DeliveryState.PROCESSED,
        DeliveryState.DEAD,
        DeliveryState.PROCESSED,
    ]
    assert [len(attempts(container, item)) for item in ids] == [1, 1, 1]
    assert row(container, ids[1]).error.startswith("cannot be worked with: ")
    assert work(container) == []


@pytest.mark.parametrize("topic", ["order.created", "action.woocommerce_settings_saved", None])
def test_a_topic_that_is_not_used_ends_ignored_and_its_body_is_dropped(
    container: Container, store_id: str, topic: str | None
):
    (delivery,) = keep(container, store_id, b'{"billing":{"first_name":"Ann"}}', topic=topic)
    assert [item.state for item in work(container)] == [DeliveryState.IGNORED]
    ignored = row(container, delivery.id)
    assert (ignored.body, len(ignored.body_sha256)) == (None, 64)
    assert ignored.error


# several workers, and a database that goes


@pytest.mark.parametrize("newest_at_start", [None, 0])  # claimed, and without a claim
def test_two_workers_never_process_one_delivery_at_the_same_time(
    container: Container, store_id: str, newest_at_start: int | None
):
    ids = [keep_one(container, store_id, signal(seq)) for seq in range(1, 41)]
    outcomes: list[AttemptResult] = []
    start = Barrier(3)

    def worker() -> None:
        database = Database(container.settings.database_url)
        context = replace(container, database=database)
        start.wait()
        while batch := process_next(context, limit=4, newest_at_start=newest_at_start):
            outcomes.extend(batch)
        database.close()

    threads = [Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(outcome.delivery_id for outcome in outcomes) == ids
    assert {(item.state, item.tries) for item in (row(container, number) for number in ids)} == {
        ("processed", 1)
    }
    with container.database.reading() as session:
        assert session.query(Attempt).count() == 40
    assert store(container, store_id).integration_news[1] == 40  # type: ignore[index]


def test_two_signals_of_one_store_at_the_same_time_wait_for_each_other(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    for seq in (2, 1):
        keep_one(container, store_id, signal(seq))
    real = LockedStores.is_applied

    def slowly(*arguments: Any) -> bool:
        time.sleep(0.3)
        return real(*arguments)

    monkeypatch.setattr(LockedStores, "is_applied", slowly)
    threads = [Thread(target=process_next, args=(container,), kwargs={"limit": 1}) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join(120)
    assert store(container, store_id).integration_news[1] == 2  # type: ignore[index]


def test_a_worker_whose_lease_is_over_changes_nothing(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    real, quicker = process.apply_deliveries, []

    def stall(session: Any, *_arguments: Any) -> Any:
        monkeypatch.setattr(process, "apply_deliveries", real)
        session.rollback()  # the row is free while this worker sleeps through its lease
        clock.move(minutes=5)
        quicker.extend(work(container))
        raise RuntimeError("woke up too late")

    monkeypatch.setattr(process, "apply_deliveries", stall)
    assert work(container) == []
    assert [item.state for item in quicker] == [DeliveryState.PROCESSED]
    assert row(container, delivery_id).state == "processed"
    assert [attempt.outcome for attempt in attempts(container, delivery_id)] == ["processed"]


def test_a_worker_killed_in_mid_batch_leaves_nothing_half_done_and_its_rows_move_on_in_ten_seconds(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(container, store_id, argument) for argument in (signal(1), link_signal(2), signal(3))]
    with pytest.MonkeyPatch.context() as patch:
        break_links(patch, SystemExit())  # type: ignore[arg-type]
        with pytest.raises(SystemExit):
            work(container)
    with container.database.reading() as session:
        assert session.query(Signal).count() == session.query(Attempt).count() == 0
    assert work(container) == []  # they are still the lost worker's
    clock.move(seconds=10)
    assert [(item.delivery_id, item.state) for item in work(container)] == [
        (item, DeliveryState.PROCESSED) for item in ids
    ]


def test_a_batch_in_which_nothing_fails_costs_two_commits(container: Container, store_id: str, monkeypatch):
    for seq in range(1, 21):
        keep_one(container, store_id, signal(seq))
    commits, real = [], Database.writing

    def count_commit(database: Database) -> Any:
        commits.append(1)
        return real(database)

    monkeypatch.setattr(Database, "writing", count_commit)
    assert len(work(container)) == 20
    assert len(commits) == 2  # the claim, and all of the effects


def test_one_that_every_worker_dies_of_ends_too(container: Container, store_id: str, clock: FrozenClock):
    delivery_id = keep_one(container, store_id, signal())
    for _ in range(9):
        with container.database.writing() as session:
            assert len(delivery_queue.claim(session, container.now(), 1, process.LEASE)) == 1
        clock.move(minutes=5)
    assert [item.state for item in work(container)] == [DeliveryState.DEAD]
    assert row(container, delivery_id).error == "every worker that took it was lost"


def test_a_database_that_goes_away_is_no_fault_of_the_delivery(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(container, store_id, argument) for argument in (signal(1), link_signal(2), signal(3))]
    with pytest.MonkeyPatch.context() as patch:
        break_links(patch, StorageUnavailable("gone"))
        assert [item.delivery_id for item in work(container)] == ids[:1]
    for delivery_id in ids[1:]:
        released = row(container, delivery_id)
        assert (released.state, released.tries, attempts(container, delivery_id)) == ("received", 0, [])
    assert [item.state for item in work(container)] == [DeliveryState.PROCESSED] * 2


def test_a_database_that_is_gone_from_the_first_is_told(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    keep_one(container, store_id, link_signal(1))
    break_links(monkeypatch, StorageUnavailable("gone"))
    with pytest.raises(StorageUnavailable):
        work(container)


def test_told_to_stop_before_it_began_it_gives_all_back_at_once(container: Container, store_id: str):
    ids = [keep_one(container, store_id, signal(seq)) for seq in range(1, 6)]
    assert work(container, stopping=lambda: True) == []
    assert_free(container, ids)
    assert [item.delivery_id for item in work(container)] == ids


def test_told_to_stop_it_finishes_the_one_in_hand_and_gives_the_others_back_at_once(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(container, store_id, signal(seq)) for seq in range(1, 6)]
    alone: list[int] = []
    real = process.apply_deliveries

    def apply_alone(session: Any, deliveries: Any, now: Any) -> Any:
        if len(deliveries) > 1:
            raise RuntimeError("the batch is undone")
        alone.append(deliveries[0].id)
        return real(session, deliveries, now)

    monkeypatch.setattr(process, "apply_deliveries", apply_alone)
    results = work(container, stopping=lambda: len(alone) == 2)
    assert [(item.delivery_id, item.state) for item in results] == [
        (item, DeliveryState.PROCESSED) for item in ids[:2]
    ]
    assert_free(container, ids[2:])
    assert [item.delivery_id for item in work(container)] == ids[2:]


def assert_free(container: Container, ids: list[int]) -> None:
    for delivery_id in ids:
        free = row(container, delivery_id)
        assert (free.state, free.tries, free.lease_until, free.due_at) == (
            "received",
            0,
            None,
            container.now(),
        )


def test_the_worker_takes_in_by_the_service_of_that_name():
    assert process.apply_deliveries is apply_signal.apply_deliveries
