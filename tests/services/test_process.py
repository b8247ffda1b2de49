"""Processing: all of a delivery's effects or none, tried again when it helps, given up when it cannot."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import InvalidOperation
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy.exc import DataError, IntegrityError

from receiver.domain.deliveries import State
from receiver.errors import StorageUnavailable
from receiver.services.processing import process, take_in
from receiver.services.processing.process import Outcome, process_next
from receiver.storage.database import Database
from receiver.storage.held_stores import HeldStores
from receiver.storage.tables import Attempt, Link, Signal, Store
from receiver.wiring import Wiring
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, body_of, keep, keep_one, linked, row, signal


@pytest.fixture
def store_id(wired: Wiring) -> str:
    return add_shop(wired).id


def work(wired: Wiring, **how: Any) -> list[Outcome]:
    return process_next(wired.database, wired.now(), chance=lambda: 0.5, **how)


def store(wired: Wiring, store_id: str) -> Store:
    with wired.database.reading() as session:
        return session.get_one(Store, store_id)


def break_links(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The last effect of a link fails, after others were written."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(HeldStores, "end_other_links", fail)


def test_a_signal_is_taken_in_and_the_store_is_named_for_deciding(wired: Wiring, store_id: str):
    delivery_id = keep_one(wired, store_id, signal(event="integration_set_up"))
    assert work(wired) == [Outcome(delivery_id, State.PROCESSED, None, (store_id,))]
    assert store(wired, store_id).set_up_at is not None
    done = row(wired, delivery_id)
    assert (done.state, done.due_at, done.lease_until, done.ended_at) == (
        "processed",
        None,
        None,
        wired.now(),
    )
    (attempt,) = attempts(wired, delivery_id)
    assert (attempt.at, attempt.actor, attempt.outcome, attempt.error) == (
        wired.now(),
        "worker",
        "processed",
        None,
    )
    assert work(wired) == []


def test_twice_delivered_is_once_done(wired: Wiring, store_id: str):
    first = keep_one(wired, store_id, linked(3))
    second = keep(wired, store_id, body_of(linked(3)) + b" ")[0].id
    outcomes = work(wired)
    assert [(one.delivery_id, one.state) for one in outcomes] == [
        (first, State.PROCESSED),
        (second, State.PROCESSED),
    ]
    assert [one.stores for one in outcomes] == [(store_id,), ()]
    with wired.database.reading() as session:
        assert [signal.delivery_id for signal in session.query(Signal)] == [first]


def test_the_oldest_goes_first_and_no_more_than_the_limit(wired: Wiring, store_id: str):
    ids = [keep_one(wired, store_id, signal(seq)) for seq in (1, 2, 3)]
    assert [one.delivery_id for one in work(wired, limit=2)] == ids[:2]


# what fails


def test_a_failing_effect_rolls_everything_back_and_leaves_the_delivery_failed(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(wired, store_id, linked(3))
    break_links(monkeypatch, RuntimeError("the effect broke\nand a line of values"))
    assert [one.state for one in work(wired)] == [State.FAILED]
    failed = row(wired, delivery_id)
    assert failed.error == "RuntimeError: the effect broke"
    assert failed.due_at == wired.now() + timedelta(seconds=5)
    assert [(one.outcome, one.error) for one in attempts(wired, delivery_id)] == [("failed", failed.error)]
    with wired.database.reading() as session:
        assert session.query(Signal).count() == session.query(Link).count() == 0
    assert store(wired, store_id).account_news is None


def test_what_failed_is_tried_again_and_its_error_is_cleared(
    wired: Wiring, store_id: str, clock: FrozenClock
):
    delivery_id = keep_one(wired, store_id, linked(3))
    with pytest.MonkeyPatch.context() as monkeypatch:
        break_links(monkeypatch, RuntimeError("broke"))
        work(wired)
    assert work(wired) == []
    clock.move(seconds=5)
    assert [one.state for one in work(wired)] == [State.PROCESSED]
    assert row(wired, delivery_id).error is None
    assert [one.outcome for one in attempts(wired, delivery_id)] == ["failed", "processed"]


def test_after_nine_tries_it_is_dead(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(wired, store_id, linked(3))
    break_links(monkeypatch, RuntimeError("broke"))
    states = []
    for _ in range(12):
        states += [one.state for one in work(wired)]
        clock.move(days=2)
    assert states == [State.FAILED] * 8 + [State.DEAD]
    assert len(attempts(wired, delivery_id)) == 9
    assert row(wired, delivery_id).ended_at is not None


def test_the_error_holds_no_value_of_a_statement(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(wired, store_id, linked(3))
    secret = IntegrityError("INSERT …", {"token": "s3cret"}, Exception("unique constraint failed"))
    break_links(monkeypatch, secret)
    work(wired)
    error = row(wired, delivery_id).error
    assert error is not None
    assert "IntegrityError" in error
    assert "s3cret" not in error


def test_a_poisoned_one_does_not_hold_its_neighbours_up(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    for argument in (signal(1), linked(2), signal(3)):
        keep_one(wired, store_id, argument)
    break_links(monkeypatch, RuntimeError("broke"))
    assert [one.state for one in work(wired)] == [State.PROCESSED, State.FAILED, State.PROCESSED]


def test_a_duplicate_of_a_failed_one_is_tried_at_once(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    with pytest.MonkeyPatch.context() as broken:
        keep_one(wired, store_id, linked(3))
        break_links(broken, RuntimeError("broke"))
        work(wired)
    keep_one(wired, store_id, linked(3))
    assert [one.state for one in work(wired)] == [State.PROCESSED]


# what can never succeed

DEAD = {
    b"<html>": "body: not JSON",
    b"[]": "body: must be a JSON object",
    b'{"code":"woocommerce_rest_cannot_view","message":"m","data":{"status":401}}': "code: the store sent",
    body_of(signal(seq="7")): "arg.seq: must be a whole number",
    body_of(signal(home_url="https://staging.example/")): "held: ",
    body_of(linked(1, advertiser_id=7)): "arg.advertiser_id: must be",
    b"[" * 100_000: "body: not JSON that can be read",
    b'{"action":"wc_ad_credit_signal","arg":' + b"9" * 4_300 + b"}": "body: not JSON that can be read",
    b'{"action":"wc_ad_credit_signal","arg":1e-99999999999999999999}': "body: not JSON that can be read",
    body_of({**signal(), "seq": 2**63}): "arg.seq: must be a whole number",
    body_of({**signal(), "event": "\0"}): "arg.event: must be one of",
}


@pytest.mark.parametrize(("body", "error"), DEAD.items(), ids=DEAD.values())
def test_what_can_never_be_read_is_dead_at_once_and_says_why(
    wired: Wiring, store_id: str, body: bytes, error: str
):
    (kept,) = keep(wired, store_id, body)
    assert [one.state for one in work(wired)] == [State.DEAD]
    dead = row(wired, kept.id)
    assert dead.error is not None
    assert dead.error.startswith(error)
    assert (dead.due_at, dead.body) == (None, body)
    assert [one.error for one in attempts(wired, kept.id)] == [dead.error]
    assert store(wired, store_id).integration_news is None


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
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    ids = [keep_one(wired, store_id, argument) for argument in (signal(1), linked(2), signal(3))]
    break_links(monkeypatch, error)
    assert [one.state for one in work(wired)] == [State.PROCESSED, State.DEAD, State.PROCESSED]
    assert [len(attempts(wired, one)) for one in ids] == [1, 1, 1]
    assert row(wired, ids[1]).error.startswith("cannot be worked with: ")
    assert work(wired) == []


@pytest.mark.parametrize("topic", ["order.created", "action.woocommerce_settings_saved", None])
def test_a_topic_that_is_not_used_ends_ignored_and_its_body_is_dropped(
    wired: Wiring, store_id: str, topic: str | None
):
    (kept,) = keep(wired, store_id, b'{"billing":{"first_name":"Ann"}}', topic=topic)
    assert [one.state for one in work(wired)] == [State.IGNORED]
    ignored = row(wired, kept.id)
    assert (ignored.body, len(ignored.body_sha256)) == (None, 64)
    assert ignored.error


# several workers, and a database that goes


def test_two_workers_never_process_one_delivery_at_the_same_time(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(wired, store_id, signal(seq)) for seq in range(1, 41)]
    outcomes: list[Outcome] = []
    start = Barrier(3)

    def worker() -> None:
        database = Database(wired.settings.database_url)
        start.wait()
        while batch := process_next(database, wired.now(), limit=4):
            outcomes.extend(batch)
        database.close()

    threads = [Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(one.delivery_id for one in outcomes) == ids
    with wired.database.reading() as session:
        assert session.query(Attempt).count() == 40
    assert store(wired, store_id).integration_news[1] == 40  # type: ignore[index]


def test_two_signals_of_one_store_at_the_same_time_wait_for_each_other(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    for seq in (2, 1):
        keep_one(wired, store_id, signal(seq))
    real = HeldStores.is_taken_in

    def slowly(*given: Any) -> bool:
        time.sleep(0.3)
        return real(*given)

    monkeypatch.setattr(HeldStores, "is_taken_in", slowly)
    threads = [
        Thread(target=process_next, args=(wired.database, wired.now()), kwargs={"limit": 1}) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join(60)
    assert store(wired, store_id).integration_news[1] == 2  # type: ignore[index]


def test_a_worker_whose_lease_is_over_changes_nothing(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    delivery_id = keep_one(wired, store_id, linked(3))
    real, quicker = process.take_in, []

    def stall(session: Any, *_given: Any) -> Any:
        monkeypatch.setattr(process, "take_in", real)
        session.rollback()  # the row is free while this worker sleeps through its lease
        clock.move(minutes=5)
        quicker.extend(work(wired))
        raise RuntimeError("woke up too late")

    monkeypatch.setattr(process, "take_in", stall)
    assert work(wired) == []
    assert [one.state for one in quicker] == [State.PROCESSED]
    assert row(wired, delivery_id).state == "processed"
    assert [one.outcome for one in attempts(wired, delivery_id)] == ["processed"]


def test_a_worker_killed_in_mid_batch_leaves_nothing_half_done_and_its_rows_move_on_in_ten_seconds(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(wired, store_id, argument) for argument in (signal(1), linked(2), signal(3))]
    with pytest.MonkeyPatch.context() as killed:
        break_links(killed, SystemExit())  # type: ignore[arg-type]
        with pytest.raises(SystemExit):
            work(wired)
    with wired.database.reading() as session:
        assert session.query(Signal).count() == session.query(Attempt).count() == 0
    assert work(wired) == []  # they are still the lost worker's
    clock.move(seconds=10)
    assert [(one.delivery_id, one.state) for one in work(wired)] == [(one, State.PROCESSED) for one in ids]


def test_a_batch_in_which_nothing_fails_costs_two_commits(wired: Wiring, store_id: str, monkeypatch):
    for seq in range(1, 21):
        keep_one(wired, store_id, signal(seq))
    commits, real = [], Database.writing

    def counted(database: Database) -> Any:
        commits.append(1)
        return real(database)

    monkeypatch.setattr(Database, "writing", counted)
    assert len(work(wired)) == 20
    assert len(commits) == 2  # the claim, and all of the effects


def test_one_that_every_worker_dies_of_ends_too(wired: Wiring, store_id: str, clock: FrozenClock):
    from receiver.storage import inbox

    delivery_id = keep_one(wired, store_id, signal())
    for _ in range(9):
        with wired.database.writing() as session:
            assert len(inbox.claim(session, wired.now(), 1, process.LEASE)) == 1
        clock.move(minutes=5)
    assert [one.state for one in work(wired)] == [State.DEAD]
    assert row(wired, delivery_id).error == "every worker that took it was lost"


def test_a_database_that_goes_away_is_no_fault_of_the_delivery(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(wired, store_id, argument) for argument in (signal(1), linked(2), signal(3))]
    with pytest.MonkeyPatch.context() as broken:
        break_links(broken, StorageUnavailable("gone"))
        assert [one.delivery_id for one in work(wired)] == ids[:1]
    for delivery_id in ids[1:]:
        given_back = row(wired, delivery_id)
        assert (given_back.state, given_back.tries, attempts(wired, delivery_id)) == ("received", 0, [])
    assert [one.state for one in work(wired)] == [State.PROCESSED] * 2


def test_a_database_that_is_gone_from_the_first_is_told(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    keep_one(wired, store_id, linked(1))
    break_links(monkeypatch, StorageUnavailable("gone"))
    with pytest.raises(StorageUnavailable):
        work(wired)


def test_told_to_stop_before_it_began_it_gives_all_back_at_once(wired: Wiring, store_id: str):
    ids = [keep_one(wired, store_id, signal(seq)) for seq in range(1, 6)]
    assert work(wired, stopping=lambda: True) == []
    assert_free(wired, ids)
    assert [one.delivery_id for one in work(wired)] == ids


def test_told_to_stop_it_finishes_the_one_in_hand_and_gives_the_others_back_at_once(
    wired: Wiring, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = [keep_one(wired, store_id, signal(seq)) for seq in range(1, 6)]
    alone: list[int] = []
    real = process.take_in

    def counted(session: Any, deliveries: Any, now: Any) -> Any:
        if len(deliveries) > 1:
            raise RuntimeError("the batch is undone")
        alone.append(deliveries[0].id)
        return real(session, deliveries, now)

    monkeypatch.setattr(process, "take_in", counted)
    done = work(wired, stopping=lambda: len(alone) == 2)
    assert [(one.delivery_id, one.state) for one in done] == [(one, State.PROCESSED) for one in ids[:2]]
    assert_free(wired, ids[2:])
    assert [one.delivery_id for one in work(wired)] == ids[2:]


def assert_free(wired: Wiring, ids: list[int]) -> None:
    for delivery_id in ids:
        free = row(wired, delivery_id)
        assert (free.state, free.tries, free.lease_until, free.due_at) == ("received", 0, None, wired.now())


def test_the_worker_takes_in_by_the_service_of_that_name():
    assert process.take_in is take_in.take_in
