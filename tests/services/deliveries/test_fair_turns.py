"""Polls, checks of stores and replays come in turns: who asks much or answers badly holds up nobody."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from receiver.container import Container
from receiver.domain.deliveries import DeliveryFilters
from receiver.services.deliveries.replay import progress, replay_next, start
from receiver.storage import connections, spend, tables
from receiver.worker import loop
from tests.db_factories import keep_account, keep_link, keep_store
from tests.signals import add_shop, keep_one, signal


@pytest.mark.parametrize(
    ("urgent", "planned", "shares"), [(20, 20, (6, 2)), (20, 1, (7, 1)), (1, 20, (1, 7)), (20, 0, (8, 0))]
)
def test_urgent_polls_leave_every_fourth_place_to_planned_ones(container, clock, urgent, planned, shares):
    for number in range(urgent + planned):
        keep_store(container, f"st_{number}")
        keep_link(container, f"st_{number}", f"7{number:03}")
        keep_account(container, f"7{number:03}", poll_urgent=number < urgent)
    with container.database.reading() as session:
        due = spend.due_accounts(session, clock(), 8)
    assert tuple(sum(item[1] is kind for item in due) for kind in (True, False)) == shares


@pytest.mark.parametrize(
    ("well", "failing", "shares"), [(20, 20, (6, 2)), (20, 0, (8, 0)), (3, 20, (3, 5)), (20, 1, (7, 1))]
)
def test_stores_that_fail_are_checked_after_the_others_and_leave_them_most_places(
    container, clock, well, failing, shares
):
    for number in range(well + failing):
        keep_store(container, f"st_{number}")
        fails = number >= well
        due = clock() - timedelta(hours=2 if fails else 1)
        connection = {"rest_base": "x", "keys_encrypted": "x", "connected_at": clock(), "next_check_at": due}
        with container.database.writing() as session:
            session.add(tables.Connection(store_id=f"st_{number}", failures=int(fails), **connection))
    with container.database.reading() as session:
        numbers = [int(item.removeprefix("st_")) for item in connections.due_connections(session, clock(), 8)]
    kinds = [number >= well for number in numbers]
    assert (kinds.count(False), kinds.count(True)) == shares
    assert kinds == sorted(kinds)


def test_a_long_replay_takes_turns_with_a_short_one(container: Container, clock):
    stores = [add_shop(container, url=f"https://shop{number}.example/").id for number in range(2)]
    for seq in range(60):
        keep_one(container, stores[0], signal(seq, home_url="https://shop0.example/"))
    keep_one(container, stores[1], signal(1, home_url="https://shop1.example/"))
    replay_ids = [
        start(container.at(clock()), DeliveryFilters(store=store), actor="ann", reason="why", rate=10).id
        for store in stores
    ]
    for _ in range(3):
        clock.at = max(clock(), replay_next(container.at(clock())) or clock())
    assert [progress(container.database, item).state for item in replay_ids] == ["running", "done"]


def test_a_flood_of_live_deliveries_slows_replays_and_does_not_stop_them(container, monkeypatch):
    stopping, looks, replays = Event(), [], []

    def always_full(*_):
        looks.append(1)
        stopping.set() if len(looks) == 3 * loop.REPLAY_EVERY else None
        return True

    monkeypatch.setattr(loop, "work_inbox", always_full)
    monkeypatch.setattr(loop, "_work_replay", lambda _: replays.append(len(looks)) or 60.0)
    loop.run(container, stopping, jobs=())
    assert replays == [loop.REPLAY_EVERY * times for times in (1, 2, 3)]
