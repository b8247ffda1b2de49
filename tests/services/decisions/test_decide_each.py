"""Many stores are decided in the same statements, and each as if it were decided alone; on both databases."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from receiver.documents.programme import programme_data
from receiver.domain.programme import Tier
from receiver.errors import StorageUnavailable
from receiver.services.decisions import decide
from receiver.services.decisions.decide import decide_each, decide_store
from receiver.storage import tables
from receiver.storage.terms import keep_terms
from tests.db_factories import keep_account, keep_all, keep_day, keep_link, keep_store, rows_of
from tests.factories import OPEN, SETTLED, seed_programme
from tests.random_stores import Population, stored_rows


@contextmanager
def statements_of(database):
    """Yield the list of statements that the database executes meanwhile."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def stored_after(container, moments, decide_all):
    with container.rolled_back() as rehearsal:
        for moment in moments:
            decide_all(rehearsal.at(moment))
        with rehearsal.database.reading() as session:
            return stored_rows(session)


@pytest.mark.parametrize(("database_kind", "seed"), [("sqlite", 11), ("postgresql", 12)])
def test_stores_decided_together_are_decided_as_each_alone(container, seed):
    population = Population(container.database, seed, 40)
    moments = list(population.moments())

    def each_alone(context):
        for store_id in population.ids:
            decide_store(context, store_id)

    alone = stored_after(container, moments, each_alone)
    together = stored_after(container, moments, lambda context: decide_each(context, population.ids))
    assert together == alone
    assert len(together["decisions"]) > len(population.ids)


def test_of_two_stores_decided_together_the_second_sees_the_award_of_the_first(container):
    keep_all(container)
    keep_store(container, "st_2", merchant="m_st_1")
    keep_link(container, "st_2", "7002")
    keep_account(container, "7002")
    keep_day(container, "600.00", advertiser_id="7002")
    assert decide_each(container.at(SETTLED), ["st_1", "st_2"]) == 2
    assert [award.store_id for award in rows_of(container, tables.Award)] == ["st_1"]
    assert {store.id: store.stage for store in rows_of(container, tables.Store)}["st_2"] == "ineligible"


def test_more_stores_take_no_more_statements(container):
    ids = [keep_all(container, f"st_{number}", str(7000 + number), "10.00") for number in range(20)]
    decide_each(container.at(OPEN), ids)
    reads = []
    for count in (2, 20):
        with statements_of(container.database) as statements:
            decide_each(container.at(OPEN + timedelta(hours=1)), ids[:count])
        reads.append([statement for statement in statements if not statement.startswith("UPDATE")])
    assert len(reads[0]) == len(reads[1]) < 30


def test_a_store_that_cannot_be_decided_holds_no_other_of_its_batch_up(container):
    ids = [keep_all(container, f"st_{number}", str(7000 + number)) for number in range(7)]
    with container.database.writing() as session:
        session.get_one(tables.Account, "7003").timezone = "Nowhere/At_All"
    assert decide_each(container.at(SETTLED), ids) == 6
    undecided = [store.id for store in rows_of(container, tables.Store) if store.stage is None]
    assert undecided == ["st_3"]
    assert len(rows_of(container, tables.Award)) == 6


def test_a_database_that_cannot_be_used_ends_the_round(container, monkeypatch):
    def unavailable(*_):
        raise StorageUnavailable("gone")

    monkeypatch.setattr(decide, "_decide_together", unavailable)
    with pytest.raises(StorageUnavailable):
        decide_each(container.at(SETTLED), ["st_1", "st_2"])


def test_terms_that_are_kept_anew_hold_from_the_next_decision_on(container):
    store_id = keep_all(container)
    assert str(decide_store(container.at(OPEN), store_id).tier.threshold) == "500"
    market = seed_programme().markets[0]
    dearer = replace(market, tiers=(Tier(market.tiers[0].threshold + 50, market.tiers[0].credit),))
    with container.database.writing() as session:
        changed = replace(seed_programme(), markets=(dearer,))
        keep_terms(session, changed.id, programme_data(changed), OPEN)
    assert str(decide_store(container.at(OPEN), store_id).tier.threshold) == "550"
