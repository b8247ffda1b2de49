"""A store has a bounded number of decisions a day, and old ones are thinned to the last of each day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries import purge as purging
from receiver.services.deliveries.purge import purge
from receiver.storage import decisions
from receiver.storage.tables import DecisionRow, Store
from tests.signals import add_shop


def test_a_store_that_flips_has_so_many_decisions_a_day_the_first_and_the_newest(container, monkeypatch):
    monkeypatch.setattr(decisions, "DECISIONS_A_DAY", 6)
    store_id = add_shop(container).id
    for step in range(20):
        with container.database.writing() as session:
            session.get_one(Store, store_id).country = ("US", "GB")[step % 2]
        decide_store(container, store_id)
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
        decide_store(container, store_id)
        clock.move(hours=5 if step % 2 == 0 else 19)
    clock.move(days=80)
    decide_store(container, store_id)
    clock.move(days=12)
    deleted = purge(container, 30, within=timedelta(minutes=1))
    assert deleted["decisions"] == 2
    with container.database.reading() as session:
        rows = list(session.scalars(select(DecisionRow).order_by(DecisionRow.id)))
    assert [row.facts["store"]["country"] for row in rows[:2]] == ["GB", "GB"]
