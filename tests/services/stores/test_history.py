"""A store's history: stages, its award and people's acts first; what recurs by itself is not among them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receiver.domain.audit import Agent, AuditAction
from receiver.errors import NotFound
from receiver.services.awards.block import block_award
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.history import store_history
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import audit
from receiver.storage.tables import Award
from tests.db_factories import keep_all, keep_day, keep_store, rows_of
from tests.factories import SETTLED

HOUR = timedelta(hours=1)


@pytest.fixture
def store_id(container, clock):
    clock.at = SETTLED
    keep_all(container)
    decide_store(container.at(SETTLED), "st_1")
    return "st_1"


def history_lines(container, store_id, limit=50):
    return [
        (item.stage.before, item.stage.after) if item.stage else (item.entry.actor, item.entry.action)
        for item in store_history(container.database, store_id, limit=limit)
    ]


def test_stages_awards_and_acts_of_staff_stand_there_the_newest_first(container, store_id):
    (award,) = rows_of(container, Award)
    block_award(container.at(SETTLED + HOUR), award.id, reason="called", actor="ann@staff.example")
    decide_store(container.at(SETTLED + HOUR), store_id)
    entries = history_lines(container, store_id)
    assert entries[:2] == [("due", "blocked"), ("ann@staff.example", "award block")]
    assert (None, "due") in entries
    assert ("service", "award recorded") in entries


def test_what_the_service_does_every_day_is_left_out_and_a_decision_of_the_same_stage_too(
    container, store_id
):
    before = history_lines(container, store_id)
    with container.database.writing() as session:
        for n in range(30):
            at = SETTLED + n * HOUR
            audit.record(session, at, Agent.CONNECTION, AuditAction.STORE_FACTS, store_id, {"n": n})
    keep_day(container, "650.00")
    decide_store(container.at(SETTLED + HOUR), store_id)
    assert history_lines(container, store_id) == before


def test_another_stores_history_is_its_own_and_one_of_no_store_is_refused(container, store_id):
    keep_store(container, "st_2")
    assert history_lines(container, "st_2") == []
    with pytest.raises(NotFound):
        store_history(container.database, "st_9", limit=5)


def test_the_newest_of_a_long_history_are_told(container, store_id):
    for n in range(6):
        fact = {"name": "paid_bills_confirmed", "value": ("yes", "no")[n % 2], "reason": "r", "evidence": "e"}
        record_staff_fact(container.at(SETTLED + n * HOUR), store_id=store_id, actor="ann", **fact)
    entries = history_lines(container, store_id, limit=3)
    assert len(entries) == 3
    assert entries.count(("ann", "facts set")) == 3
