"""The clock is put forward or back: nothing is lost or done twice, and nothing waits for it to catch up."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from receiver.domain.deliveries import State
from receiver.services.decisions.decide import decide_store
from receiver.services.processing import process
from receiver.services.processing.process import process_next
from receiver.services.running.mend_clock import mend_clock
from receiver.services.running.readiness import readiness
from receiver.storage import heartbeats, inbox
from receiver.storage.spend import due_accounts
from receiver.storage.tables import Account, Award, Delivery
from tests.rows import keep_all
from tests.signals import add_shop, attempts, keep_one, linked, row, signal

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def jump(wired, clock):
    """Puts the clock by as much, and lets the worker's minute come."""
    mend_clock(wired.database, clock())

    def by(much):
        clock.at += much
        mend_clock(wired.database, clock())

    return by


def claim(wired):
    """As a worker does that is killed then."""
    with wired.database.writing() as session:
        return inbox.claim(session, wired.now(), 10, process.LEASE)


def states(wired, *ids):
    return [row(wired, one).state for one in ids]


@pytest.mark.parametrize("ahead", [HOUR, DAY])
def test_what_came_while_the_clock_was_ahead_is_processed_once_it_is_right(wired, jump, ahead):
    store_id = add_shop(wired).id
    jump(ahead)
    in_hand = keep_one(wired, store_id, signal(event="integration_set_up"))
    claim(wired)
    waiting = keep_one(wired, store_id, linked(2))
    jump(-ahead)
    process_next(wired.database, wired.now())
    assert states(wired, in_hand, waiting) == [State.PROCESSED] * 2
    assert [len(attempts(wired, one)) for one in (in_hand, waiting)] == [1, 1]


def test_what_failed_keeps_its_turn(wired, clock, jump, monkeypatch):
    store_id = add_shop(wired).id
    failed = keep_one(wired, store_id, signal())

    def fail(*_):
        raise RuntimeError("a fault")

    monkeypatch.setattr(process, "take_in", fail)
    jump(HOUR)
    process_next(wired.database, clock(), chance=lambda: 1.0)
    due_at = row(wired, failed).due_at
    jump(-HOUR)
    assert (row(wired, failed).state, row(wired, failed).due_at) == (State.FAILED, due_at)


def test_a_jump_in_the_middle_of_a_delivery_lets_nobody_finish_it_twice(wired, jump):
    store_id = add_shop(wired).id
    delivery = keep_one(wired, store_id, signal())
    held = claim(wired)
    jump(DAY)
    assert len(process_next(wired.database, wired.now())) == 1
    assert process._processed(wired.database, held, wired.now()) == []
    assert len(attempts(wired, delivery)) == 1


def test_accounts_read_while_the_clock_was_ahead_are_read_again(wired, clock, jump):
    keep_all(wired)
    jump(DAY)
    with wired.database.writing() as session:
        account = session.get_one(Account, "7001")
        account.read_at, account.next_poll_at = clock(), clock() + HOUR
    jump(-DAY)
    with wired.database.reading() as session:
        assert due_accounts(session, clock(), 5) == [("7001", False)]


def test_a_clock_a_little_ahead_and_the_passing_of_time_move_nothing(wired, clock, jump):
    store_id = add_shop(wired).id
    jump(timedelta(minutes=4))
    delivery = keep_one(wired, store_id, signal())
    before = row(wired, delivery).due_at
    jump(timedelta(minutes=-4))
    jump(DAY)
    jump(DAY)
    assert row(wired, delivery).due_at == before


def test_an_award_is_decided_once_however_the_clock_goes(wired, clock):
    keep_all(wired)
    for much in (DAY, -HOUR, 20 * DAY, -HOUR, DAY, -21 * DAY, 21 * DAY):
        clock.at += much
        decide_store(wired.database, clock(), "st_1")
    with wired.database.reading() as session:
        assert session.scalar(select(func.count(Award.id))) == 1


def test_a_live_worker_is_alive_again_at_its_next_beat(wired, clock):
    for much in (DAY, -DAY, -HOUR):
        with wired.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, clock())
        clock.at += much
        with wired.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, clock())
        assert readiness(wired.database, clock()) == []


@pytest.mark.parametrize("much", [-HOUR, DAY, -DAY])
def test_periodic_work_has_its_turn_after_a_jump_and_only_once_a_minute(wired, clock, much):
    def turn():
        with wired.database.writing() as session:
            return heartbeats.take_turn(session, "poll", clock().replace(second=0, microsecond=0))

    turn()
    clock.at += much
    assert [turn(), turn()] == [True, False]


def test_nothing_is_lost_whichever_way_it_jumps(wired, jump):
    store_id = add_shop(wired).id
    kept = []
    for seq, much in enumerate((HOUR, -DAY, DAY, -HOUR, timedelta(0)), 1):
        jump(much)
        kept.append(keep_one(wired, store_id, signal(seq)))
    while process_next(wired.database, wired.now()):
        pass
    with wired.database.reading() as session:
        assert session.scalar(select(func.count(Delivery.id))) == len(kept)
    assert set(states(wired, *kept)) == {State.PROCESSED}
