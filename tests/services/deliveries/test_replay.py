"""Replay: asked for with a reason, done in batches that can be cut off, harmless where it succeeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import product
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from receiver.container import Container
from receiver.domain.deliveries import DeliveryFilters, DeliverySource, DeliveryState
from receiver.domain.replays import batch_size, pause_after
from receiver.errors import InputError, NotFound, Refused, StorageUnavailable
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries import process, replay
from receiver.services.deliveries.process import LEASE, process_next
from receiver.services.deliveries.replay import (
    ReplayProgress,
    Result,
    cancel,
    page_of_replays,
    preview,
    progress,
    replay_next,
    results,
    start,
)
from receiver.services.deliveries.search import list_deliveries
from receiver.storage import deliveries, delivery_queue
from receiver.storage.database import Database
from receiver.storage.locked_stores import LockedStores
from receiver.storage.tables import Attempt, AuditEntry, Base, Delivery, Link, Replay, Signal, Store
from tests.db_factories import keep_all
from tests.fakes import FrozenClock
from tests.signals import SHOP, add_shop, attempts, keep, keep_one, link_signal, new_delivery, row, signal

REASON = "the store's address was put right"
MOVED = "https://new.example/"
DEAD = DeliveryFilters(state=DeliveryState.DEAD)


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def ask(container: Container, filters: DeliveryFilters, **how: Any) -> ReplayProgress:
    return start(container, filters, **{"actor": "ann", "reason": REASON, **how})


def work_off(container: Container, clock: FrozenClock) -> int:
    """Run batches as time goes by until no replay is left; return their number."""
    batches = 0
    while (next_at := replay_next(container)) is not None:
        clock.at = max(clock.at, next_at)
        batches += 1
    return batches


def run_replay(
    container: Container, clock: FrozenClock, filters: DeliveryFilters, **how: Any
) -> ReplayProgress:
    requested = ask(container, filters, **how)
    work_off(container, clock)
    return progress(container.database, requested.id)


def keep_dead(container: Container, store_id: str, count: int = 1) -> list[int]:
    """Store deliveries that end dead, because they are of another address; return their ids."""
    ids = [keep_one(container, store_id, signal(seq, home_url=MOVED)) for seq in range(1, count + 1)]
    process_next(container, limit=count)
    return ids


def move_shop(container: Container, store_id: str, url: str = MOVED) -> None:
    with container.database.writing() as session:
        session.get_one(Store, store_id).url = url


def all_rows(container: Container, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return every row of every table."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
    with container.database.reading() as session:
        return {table.name: list(map(tuple, session.execute(select(table)))) for table in tables}


def replayed_ids(container: Container) -> list[int]:
    """Return the ids of the deliveries that replays tried, once for each attempt."""
    with container.database.reading() as session:
        query = select(Attempt.delivery_id).where(Attempt.replay_id.is_not(None))
        return sorted(session.scalars(query))


def audit_entries(container: Container) -> list[AuditEntry]:
    with container.database.reading() as session:
        entries = select(AuditEntry).where(AuditEntry.subject.like("replay %")).order_by(AuditEntry.id)
        return list(session.scalars(entries))


# what it does


def test_what_was_held_is_taken_in_once_the_cause_is_gone(
    container: Container, store_id: str, clock: FrozenClock
):
    (delivery_id,) = keep_dead(container, store_id)
    move_shop(container, store_id)
    result = run_replay(container, clock, DEAD)
    assert (result.state, result.total, result.done, result.outcomes) == ("done", 1, 1, {"processed": 1})
    assert (row(container, delivery_id).state, row(container, delivery_id).error) == ("processed", None)
    assert [(attempt.actor, attempt.outcome) for attempt in attempts(container, delivery_id)] == [
        ("worker", "dead"),
        (f"ann, replay {result.id}: {REASON}", "processed"),
    ]


def test_the_stores_it_touches_are_decided(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    decided: list[str] = []
    monkeypatch.setattr(replay, "decide_each", lambda _, stores: decided.extend(stores))
    keep_dead(container, store_id)
    move_shop(container, store_id)
    run_replay(container, clock, DEAD)
    assert decided == [store_id]


def test_replaying_what_succeeded_changes_nothing(container: Container, clock: FrozenClock):
    keep_all(container, advertiser_id="700001", spent="6000.00")
    url = "https://st-1.example/"
    ids = [keep_one(container, "st_1", signal(seq, home_url=url)) for seq in (1, 2)]
    ids.append(keep_one(container, "st_1", link_signal(3, "700001", home_url=url)))
    process_next(container)
    decide_store(container, "st_1")
    changed_tables = ("attempts", "audit", "replays")
    before = all_rows(container, but=changed_tables)
    assert before["awards"]
    assert before["decisions"]
    clock.move(hours=1)
    result = run_replay(container, clock, DeliveryFilters(store="st_1"))
    assert result.outcomes == {"processed": 3}
    assert all_rows(container, but=changed_tables) == before
    assert replayed_ids(container) == ids


@pytest.mark.parametrize("fault", [None, RuntimeError("broke")])
def test_what_succeeded_stays_so_even_if_it_would_fail_today(
    container: Container,
    store_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception | None,
):
    delivery_id = keep_one(container, store_id, link_signal(3))
    process_next(container)
    before = row(container, delivery_id)
    clock.move(hours=1)
    move_shop(container, store_id)
    if fault is not None:
        monkeypatch.setattr(process, "apply_deliveries", fail_at(1, fault))
    run_replay(container, clock, DeliveryFilters(ids=(delivery_id,)))
    after = row(container, delivery_id)
    assert (after.state, after.ended_at, after.due_at) == ("processed", before.ended_at, None)
    assert attempts(container, delivery_id)[-1].outcome == ("dead" if fault is None else "failed")


def test_a_replay_that_fails_has_a_fresh_series_of_tries(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    (delivery_id,) = keep_dead(container, store_id)
    monkeypatch.setattr(process, "apply_deliveries", fail_at(1, RuntimeError("broke")))
    began = container.now()
    assert run_replay(container, clock, DEAD).outcomes == {"failed": 1}
    failed = row(container, delivery_id)
    assert (failed.error, failed.tries) == ("RuntimeError: broke", 1)
    assert failed.due_at is not None
    assert failed.due_at - began <= timedelta(seconds=10)


@pytest.mark.parametrize("fault", [RuntimeError("broke"), IntegrityError("INSERT", {}, Exception("twice"))])
def test_one_that_fails_takes_its_own_effects_back_and_no_neighbours(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    ids = [keep_one(container, store_id, argument) for argument in (signal(1), link_signal(2), signal(3))]

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(LockedStores, "end_other_links", fail)
    assert run_replay(container, clock, DeliveryFilters(store=store_id)).outcomes == {
        "processed": 2,
        "failed": 1,
    }
    assert [row(container, item).state for item in ids] == ["processed", "failed", "processed"]
    with container.database.reading() as session:
        assert sorted(session.scalars(select(Signal.seq))) == [1, 3]
        assert session.query(Link).count() == 0


def test_what_fails_in_the_database_itself_is_undone_with_its_batch(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_dead(container, store_id, 3)
    running = ask(container, DEAD)
    before = all_rows(container)
    with monkeypatch.context() as patch:
        patch.setattr(process, "apply_deliveries", fail_at(3, StorageUnavailable("gone")))
        with pytest.raises(StorageUnavailable):
            replay_next(container)
    assert all_rows(container) == before
    work_off(container, clock)
    assert progress(container.database, running.id).done == 3
    assert replayed_ids(container) == ids


# which


def populate(container: Container, clock: FrozenClock) -> tuple[str, str]:
    """Store two stores' deliveries in every state, of several topics, received an hour apart."""
    item, other = add_shop(container).id, add_shop(container, "https://other.example/").id
    for store_id, url in ((item, SHOP), (other, "https://other.example/")):
        keep_one(container, store_id, signal(1, home_url=url))
        keep_one(container, store_id, signal(2, home_url=MOVED))
        keep(container, store_id, b'{"id":1}', topic="order.created")
        process_next(container)
        clock.move(hours=1)
    with container.database.writing() as session:
        foreign = new_delivery(item, b"{}", container.now(), topic="advertiser.changed")
        session.add(
            Delivery(
                **{**asdict(foreign), "source": "tiktok", "store_id": None},
                state="failed",
                due_at=container.now(),
            )
        )
    keep_one(container, item, signal(3))
    keep_one(container, item, signal(4))
    with container.database.writing() as session:
        delivery_queue.claim(session, container.now(), 1, timedelta(hours=9))
    return item, other


