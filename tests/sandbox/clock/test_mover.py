"""A move of the sandbox's clock runs every day's jobs: beside a worker, twice, and after a failure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from receiver.container import Container
from receiver.errors import StorageUnavailable
from receiver.sandbox.clock import mover
from receiver.sandbox.clock.mover import move_clock
from receiver.sandbox.controls import Controls
from receiver.services.decisions.history import page_of_decisions
from receiver.services.operations.readiness import check_readiness
from receiver.services.polling.spend import spend_of
from receiver.storage import heartbeats
from receiver.storage.tables import Award
from receiver.worker.jobs import Job, every_minute
from tests.journeys.journey import ADVERTISER, Journey
from tests.sandbox.conftest import REAL

UNTIL = REAL + timedelta(days=30)


def controls_of(container: Container) -> Controls:
    assert container.settings.sandbox_folder is not None
    return Controls(container.settings.sandbox_folder)


def move_to(sandbox: Journey, until: datetime = UNTIL) -> None:
    move_clock(sandbox.container, controls_of(sandbox.container), until)


def changes(sandbox: Journey) -> list[tuple[datetime, str | None, str | None]]:
    move = controls_of(sandbox.container).moves.latest()
    assert move is not None
    return [(change.at, change.was, change.now) for change in move.changes]


def decisions(sandbox: Journey) -> int:
    return len(page_of_decisions(sandbox.container.database, sandbox.store.id, limit=0).rows)


def test_thirty_days_pass_and_each_change_is_told_with_its_date(sandbox: Journey) -> None:
    move_to(sandbox)
    assert sandbox.container.now() == UNTIL
    assert changes(sandbox) == [
        (datetime(2025, 12, 2, 12, 0, tzinfo=UTC), "accumulating", "settling"),
        (datetime(2025, 12, 4, 12, 0, tzinfo=UTC), "settling", "due"),
    ]
    status = sandbox.status()
    assert (status["stage"], status["stale"], status["award"]["due_by"]) == ("due", False, "2025-12-08")


def test_what_fell_due_on_the_way_was_polled_day_by_day(sandbox: Journey) -> None:
    move_to(sandbox, REAL + timedelta(days=5))
    days = spend_of(sandbox.container, ADVERTISER)["days"]
    assert [day["read_at"] for day in days if not day["final"]] == [REAL + timedelta(days=5)] * 3
    assert days[0]["read_at"] == REAL
    assert len({day["read_at"] for day in days}) > 2


def test_to_go_where_it_has_been_already_changes_nothing(sandbox: Journey) -> None:
    soon = REAL + timedelta(days=3)
    move_to(sandbox, soon)
    before = decisions(sandbox)
    move_to(sandbox, soon)
    move_to(sandbox, REAL)
    assert (sandbox.container.now(), decisions(sandbox)) == (soon, before)
    assert changes(sandbox) == []


def test_beside_a_worker_at_the_same_work_the_end_is_the_same(sandbox: Journey) -> None:
    sandbox.clock.at = REAL + timedelta(days=20)  # from where the stage changes on the third and fifth day
    sandbox.work()
    stopping = Event()

    def work() -> None:
        while not stopping.is_set():
            sandbox.work()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        move_to(sandbox)
    finally:
        stopping.set()
        for worker in workers:
            worker.join()
    sandbox.work()
    assert (sandbox.status()["stage"], sandbox.status()["spend"]["qualifying"]) == ("due", "750.00")
    with sandbox.container.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == 1


@pytest.mark.parametrize(("silent_for", "ready"), [(5, True), (60, False)])
def test_a_worker_is_as_alive_after_the_move_as_before_it(
    sandbox: Journey, silent_for: int, ready: bool
) -> None:
    with sandbox.container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, REAL - timedelta(seconds=silent_for))
    move_to(sandbox, REAL + timedelta(days=2))
    assert (check_readiness(sandbox.container) == []) is ready


def test_a_beat_at_the_new_time_is_not_carried_into_the_future(sandbox: Journey) -> None:
    after = REAL + timedelta(days=1)
    with sandbox.container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, after)
        heartbeats.carry_over(session, heartbeats.WORKER, REAL, after)
        assert heartbeats.last_beat(session, heartbeats.WORKER) == after


def jobs_failing_on(day: int, error: Exception) -> Callable[[Container], tuple[Job, ...]]:
    """Return the worker's jobs and one more, which fails the first time it runs on that day of the move."""
    errors = [error]

    def fail(container: Container) -> None:
        if errors and container.now() == REAL + timedelta(days=day):
            raise errors.pop()

    return lambda container: (*every_minute(container), Job("fails", lambda _: fail(container)))


def carry_out(sandbox: Journey) -> None:
    """Carry out the requested move, as the sandbox's process does."""
    mover._carry_out(sandbox.container, controls_of(sandbox.container), UNTIL)


def test_a_database_out_of_reach_holds_the_clock_up_and_it_goes_on_from_there(
    sandbox: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mover, "TROUBLE_SECONDS", 0)
    monkeypatch.setattr(mover, "every_minute", jobs_failing_on(23, StorageUnavailable("gone for a moment")))
    moves = controls_of(sandbox.container).moves
    with moves.serve():
        moves.request(sandbox.container.now(), UNTIL - REAL)
        carry_out(sandbox)
        assert (sandbox.container.now(), moves.destination()) == (REAL + timedelta(days=23), UNTIL)
        carry_out(sandbox)
    move = moves.latest()
    assert move is not None
    assert (sandbox.container.now(), moves.destination(), move.steps, move.done) == (UNTIL, None, 30, 30)
    assert [change.now for change in move.changes] == ["settling", "due"]


def test_a_move_that_cannot_be_made_is_given_up_where_it_came_to(
    sandbox: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mover, "every_minute", jobs_failing_on(3, ValueError("a fault of ours")))
    moves = controls_of(sandbox.container).moves
    with moves.serve():
        moves.request(sandbox.container.now(), UNTIL - REAL)
        carry_out(sandbox)
    move = moves.latest()
    assert move is not None
    assert (sandbox.container.now(), moves.destination()) == (REAL + timedelta(days=3), None)
    assert (move.done, move.finished) == (2, False)
