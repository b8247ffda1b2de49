"""Replay: a new attempt on the same row, audited, and harmless where it succeeded before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receiver.domain.deliveries import State
from receiver.errors import InputError
from receiver.services.processing.process import process_next
from receiver.services.processing.replay import replay, would_replay
from receiver.storage.tables import AuditEntry, Signal, Store
from receiver.wiring import Wiring
from tests.fakes import FrozenClock
from tests.signals import add_shop, attempts, body_of, keep_one, linked, row, signal


@pytest.fixture
def store_id(wired: Wiring) -> str:
    return add_shop(wired).id


def again(wired: Wiring, *ids: int, reason: str = "the store's address was put right") -> list[Any]:
    return replay(wired.database, ids, wired.now(), "ann", reason)


def test_what_was_held_is_taken_in_once_the_cause_is_gone(wired: Wiring, store_id: str):
    delivery_id = keep_one(wired, store_id, signal(home_url="https://new.example/"))
    process_next(wired.database, wired.now())
    assert row(wired, delivery_id).state == "dead"
    with wired.database.writing() as session:
        session.get_one(Store, store_id).url = "https://new.example/"
    (replayed,) = again(wired, delivery_id)
    assert replayed.outcome.state is State.PROCESSED
    assert row(wired, delivery_id).error is None
    assert [(one.actor, one.outcome) for one in attempts(wired, delivery_id)] == [
        ("worker", "dead"),
        ("ann: the store's address was put right", "processed"),
    ]


def test_replaying_what_succeeded_changes_nothing(wired: Wiring, store_id: str, clock: FrozenClock):
    delivery_id = keep_one(wired, store_id, linked(3))
    process_next(wired.database, wired.now())
    clock.move(days=1)
    (replayed,) = again(wired, delivery_id)
    assert (replayed.outcome.state, replayed.outcome.stores) == (State.PROCESSED, ())
    assert len(attempts(wired, delivery_id)) == 2
    with wired.database.reading() as session:
        assert session.query(Signal).count() == 1


def test_each_replay_is_audited_with_its_reason(wired: Wiring, store_id: str):
    delivery_id = keep_one(wired, store_id, linked(3))
    again(wired, delivery_id, delivery_id)
    with wired.database.reading() as session:
        entries = session.query(AuditEntry).filter_by(action="deliveries replay").all()
    assert [(one.actor, one.subject, one.detail["reason"]) for one in entries] == [
        ("ann", str(delivery_id), "the store's address was put right")
    ]


def test_one_that_is_refused_does_not_stop_the_others(wired: Wiring, store_id: str):
    ignored = keep_one(wired, store_id, "order", topic="order.created")
    process_next(wired.database, wired.now())
    good = keep_one(wired, store_id, linked(3))
    refused, missing, done = again(wired, ignored, 9999, good)
    assert refused.refused == f"delivery {ignored} cannot be replayed: its body was dropped"
    assert missing.refused == "there is no delivery 9999"
    assert done.outcome.state is State.PROCESSED
    assert row(wired, ignored).state == "ignored"


def test_a_replay_that_fails_has_a_fresh_series_of_tries(wired: Wiring, store_id: str):
    delivery_id = keep_one(wired, store_id, linked(3))
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("receiver.services.processing.process.take_in", lambda *_: 1 / 0)
        (replayed,) = again(wired, delivery_id)
    assert replayed.outcome.state is State.FAILED
    failed = row(wired, delivery_id)
    assert failed.error == "ZeroDivisionError: division by zero"
    assert failed.due_at is not None
    assert failed.due_at - wired.now() <= timedelta(seconds=10)


def test_a_dry_run_says_what_would_be_refused_and_changes_nothing(wired: Wiring, store_id: str):
    delivery_id = keep_one(wired, store_id, linked(3))
    would, missing = would_replay(wired.database, [delivery_id, 9999, delivery_id], wired.now())
    assert (would.refused, missing.refused) == (None, "there is no delivery 9999")
    assert row(wired, delivery_id).state == "received"
    assert attempts(wired, delivery_id) == []


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 501])
def test_a_reason_is_required(wired: Wiring, store_id: str, reason: str):
    delivery_id = keep_one(wired, store_id, body_of(signal()).decode())
    with pytest.raises(InputError, match="reason"):
        again(wired, delivery_id, reason=reason)
    assert attempts(wired, delivery_id) == []
