"""Replay: asked for with a reason, done in batches that can be cut off, harmless where it succeeded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from receiver.domain.replays import batch_size, pause_after
from receiver.errors import InputError, NotFound, Refused, StorageUnavailable
from receiver.services.decisions.decide import decide_store
from receiver.services.processing import process, replay
from receiver.services.processing.process import LEASE, process_next
from receiver.services.processing.replay import Result, cancel, preview, progress, replay_next, results, start
from receiver.storage import deliveries, inbox
from receiver.storage.database import Database
from receiver.storage.deliveries import Filters, list_deliveries, read_filters
from receiver.storage.held_stores import HeldStores
from receiver.storage.tables import Attempt, AuditEntry, Base, Delivery, Link, Replay, Signal, Store
from receiver.wiring import Wiring
from tests.fakes import FrozenClock
from tests.rows import keep_all
from tests.signals import SHOP, add_shop, attempts, keep, keep_one, linked, new_delivery, row, signal

REASON = "the store's address was put right"
MOVED = "https://new.example/"
DEAD = Filters(state="dead")


@pytest.fixture
def store_id(wired: Wiring) -> str:
    return add_shop(wired).id


def ask(wired: Wiring, filters: Filters, **how: Any) -> Replay:
    return start(wired.database, filters, wired.now(), **{"actor": "ann", "reason": REASON, **how})


def work_off(wired: Wiring, clock: FrozenClock, database: Database | None = None) -> int:
    """Do batches as time goes by until no replay is left; how many it took."""
    batches = 0
    while (next_at := replay_next(database or wired.database, wired.now())) is not None:
        clock.at = max(clock.at, next_at)
        batches += 1
    return batches


def replayed(wired: Wiring, clock: FrozenClock, filters: Filters, **how: Any) -> Replay:
    asked = ask(wired, filters, **how)
    work_off(wired, clock)
    return progress(wired.database, asked.id)


def keep_held(wired: Wiring, store_id: str, count: int = 1) -> list[int]:
    """Deliveries that ended dead because they are of another address."""
    ids = [keep_one(wired, store_id, signal(seq, home_url=MOVED)) for seq in range(1, count + 1)]
    process_next(wired.database, wired.now(), limit=count)
    return ids


def move_shop(wired: Wiring, store_id: str, url: str = MOVED) -> None:
    with wired.database.writing() as session:
        session.get_one(Store, store_id).url = url


def everything(wired: Wiring, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
    with wired.database.reading() as session:
        return {table.name: list(map(tuple, session.execute(select(table)))) for table in tables}


def of_replays(wired: Wiring) -> list[int]:
    """The deliveries that replays tried, each as often as it was."""
    with wired.database.reading() as session:
        tried = select(Attempt.delivery_id).where(Attempt.replay_id.is_not(None))
        return sorted(session.scalars(tried))


def audited(wired: Wiring) -> list[AuditEntry]:
    with wired.database.reading() as session:
        entries = select(AuditEntry).where(AuditEntry.subject.like("replay %")).order_by(AuditEntry.id)
        return list(session.scalars(entries))


# what it does


def test_what_was_held_is_taken_in_once_the_cause_is_gone(wired: Wiring, store_id: str, clock: FrozenClock):
    (delivery_id,) = keep_held(wired, store_id)
    move_shop(wired, store_id)
    done = replayed(wired, clock, DEAD)
    assert (done.state, done.total, done.done, done.outcomes) == ("done", 1, 1, {"processed": 1})
    assert (row(wired, delivery_id).state, row(wired, delivery_id).error) == ("processed", None)
    assert [(one.actor, one.outcome) for one in attempts(wired, delivery_id)] == [
        ("worker", "dead"),
        (f"ann, replay {done.id}: {REASON}", "processed"),
    ]


def test_the_stores_it_touches_are_decided(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    decided: list[str] = []
    monkeypatch.setattr(replay, "decide_each", lambda _, __, stores: decided.extend(stores))
    keep_held(wired, store_id)
    move_shop(wired, store_id)
    replayed(wired, clock, DEAD)
    assert decided == [store_id]


def test_replaying_what_succeeded_changes_nothing(wired: Wiring, clock: FrozenClock):
    keep_all(wired, spent="6000.00")
    url = "https://st-1.example/"
    ids = [keep_one(wired, "st_1", signal(seq, home_url=url)) for seq in (1, 2)]
    ids.append(keep_one(wired, "st_1", linked(3, "7001", home_url=url)))
    process_next(wired.database, wired.now())
    decide_store(wired.database, wired.now(), "st_1")
    told = ("attempts", "audit", "replays")
    before = everything(wired, but=told)
    assert before["awards"]
    assert before["decisions"]
    clock.move(hours=1)
    done = replayed(wired, clock, Filters(store="st_1"))
    assert done.outcomes == {"processed": 3}
    assert everything(wired, but=told) == before
    assert of_replays(wired) == ids


@pytest.mark.parametrize("fault", [None, RuntimeError("broke")])
def test_what_succeeded_stays_so_even_if_it_would_fail_today(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
):
    delivery_id = keep_one(wired, store_id, linked(3))
    process_next(wired.database, wired.now())
    before = row(wired, delivery_id)
    clock.move(hours=1)
    move_shop(wired, store_id)
    if fault is not None:
        monkeypatch.setattr(process, "take_in", fails_at(1, fault))
    replayed(wired, clock, Filters(ids=(delivery_id,)))
    after = row(wired, delivery_id)
    assert (after.state, after.ended_at, after.due_at) == ("processed", before.ended_at, None)
    assert attempts(wired, delivery_id)[-1].outcome == ("dead" if fault is None else "failed")


def test_a_replay_that_fails_has_a_fresh_series_of_tries(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    (delivery_id,) = keep_held(wired, store_id)
    monkeypatch.setattr(process, "take_in", fails_at(1, RuntimeError("broke")))
    began = wired.now()
    assert replayed(wired, clock, DEAD).outcomes == {"failed": 1}
    failed = row(wired, delivery_id)
    assert (failed.error, failed.tries) == ("RuntimeError: broke", 1)
    assert failed.due_at is not None
    assert failed.due_at - began <= timedelta(seconds=10)


@pytest.mark.parametrize("fault", [RuntimeError("broke"), IntegrityError("INSERT", {}, Exception("twice"))])
def test_one_that_fails_takes_its_own_effects_back_and_no_neighbours(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    ids = [keep_one(wired, store_id, argument) for argument in (signal(1), linked(2), signal(3))]

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(HeldStores, "end_other_links", fail)
    assert replayed(wired, clock, Filters(store=store_id)).outcomes == {"processed": 2, "failed": 1}
    assert [row(wired, one).state for one in ids] == ["processed", "failed", "processed"]
    with wired.database.reading() as session:
        assert sorted(session.scalars(select(Signal.seq))) == [1, 3]
        assert session.query(Link).count() == 0


def test_what_fails_in_the_database_itself_is_undone_with_its_batch(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_held(wired, store_id, 3)
    asked = ask(wired, DEAD)
    before = everything(wired)
    with monkeypatch.context() as broken:
        broken.setattr(process, "take_in", fails_at(3, StorageUnavailable("gone")))
        with pytest.raises(StorageUnavailable):
            replay_next(wired.database, wired.now())
    assert everything(wired) == before
    work_off(wired, clock)
    assert progress(wired.database, asked.id).done == 3
    assert of_replays(wired) == ids


# which


def populate(wired: Wiring, clock: FrozenClock) -> tuple[str, str]:
    """Two stores' deliveries in every state, of several topics, received an hour apart."""
    one, other = add_shop(wired).id, add_shop(wired, "https://other.example/").id
    for store_id, url in ((one, SHOP), (other, "https://other.example/")):
        keep_one(wired, store_id, signal(1, home_url=url))
        keep_one(wired, store_id, signal(2, home_url=MOVED))
        keep(wired, store_id, b'{"id":1}', topic="order.created")
        process_next(wired.database, wired.now())
        clock.move(hours=1)
    with wired.database.writing() as session:
        foreign = new_delivery(one, b"{}", wired.now(), topic="advertiser.changed")
        session.add(
            Delivery(
                **{**vars(foreign), "source": "tiktok", "store_id": None}, state="failed", due_at=wired.now()
            )
        )
    keep_one(wired, one, signal(3))
    keep_one(wired, one, signal(4))
    with wired.database.writing() as session:
        inbox.claim(session, wired.now(), 1, timedelta(hours=9))
    return one, other