def test_a_filter_means_the_same_to_list_preview_and_replay(container: Container, clock: FrozenClock):
    item, _ = populate(container, clock)
    since = clock.at - timedelta(hours=1)
    until = since + timedelta(minutes=1)
    combinations = product(
        (None, DeliveryState.PROCESSED, DeliveryState.DEAD, DeliveryState.RECEIVED),
        (None, DeliverySource.WOOCOMMERCE), (None, item),
        (None, "action.wc_ad_credit_signal"), (None, since), (None, until), (None, "HELD"),
    )  # fmt: skip
    few_or_all = [values for values in combinations if values.count(None) >= 5 or None not in values]
    sizes = set()
    for values in few_or_all:
        filters = DeliveryFilters(*values)
        assert DeliveryFilters.from_json(filters.as_json()) == filters
        if not filters.as_json():
            continue
        summaries = list_deliveries(container.database, filters, 0)
        free = sorted(item.id for item in summaries if item.state not in ("ignored", "processing"))
        matches = preview(container, filters)
        assert (matches.matching, matches.to_replay) == (len(summaries), len(free))
        with container.rolled_back() as context:
            running = start(context, filters, actor="ann", reason="r", rate=1_000)
            replay_next(context)
            assert [result.delivery_id for result in results(context.database, running.id)] == free
        sizes.add(len(free))
    assert len(sizes) > 3


