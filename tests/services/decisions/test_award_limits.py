"""Once a merchant, once a Business Center, whoever decides at the same moment; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import select, update

from receiver.services.decisions import decide as deciding
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import tables
from tests.db_factories import keep_account, keep_day, keep_link, keep_store
from tests.factories import SETTLED

STORES = ("st_1", "st_2", "st_3")


def keep_due(container, number, *, merchant=None, center=None):
    """Store a store whose account spent enough for an award."""
    store_id, advertiser_id = f"st_{number}", f"700{number}"
    keep_store(container, store_id, merchant=merchant or f"m_{number}")
    keep_link(container, store_id, advertiser_id)
    keep_account(container, advertiser_id, business_center=center)
    keep_day(container, "600.00", advertiser_id=advertiser_id)


def awards(container):
    with container.database.reading() as session:
        return session.scalars(select(tables.Award.store_id).order_by(tables.Award.store_id)).all()


def stages(container, stores=STORES):
    return sorted(str(decide_store(container.at(SETTLED), store_id).stage) for store_id in stores)


def put(container, table, key, **values):
    with container.database.writing() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def override(container, store_id, rule):
    fact = {"value": f"{rule}=pass", "reason": "an agency", "evidence": "T-1", "actor": "ann"}
    record_staff_fact(container.at(SETTLED), store_id=store_id, name="override", **fact)


@pytest.fixture
def at_the_same_moment(container, monkeypatch):
    """Decides two stores; each waits until the other has decided, too, unless something keeps them apart."""
    both, keep = Barrier(2), deciding._store_decision

    def keep_together(*arguments):
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)
        return keep(*arguments)

    def decide_both():
        with monkeypatch.context() as patched, ThreadPoolExecutor(2) as workers:
            patched.setattr(deciding, "_store_decision", keep_together)
            list(workers.map(lambda s: decide_store(container.at(SETTLED), s), ("st_1", "st_2")))

    return decide_both


def test_two_stores_of_one_business_center_are_awarded_once(container, at_the_same_moment):
    for number in (1, 2):
        keep_due(container, number, center="6001")
    at_the_same_moment()
    assert len(awards(container)) == 1
    assert stages(container, ("st_1", "st_2")) == ["due", "held"]


def test_two_stores_of_one_merchant_are_awarded_once(container, at_the_same_moment):
    for number in (1, 2):
        keep_due(container, number, merchant="m_1")
    at_the_same_moment()
    assert len(awards(container)) == 1
    assert stages(container, ("st_1", "st_2")) == ["due", "ineligible"]


def test_stores_that_have_nothing_in_common_are_both_awarded(container, at_the_same_moment):
    for number in (1, 2):
        keep_due(container, number)
    at_the_same_moment()
    assert awards(container) == ["st_1", "st_2"]


def test_many_stores_of_one_business_center_and_many_workers(container):
    for number in (1, 2, 3):
        keep_due(container, number, center="6001")
    with ThreadPoolExecutor(6) as workers:
        list(workers.map(lambda s: decide_store(container.at(SETTLED), s), STORES * 4))
    assert len(awards(container)) == 1
    assert stages(container) == ["due", "held", "held"]


def test_only_a_recorded_override_lets_a_second_account_of_the_business_center_through(container):
    for number in (1, 2, 3):
        keep_due(container, number, center="6001")
    assert stages(container) == ["due", "held", "held"]
    override(container, "st_2", "merchant_once")
    assert stages(container) == ["due", "held", "held"]
    override(container, "st_2", "account_once")
    assert stages(container) == ["due", "due", "held"]
    assert awards(container) == ["st_1", "st_2"]


def test_what_became_known_while_waiting_for_the_turn_counts(container, monkeypatch):
    keep_due(container, 1, center="6001")
    keep_due(container, 2)
    decide_store(container.at(SETTLED), "st_1")
    take_turn = deciding.stores.lock_programme

    def poll_meanwhile(session, programme):
        take_turn(session, programme)
        joins = update(tables.Account).where(tables.Account.advertiser_id == "7002")
        unseen = {"synchronize_session": False}  # as another transaction's change is
        session.execute(joins.values(business_center="6001"), execution_options=unseen)

    monkeypatch.setattr(deciding.stores, "lock_programme", poll_meanwhile)
    assert decide_store(container.at(SETTLED), "st_2").stage == "held"


def test_an_account_that_joined_the_business_center_after_its_award_counts_too(container):
    keep_due(container, 1)
    keep_due(container, 2, center="6001")
    decide_store(container.at(SETTLED), "st_1")
    put(container, tables.Account, "7001", business_center="6001")
    assert decide_store(container.at(SETTLED), "st_2").stage == "held"


def test_a_store_merged_into_a_merchant_after_its_award_counts_too(container):
    keep_due(container, 1)
    keep_due(container, 2)
    decide_store(container.at(SETTLED), "st_1")
    put(container, tables.Store, "st_1", merchant="m_2")
    assert decide_store(container.at(SETTLED), "st_2").stage == "ineligible"


def test_no_override_gives_one_account_two_awards(container):
    keep_due(container, 1)
    keep_store(container, "st_2")
    keep_link(container, "st_2", "7001")
    decide_store(container.at(SETTLED), "st_1")
    for rule in ("account_once", "first_set_up"):
        override(container, "st_2", rule)
    decide_store(container.at(SETTLED), "st_2")
    assert awards(container) == ["st_1"]
