"""Clock jumps: nothing is lost or applied twice, and nothing waits until the clock catches up."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from receiver.domain.deliveries import DeliveryState
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries import process
from receiver.services.deliveries.process import process_next
from receiver.services.operations.clock_rollback import reset_after_clock_rollback
from receiver.services.operations.readiness import check_readiness
from receiver.storage import delivery_queue, heartbeats
from receiver.storage.spend import due_accounts
from receiver.storage.tables import Account, Award, Delivery
from tests.db_factories import keep_all
from tests.signals import add_shop, attempts, keep_one, link_signal, row, signal

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def jump(container, clock):
    """A function that moves the clock and resets due times, as the worker does every minute."""
    reset_after_clock_rollback(container.at(clock()))

    def by(much):
        clock.at += much
        reset_after_clock_rollback(container.at(clock()))

    return by


def claim(container):
    """Claim what is due, as a worker does that is killed afterwards."""
    with container.database.writing() as session:
        return delivery_queue.claim(session, container.now(), 10, process.LEASE)


def states(container, *ids):
    return [row(container, item).state for item in ids]


@pytest.mark.parametrize("ahead", [HOUR, DAY])
def test_what_came_while_the_clock_was_ahead_is_processed_once_it_is_right(container, jump, ahead):
    store_id = add_shop(container).id
    jump(ahead)
    in_hand = keep_one(container, store_id, signal(event="integration_set_up"))
    claim(container)
    received = keep_one(container, store_id, link_signal(2))
    jump(-ahead)
    process_next(container)
    assert states(container, in_hand, received) == [DeliveryState.PROCESSED] * 2
    assert [len(attempts(container, item)) for item in (in_hand, received)] == [1, 1]


def test_what_failed_keeps_its_turn(container, clock, jump, monkeypatch):
    store_id = add_shop(container).id
    failed = keep_one(container, store_id, signal())

    def fail(*_):
        raise RuntimeError("a fault")

    monkeypatch.setattr(process, "apply_deliveries", fail)
    jump(HOUR)
    process_next(container.at(clock()), chance=lambda: 1.0)
    due_at = row(container, failed).due_at
    jump(-HOUR)
    assert (row(container, failed).state, row(container, failed).due_at) == (DeliveryState.FAILED, due_at)


def test_a_jump_in_the_middle_of_a_delivery_lets_nobody_finish_it_twice(container, jump):
    store_id = add_shop(container).id
    delivery = keep_one(container, store_id, signal())
    claimed = claim(container)
    jump(DAY)
    assert len(process_next(container)) == 1
    assert process._process_claimed(container, claimed) == []
    assert len(attempts(container, delivery)) == 1


def test_accounts_read_while_the_clock_was_ahead_are_read_again(container, clock, jump):
    keep_all(container)
    jump(DAY)
    with container.database.writing() as session:
        account = session.get_one(Account, "7001")
        account.read_at, account.next_poll_at = clock(), clock() + HOUR
    jump(-DAY)
    with container.database.reading() as session:
        assert due_accounts(session, clock(), 5) == [("7001", False)]


def test_a_clock_a_little_ahead_and_the_passing_of_time_move_nothing(container, clock, jump):
    store_id = add_shop(container).id
    jump(timedelta(minutes=4))
    delivery = keep_one(container, store_id, signal())
    before = row(container, delivery).due_at
    jump(timedelta(minutes=-4))
    jump(DAY)
    jump(DAY)
    assert row(container, delivery).due_at == before


def test_an_award_is_decided_once_however_the_clock_goes(container, clock):
    keep_all(container)
    for much in (DAY, -HOUR, 20 * DAY, -HOUR, DAY, -21 * DAY, 21 * DAY):
        clock.at += much
        decide_store(container.at(clock()), "st_1")
    with container.database.reading() as session:
        assert session.scalar(select(func.count(Award.id))) == 1


def test_a_live_worker_is_alive_again_at_its_next_beat(container, clock):
    for much in (DAY, -DAY, -HOUR):
        with container.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, clock())
        clock.at += much
        with container.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, clock())
        assert check_readiness(container.at(clock())) == []


@pytest.mark.parametrize("much", [-HOUR, DAY, -DAY])
def test_periodic_work_has_its_turn_after_a_jump_and_only_once_a_minute(container, clock, much):
    def turn():
        with container.database.writing() as session:
            return heartbeats.take_turn(session, "poll", clock().replace(second=0, microsecond=0))

    turn()
    clock.at += much
    assert [turn(), turn()] == [True, False]


def test_nothing_is_lost_whichever_way_it_jumps(container, jump):
    store_id = add_shop(container).id
    delivery_ids = []
    for seq, much in enumerate((HOUR, -DAY, DAY, -HOUR, timedelta(0)), 1):
        jump(much)
        delivery_ids.append(keep_one(container, store_id, signal(seq)))
    while process_next(container):
        pass
    with container.database.reading() as session:
        assert session.scalar(select(func.count(Delivery.id))) == len(delivery_ids)
    assert set(states(container, *delivery_ids)) == {DeliveryState.PROCESSED}
