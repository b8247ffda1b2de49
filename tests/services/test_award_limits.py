"""Once a merchant, once a Business Center, whoever decides at the same moment; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import select, update

from receiver.services.decisions import decide as deciding
from receiver.services.decisions.decide import decide_store
from receiver.services.facts.record import record
from receiver.storage import tables
from tests.factories import SETTLED
from tests.rows import keep_account, keep_day, keep_link, keep_store

STORES = ("st_1", "st_2", "st_3")


def keep_due(wired, number, *, merchant=None, center=None):
    """A store whose account spent enough."""
    store_id, advertiser_id = f"st_{number}", f"700{number}"
    keep_store(wired, store_id, merchant=merchant or f"m_{number}")
    keep_link(wired, store_id, advertiser_id)
    keep_account(wired, advertiser_id, business_center=center)
    keep_day(wired, "600.00", advertiser_id=advertiser_id)


def awards(wired):
    with wired.database.reading() as session:
        return session.scalars(select(tables.Award.store_id).order_by(tables.Award.store_id)).all()


def stages(wired, stores=STORES):
    return sorted(str(decide_store(wired.database, SETTLED, store_id).stage) for store_id in stores)


def put(wired, table, key, **values):
    with wired.database.writing() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def override(wired, store_id, rule):
    said = {"value": f"{rule}=pass", "reason": "an agency", "evidence": "T-1", "actor": "ann"}
    record(wired.database, SETTLED, store_id=store_id, name="override", **said)


@pytest.fixture
def at_the_same_moment(wired, monkeypatch):
    """Decides two stores; each waits until the other has decided, too, unless something keeps them apart."""
    both, keep = Barrier(2), deciding._keep

    def keep_together(*given):
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)
        return keep(*given)

    def decide_both():
        with monkeypatch.context() as patched, ThreadPoolExecutor(2) as workers:
            patched.setattr(deciding, "_keep", keep_together)
            list(workers.map(lambda s: decide_store(wired.database, SETTLED, s), ("st_1", "st_2")))

    return decide_both


def test_two_stores_of_one_business_center_are_awarded_once(wired, at_the_same_moment):
    for number in (1, 2):
        keep_due(wired, number, center="6001")
    at_the_same_moment()
    assert len(awards(wired)) == 1
    assert stages(wired, ("st_1", "st_2")) == ["due", "held"]


def test_two_stores_of_one_merchant_are_awarded_once(wired, at_the_same_moment):
    for number in (1, 2):
        keep_due(wired, number, merchant="m_1")
    at_the_same_moment()
    assert len(awards(wired)) == 1
    assert stages(wired, ("st_1", "st_2")) == ["due", "ineligible"]


def test_stores_that_have_nothing_in_common_are_both_awarded(wired, at_the_same_moment):
    for number in (1, 2):
        keep_due(wired, number)
    at_the_same_moment()
    assert awards(wired) == ["st_1", "st_2"]


def test_many_stores_of_one_business_center_and_many_workers(wired):
    for number in (1, 2, 3):
        keep_due(wired, number, center="6001")
    with ThreadPoolExecutor(6) as workers:
        list(workers.map(lambda s: decide_store(wired.database, SETTLED, s), STORES * 4))
    assert len(awards(wired)) == 1
    assert stages(wired) == ["due", "held", "held"]


def test_only_a_recorded_override_lets_a_second_account_of_the_business_center_through(wired):
    for number in (1, 2, 3):
        keep_due(wired, number, center="6001")
    assert stages(wired) == ["due", "held", "held"]
    override(wired, "st_2", "merchant_once")
    assert stages(wired) == ["due", "held", "held"]
    override(wired, "st_2", "account_once")
    assert stages(wired) == ["due", "due", "held"]
    assert awards(wired) == ["st_1", "st_2"]


def test_what_became_known_while_waiting_for_the_turn_counts(wired, monkeypatch):
    keep_due(wired, 1, center="6001")
    keep_due(wired, 2)
    decide_store(wired.database, SETTLED, "st_1")
    take_turn = deciding.stores.lock_programme

    def poll_meanwhile(session, programme):
        take_turn(session, programme)
        joins = update(tables.Account).where(tables.Account.advertiser_id == "7002")
        unseen = {"synchronize_session": False}  # as another transaction's change is
        session.execute(joins.values(business_center="6001"), execution_options=unseen)

    monkeypatch.setattr(deciding.stores, "lock_programme", poll_meanwhile)
    assert decide_store(wired.database, SETTLED, "st_2").stage == "held"


def test_an_account_that_joined_the_business_center_after_its_award_counts_too(wired):
    keep_due(wired, 1)
    keep_due(wired, 2, center="6001")
    decide_store(wired.database, SETTLED, "st_1")
    put(wired, tables.Account, "7001", business_center="6001")
    assert decide_store(wired.database, SETTLED, "st_2").stage == "held"


def test_a_store_merged_into_a_merchant_after_its_award_counts_too(wired):
    keep_due(wired, 1)
    keep_due(wired, 2)
    decide_store(wired.database, SETTLED, "st_1")
    put(wired, tables.Store, "st_1", merchant="m_2")
    assert decide_store(wired.database, SETTLED, "st_2").stage == "ineligible"


def test_no_override_gives_one_account_two_awards(wired):
    keep_due(wired, 1)
    keep_store(wired, "st_2")
    keep_link(wired, "st_2", "7001")
    decide_store(wired.database, SETTLED, "st_1")
    for rule in ("account_once", "first_set_up"):
        override(wired, "st_2", rule)
    decide_store(wired.database, SETTLED, "st_2")
    assert awards(wired) == ["st_1"]