def test_a_preview_counts_by_kind_and_says_what_is_left_out(container: Container, clock: FrozenClock):
    item, other = populate(container, clock)
    end = clock.at
    matches = preview(container, DeliveryFilters(since=end - timedelta(days=1)))
    assert (matches.matching, matches.to_replay, matches.changes_nothing) == (9, 6, 2)
    assert matches.left_out == {"being processed": 1, "body dropped": 2}
    assert matches.by["state"]["ignored"] == 2
    assert matches.by["source"] == {"woocommerce": 8, "tiktok": 1}
    assert matches.by["store"] == {item: 5, other: 3, "none": 1}
    assert matches.by["topic"]["order.created"] == 2
    assert (matches.oldest, matches.newest) == (end - timedelta(hours=2), end)
    of_ids = preview(container, DeliveryFilters(ids=(1, 9_998, 9_999)))
    assert (of_ids.matching, of_ids.left_out) == (1, {"not there": 2})


def test_a_dry_run_changes_nothing_at_all(container: Container, clock: FrozenClock):
    populate(container, clock)
    before = all_rows(container)
    preview(container, DeliveryFilters(source=DeliverySource.WOOCOMMERCE))
    assert all_rows(container) == before


def test_what_arrives_after_it_was_asked_for_is_not_its_business(
    container: Container, store_id: str, clock: FrozenClock
):
    (early,) = keep_dead(container, store_id)
    running = ask(container, DeliveryFilters(store=store_id))
    late = keep_one(container, store_id, signal(9))
    work_off(container, clock)
    assert progress(container.database, running.id).state == "done"
    assert replayed_ids(container) == [early]
    assert row(container, late).state == "received"


def test_what_no_longer_fits_at_its_turn_is_left_alone(
    container: Container, store_id: str, clock: FrozenClock
):
    cured, dead = keep_dead(container, store_id, 2)
    running = ask(container, DEAD)
    with container.database.writing() as session:
        session.get_one(Delivery, cured).state = "processed"
    work_off(container, clock)
    assert replayed_ids(container) == [dead]
    assert progress(container.database, running.id).state == "done"


def test_what_the_worker_has_in_hand_is_left_to_it(container: Container, store_id: str, clock: FrozenClock):
    busy, free = (keep_one(container, store_id, signal(seq)) for seq in (1, 2))
    with container.database.writing() as session:
        delivery_queue.claim(session, container.now(), 1, LEASE)
    running = ask(container, DeliveryFilters(ids=(busy, free)))
    work_off(container, clock)
    assert progress(container.database, running.id).outcomes == {"processed": 1, "being processed": 1}
    assert row(container, busy).state == "processing"
    assert replayed_ids(container) == [free]