def test_a_filter_means_the_same_to_list_preview_and_replay(wired: Wiring, clock: FrozenClock):
    one, _ = populate(wired, clock)
    since = clock.at - timedelta(hours=1)
    until = since + timedelta(minutes=1)
    asked = product(
        (None, "processed", "dead", "received"), (None, "woocommerce"), (None, one),
        (None, "action.wc_ad_credit_signal"), (None, since), (None, until), (None, "HELD"),
    )  # fmt: skip
    sizes = set()
    for values in asked:
        filters = Filters(*values)
        assert read_filters(filters.said()) == filters
        if not filters.said():
            continue
        with wired.database.reading() as session:
            listed = list_deliveries(session, filters, 0)
            free = sorted(one.id for one in listed if one.state not in ("ignored", "processing"))
        found = preview(wired.database, filters, wired.now())
        assert (found.matching, found.to_replay) == (len(listed), len(free))
        with wired.database.rehearsing() as place:
            asked_for = start(place, filters, wired.now(), actor="ann", reason="r", rate=1_000)
            replay_next(place, wired.now())
            assert [one.delivery_id for one in results(place, asked_for.id)] == free
        sizes.add(len(free))
    assert len(sizes) > 3


def test_a_preview_counts_by_kind_and_says_what_is_left_out(wired: Wiring, clock: FrozenClock):
    one, other = populate(wired, clock)
    end = clock.at
    found = preview(wired.database, Filters(since=end - timedelta(days=1)), wired.now())
    assert (found.matching, found.to_replay, found.changes_nothing) == (9, 6, 2)
    assert found.left_out == {"being processed": 1, "body dropped": 2}
    assert found.by["state"]["ignored"] == 2
    assert found.by["source"] == {"woocommerce": 8, "tiktok": 1}
    assert found.by["store"] == {one: 5, other: 3, "none": 1}
    assert found.by["topic"]["order.created"] == 2
    assert (found.oldest, found.newest) == (end - timedelta(hours=2), end)
    gone = preview(wired.database, Filters(ids=(1, 9_998, 9_999)), wired.now())
    assert (gone.matching, gone.left_out) == (1, {"not there": 2})


