"""A store of which nothing changed is passed over, and all is kept as if it had been decided each time."""

import random
from datetime import timedelta

import pytest

from receiver.container import build_container
from receiver.services.decisions import decide
from receiver.services.decisions.decide import decide_each, decide_store
from receiver.services.decisions.unchanged import UnchangedStores
from receiver.storage import tables
from receiver.storage.migrate import migrate
from receiver.storage.recorded_facts import record_fact
from tests.conftest import make_settings
from tests.db_factories import keep_all, keep_day, rows_of
from tests.factories import OPEN
from tests.random_stores import START, Population, stored_rows

HOUR = timedelta(hours=1)
STEPS = [timedelta(minutes=minutes) for minutes in (1, 17, 61, 61, 61, 200, 720)]


@pytest.fixture
def evaluated(monkeypatch):
    """The stores that were evaluated."""
    monkeypatch.setattr(decide, "UNCHANGED", UnchangedStores())
    store_ids = []

    def evaluate(records, now):
        store_ids.append(records.store.id)
        return evaluate_records(records, now)

    evaluate_records = decide.evaluate_records
    monkeypatch.setattr(decide, "evaluate_records", evaluate)
    return store_ids


def start_another_process():
    """Forget the remembered decisions, as a new process; the fixture `evaluated` restores them."""
    decide.UNCHANGED = UnchangedStores()


def decide_three_times(container):
    """Decide a store three times, an hour apart: the first decision is stored, the second is the same."""
    store_id = keep_all(container)
    for hours in range(3):
        decide_each(container.at(OPEN + hours * HOUR), [store_id])
    return store_id


def test_a_store_of_which_nothing_changed_is_passed_over_with_its_moment_kept(container, evaluated):
    store_id = decide_three_times(container)
    assert len(evaluated) == 2
    (store,) = rows_of(container, tables.Store)
    assert (store.id, store.decided_at) == (store_id, OPEN + 2 * HOUR)


def test_whoever_asks_for_a_decision_gets_one(container, evaluated):
    store_id = decide_three_times(container)
    assert decide_store(container.at(OPEN + 3 * HOUR), store_id).as_of == OPEN + 3 * HOUR


@pytest.mark.parametrize("what", ["a figure", "a fact", "the next date", "another process"])
def test_a_store_is_decided_anew_after_whatever_may_change_its_answer(container, evaluated, what):
    store_id = decide_three_times(container)
    moment, before = OPEN + 3 * HOUR, len(evaluated)
    if what == "a figure":
        keep_day(container, "7.00")
    elif what == "a fact":
        with container.database.writing() as session:
            fact = {"reason": "seen", "evidence": "T-1", "by": "ann", "at": OPEN}
            record_fact(session, store_id=store_id, name="policy_violation", value=True, **fact)
    elif what == "the next date":
        moment += 24 * HOUR
    else:
        start_another_process()
    decide_each(container.at(moment), [store_id])
    assert len(evaluated) == before + 1


def stored_after(container, population, moments, *, each_anew):
    start_another_process()
    with container.rolled_back() as rehearsal:
        for moment in moments:
            if each_anew:
                start_another_process()
            decide_each(rehearsal.at(moment), population.ids)
        with rehearsal.database.reading() as session:
            return stored_rows(session)


@pytest.mark.parametrize("seed", [21])
def test_passing_stores_over_keeps_what_deciding_them_each_time_does(tmp_path, seed, evaluated):
    container = build_container(make_settings(database_url=f"sqlite:///{tmp_path}/receiver.db"))
    database = container.database
    migrate(database)
    population, chance = Population(database, seed, 20), random.Random(seed)
    moments = [START + timedelta(days=chance.uniform(8, 25))]
    for _ in range(20):
        moments.append(moments[-1] + chance.choice(STEPS))
    each_time = stored_after(container, population, moments, each_anew=True)
    evaluated.clear()
    passed_over = stored_after(container, population, moments, each_anew=False)
    database.close()
    assert passed_over == each_time
    assert len(evaluated) < len(moments) * len(population.ids) / 2


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Tokyo", 15), ("America/New_York", 5), ("UTC", 24)])
def test_a_store_is_decided_anew_on_the_next_date_of_its_account(container, evaluated, zone, hour):
    store_id = keep_all(container, spent="10.00")
    with container.database.writing() as session:
        session.get_one(tables.Account, "7001").timezone = zone
    midnight = OPEN.replace(hour=0) + hour * HOUR
    per_day = []
    for minutes in (-3, -2, -1, 1):
        before = len(evaluated)
        decide_each(container.at(midnight + timedelta(minutes=minutes)), [store_id])
        (store,) = rows_of(container, tables.Store)
        per_day.append((store.progress["next_tier"]["per_day"], len(evaluated) - before))
    assert per_day[2] == (per_day[0][0], 0)
    assert per_day[3] != per_day[2]