def test_what_somebody_locks_at_its_turn_is_waited_for(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
):
    ids = keep_dead(container, store_id, 3)
    running = ask(container, DEAD)
    real = deliveries.lock_free

    def but_the_second(*arguments: Any) -> dict[int, Delivery]:
        return {number: delivery for number, delivery in real(*arguments).items() if number != ids[1]}

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "lock_free", but_the_second)
        replay_next(container)
    assert replayed_ids(container) == ids[:1]
    work_off(container, clock)
    assert replayed_ids(container) == ids
    assert progress(container.database, running.id).done == 3


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_lock_on_a_delivery_holds_no_replay_up(container: Container, store_id: str, clock: FrozenClock):
    ids = keep_dead(container, store_id, 3)
    ask(container, DEAD)
    with container.database.writing() as session:
        session.execute(select(Delivery.id).where(Delivery.id == ids[1]).with_for_update())
        replay_next(container)
        assert replayed_ids(container) == ids[:1]
    work_off(container, clock)
    assert replayed_ids(container) == ids


# by ids


def test_of_ids_each_is_told_once_with_what_came_of_it(
    container: Container, store_id: str, clock: FrozenClock
):
    ignored = keep_one(container, store_id, "order", topic="order.created")
    process_next(container)
    good = keep_one(container, store_id, link_signal(3))
    result = run_replay(container, clock, DeliveryFilters(ids=(good, 9_999, ignored, good)))
    assert (result.total, result.done) == (1, 1)
    assert results(container.database, result.id) == [
        Result(ignored, None, f"delivery {ignored} was not replayed: its body was dropped"),
        Result(good, "processed", None),
        Result(9_999, None, "delivery 9999 was not replayed: there is no such delivery"),
    ]
    assert row(container, ignored).state == "ignored"


def test_where_there_is_nothing_to_replay_it_is_done_at_once(container: Container, store_id: str):
    running = ask(container, DEAD)
    assert (running.state, running.total, running.ended_at) == ("done", 0, container.now())


# cut off, paced, cancelled