def test_a_dry_run_changes_nothing_at_all(wired: Wiring, clock: FrozenClock):
    populate(wired, clock)
    before = everything(wired)
    preview(wired.database, Filters(source="woocommerce"), wired.now())
    assert everything(wired) == before


def test_what_arrives_after_it_was_asked_for_is_not_its_business(
    wired: Wiring, store_id: str, clock: FrozenClock
):
    (early,) = keep_held(wired, store_id)
    asked = ask(wired, Filters(store=store_id))
    late = keep_one(wired, store_id, signal(9))
    work_off(wired, clock)
    assert progress(wired.database, asked.id).state == "done"
    assert of_replays(wired) == [early]
    assert row(wired, late).state == "received"


def test_what_no_longer_fits_at_its_turn_is_left_alone(wired: Wiring, store_id: str, clock: FrozenClock):
    cured, dead = keep_held(wired, store_id, 2)
    asked = ask(wired, DEAD)
    with wired.database.writing() as session:
        session.get_one(Delivery, cured).state = "processed"
    work_off(wired, clock)
    assert of_replays(wired) == [dead]
    assert progress(wired.database, asked.id).state == "done"


def test_what_the_worker_has_in_hand_is_left_to_it(wired: Wiring, store_id: str, clock: FrozenClock):
    busy, free = (keep_one(wired, store_id, signal(seq)) for seq in (1, 2))
    with wired.database.writing() as session:
        inbox.claim(session, wired.now(), 1, LEASE)
    asked = ask(wired, Filters(ids=(busy, free)))
    work_off(wired, clock)
    assert progress(wired.database, asked.id).outcomes == {"processed": 1, "being processed": 1}
    assert row(wired, busy).state == "processing"
    assert of_replays(wired) == [free]