def fail_at(place: int, error: BaseException) -> Callable[..., Any]:
    """Return `apply_deliveries` with an error in place of its call number `place`."""
    real, calls = process.apply_deliveries, []

    def apply(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == place:
            raise error
        return real(*arguments)

    return apply


@pytest.mark.parametrize("place", [1, 2, 3, 7])
def test_killed_at_any_moment_it_goes_on_and_tries_each_once(
    container: Container, store_id: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, place: int
):
    ids = keep_dead(container, store_id, 7)
    running = ask(container, DEAD, rate=8)
    with monkeypatch.context() as patch:
        patch.setattr(process, "apply_deliveries", fail_at(place, SystemExit()))
        with pytest.raises(SystemExit):
            work_off(container, clock)
    halfway = progress(container.database, running.id)
    assert replayed_ids(container) == ids[: halfway.done]
    another = Database(container.settings.database_url)
    work_off(replace(container, database=another), clock)
    another.close()
    result = progress(container.database, running.id)
    assert (result.state, result.done, result.outcomes) == ("done", 7, {"dead": 7})
    assert replayed_ids(container) == ids


def test_two_who_do_it_at_the_same_time_try_each_once(
    container: Container, store_id: str, clock: FrozenClock
):
    ids = keep_dead(container, store_id, 40)
    running = ask(container, DEAD, rate=1_000)
    start_together = Barrier(3)

    def do() -> None:
        database = Database(container.settings.database_url)
        start_together.wait()
        later = container.now()
        while replay_next(replace(container, database=database).at(later)) is not None:
            later += timedelta(seconds=1)
        database.close()

    threads = [Thread(target=do) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert replayed_ids(container) == ids
    assert progress(container.database, running.id).done == 40


def test_no_batch_before_its_time_and_none_larger_than_the_pace(
    container: Container, store_id: str, clock: FrozenClock
):
    keep_dead(container, store_id, 5)
    running = ask(container, DEAD, rate=8)
    for expected in (2, 4):
        assert replay_next(container) == clock.at + pause_after(2, 8)
        assert progress(container.database, running.id).done == expected
        clock.at += pause_after(2, 8) - timedelta(milliseconds=1)
        assert replay_next(container) == clock.at + timedelta(milliseconds=1)
        assert progress(container.database, running.id).done == expected
        clock.move(milliseconds=1)
    assert batch_size(8) == 2


def test_cancelled_it_does_nothing_more_and_what_is_done_stays(
    container: Container, store_id: str, clock: FrozenClock
):
    ids = keep_dead(container, store_id, 5)
    running = ask(container, DEAD, rate=8)
    replay_next(container)
    cancelled = cancel(container, running.id, actor="bob")
    assert (cancelled.state, cancelled.done, cancelled.ended_at) == ("cancelled", 2, container.now())
    assert work_off(container, clock) == 0
    assert replayed_ids(container) == ids[:2]
    with pytest.raises(Refused, match="is cancelled"):
        cancel(container, running.id, actor="bob")
    with pytest.raises(NotFound):
        cancel(container, 9_999, actor="bob")


def test_one_replay_after_the_other(container: Container, store_id: str, clock: FrozenClock):
    keep_dead(container, store_id, 3)
    first, second = ask(container, DEAD, rate=4), ask(container, DEAD, rate=4)
    replay_next(container)
    assert [progress(container.database, item.id).done for item in (first, second)] == [1, 0]
    work_off(container, clock)
    assert [progress(container.database, item.id).done for item in (first, second)] == [3, 3]
    assert len(replayed_ids(container)) == 6


# what is kept of it


def test_asking_and_ending_are_audited_with_reason_and_counts(
    container: Container, store_id: str, clock: FrozenClock
):
    keep_dead(container, store_id, 2)
    result = run_replay(container, clock, DEAD)
    request_entry, end_entry = audit_entries(container)
    assert (request_entry.actor, request_entry.action, request_entry.subject) == (
        "ann",
        "deliveries replay",
        f"replay {result.id}",
    )
    assert request_entry.detail == {
        "reason": REASON,
        "filters": {"state": "dead"},
        "states": {"dead": 2},
        "total": 2,
        "left_out": {},
        "rate": 50,
    }
    assert (end_entry.actor, end_entry.action, end_entry.subject) == (
        "ann",
        "replay done",
        f"replay {result.id}",
    )
    assert end_entry.detail == {"total": 2, "done": 2, "outcomes": {"dead": 2}}


def test_who_cancelled_is_audited(container: Container, store_id: str):
    keep_dead(container, store_id)
    cancel(container, ask(container, DEAD).id, actor="bob")
    assert [(item.actor, item.action) for item in audit_entries(container)] == [
        ("ann", "deliveries replay"),
        ("bob", "replay cancelled"),
    ]


WRONG: dict[str, dict[str, Any]] = {
    "an empty reason": {"reason": " "},
    "two lines": {"reason": "two\nlines"},
    "a long reason": {"reason": "x" * 501},
    "no rate": {"rate": 0},
    "too fast": {"rate": 1_001},
    "no filter": {"filters": DeliveryFilters()},
    "an empty search": {"filters": DeliveryFilters(search="")},
}


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_nothing_is_begun_that_was_not_asked_for_properly(
    container: Container, store_id: str, wrong: dict[str, Any]
):
    keep_dead(container, store_id)
    with pytest.raises(InputError):
        ask(container, **{"filters": DEAD, **wrong})
    assert audit_entries(container) == []
    assert all_rows(container)["replays"] == []


def test_a_replay_stored_with_a_text_that_names_nothing_is_listed_and_selects_nothing(
    container: Container, store_id: str
):
    keep_dead(container, store_id, 2)
    replay_id = ask(container, DEAD).id
    with container.database.writing() as session:  # as version 0.1 let one in
        session.get_one(Replay, replay_id).filters = {"source": "nope"}
    while replay_next(container) is not None:
        pass
    (listed,) = page_of_replays(container.database, limit=10).rows
    assert (listed.state, listed.done) == ("done", 0)
    assert replayed_ids(container) == []