def test_what_somebody_locks_at_its_turn_is_waited_for(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_held(wired, store_id, 3)
    asked = ask(wired, DEAD)
    real = deliveries.hold_free

    def but_the_second(*given: Any) -> dict[int, Delivery]:
        return {number: found for number, found in real(*given).items() if number != ids[1]}

    with monkeypatch.context() as locked:
        locked.setattr(deliveries, "hold_free", but_the_second)
        replay_next(wired.database, wired.now())
    assert of_replays(wired) == ids[:1]
    work_off(wired, clock)
    assert of_replays(wired) == ids
    assert progress(wired.database, asked.id).done == 3


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_lock_on_a_delivery_holds_no_replay_up(wired: Wiring, store_id: str, clock: FrozenClock):
    ids = keep_held(wired, store_id, 3)
    ask(wired, DEAD)
    with wired.database.writing() as session:
        session.execute(select(Delivery.id).where(Delivery.id == ids[1]).with_for_update())
        replay_next(wired.database, wired.now())
        assert of_replays(wired) == ids[:1]
    work_off(wired, clock)
    assert of_replays(wired) == ids


# by ids


def test_of_ids_each_is_told_once_with_what_came_of_it(wired: Wiring, store_id: str, clock: FrozenClock):
    ignored = keep_one(wired, store_id, "order", topic="order.created")
    process_next(wired.database, wired.now())
    good = keep_one(wired, store_id, linked(3))
    done = replayed(wired, clock, Filters(ids=(good, 9_999, ignored, good)))
    assert (done.total, done.done) == (1, 1)
    assert results(wired.database, done.id) == [
        Result(ignored, None, f"delivery {ignored} was not replayed: its body was dropped"),
        Result(good, "processed", None),
        Result(9_999, None, "delivery 9999 was not replayed: there is no such delivery"),
    ]
    assert row(wired, ignored).state == "ignored"


def test_where_there_is_nothing_to_replay_it_is_done_at_once(wired: Wiring, store_id: str):
    asked = ask(wired, Filters(state="dead"))
    assert (asked.state, asked.total, asked.ended_at) == ("done", 0, wired.now())


# cut off, paced, cancelled


def fails_at(place: int, error: BaseException) -> Callable[..., Any]:
    """`take_in` as it is, but its call number `place` raises."""
    real, calls = process.take_in, []

    def take_in(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == place:
            raise error
        return real(*given)

    return take_in


@pytest.mark.parametrize("place", [1, 2, 3, 7])
def test_killed_at_any_moment_it_goes_on_and_tries_each_once(
    wired: Wiring, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, place: int
):
    ids = keep_held(wired, store_id, 7)
    asked = ask(wired, DEAD, rate=8)
    with monkeypatch.context() as killed:
        killed.setattr(process, "take_in", fails_at(place, SystemExit()))
        with pytest.raises(SystemExit):
            work_off(wired, clock)
    halfway = progress(wired.database, asked.id)
    assert of_replays(wired) == ids[: halfway.done]
    another = Database(wired.settings.database_url)
    work_off(wired, clock, another)
    another.close()
    done = progress(wired.database, asked.id)
    assert (done.state, done.done, done.outcomes) == ("done", 7, {"dead": 7})
    assert of_replays(wired) == ids


def test_two_who_do_it_at_the_same_time_try_each_once(wired: Wiring, store_id: str, clock: FrozenClock):
    ids = keep_held(wired, store_id, 40)
    asked = ask(wired, DEAD, rate=1_000)
    start_together = Barrier(3)

    def do() -> None:
        database = Database(wired.settings.database_url)
        start_together.wait()
        later = wired.now()
        while replay_next(database, later) is not None:
            later += timedelta(seconds=1)
        database.close()

    threads = [Thread(target=do) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert of_replays(wired) == ids
    assert progress(wired.database, asked.id).done == 40


def test_no_batch_before_its_time_and_none_larger_than_the_pace(
    wired: Wiring, store_id: str, clock: FrozenClock
):
    keep_held(wired, store_id, 5)
    asked = ask(wired, DEAD, rate=8)
    for done in (2, 4):
        assert replay_next(wired.database, wired.now()) == clock.at + pause_after(2, 8)
        assert progress(wired.database, asked.id).done == done
        clock.at += pause_after(2, 8) - timedelta(milliseconds=1)
        assert replay_next(wired.database, wired.now()) == clock.at + timedelta(milliseconds=1)
        assert progress(wired.database, asked.id).done == done
        clock.move(milliseconds=1)
    assert batch_size(8) == 2


def test_cancelled_it_does_nothing_more_and_what_is_done_stays(
    wired: Wiring, store_id: str, clock: FrozenClock
):
    ids = keep_held(wired, store_id, 5)
    asked = ask(wired, DEAD, rate=8)
    replay_next(wired.database, wired.now())
    cancelled = cancel(wired.database, asked.id, wired.now(), actor="bob")
    assert (cancelled.state, cancelled.done, cancelled.ended_at) == ("cancelled", 2, wired.now())
    assert work_off(wired, clock) == 0
    assert of_replays(wired) == ids[:2]
    with pytest.raises(Refused, match="is cancelled"):
        cancel(wired.database, asked.id, wired.now(), actor="bob")
    with pytest.raises(NotFound):
        cancel(wired.database, 9_999, wired.now(), actor="bob")


def test_one_replay_after_the_other(wired: Wiring, store_id: str, clock: FrozenClock):
    keep_held(wired, store_id, 3)
    first, second = ask(wired, DEAD, rate=4), ask(wired, DEAD, rate=4)
    replay_next(wired.database, wired.now())
    assert [progress(wired.database, one.id).done for one in (first, second)] == [1, 0]
    work_off(wired, clock)
    assert [progress(wired.database, one.id).done for one in (first, second)] == [3, 3]
    assert len(of_replays(wired)) == 6


# what is kept of it


def test_asking_and_ending_are_audited_with_reason_and_counts(
    wired: Wiring, store_id: str, clock: FrozenClock
):
    keep_held(wired, store_id, 2)
    done = replayed(wired, clock, DEAD)
    asked, ended = audited(wired)
    assert (asked.actor, asked.action, asked.subject) == ("ann", "deliveries replay", f"replay {done.id}")
    assert asked.detail == {
        "reason": REASON,
        "filters": {"state": "dead"},
        "states": {"dead": 2},
        "total": 2,
        "left_out": {},
        "rate": 50,
    }
    assert (ended.actor, ended.action, ended.subject) == ("ann", "replay done", f"replay {done.id}")
    assert ended.detail == {"total": 2, "done": 2, "outcomes": {"dead": 2}}


def test_who_cancelled_is_audited(wired: Wiring, store_id: str):
    keep_held(wired, store_id)
    cancel(wired.database, ask(wired, DEAD).id, wired.now(), actor="bob")
    assert [(one.actor, one.action) for one in audited(wired)] == [
        ("ann", "deliveries replay"),
        ("bob", "replay cancelled"),
    ]


WRONG: dict[str, dict[str, Any]] = {
    "an empty reason": {"reason": " "},
    "two lines": {"reason": "two\nlines"},
    "a long reason": {"reason": "x" * 501},
    "no rate": {"rate": 0},
    "too fast": {"rate": 1_001},
    "no filter": {"filters": Filters()},
    "an empty search": {"filters": Filters(search="")},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_nothing_is_begun_that_was_not_asked_for_properly(
    wired: Wiring, store_id: str, wrong: dict[str, Any]
):
    keep_held(wired, store_id)
    with pytest.raises(InputError):
        ask(wired, **{"filters": DEAD, **wrong})
    assert audited(wired) == []
    assert everything(wired)["replays"] == []
