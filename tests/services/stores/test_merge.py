"""Two merchants made one: its stores decided at once, its limits kept, its one place in the offer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select, update

from receiver.errors import InputError, NotFound, Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.stores import merge as merging
from receiver.services.stores.merge import merge_merchants
from receiver.storage import tables
from tests.db_factories import keep_account, keep_day, keep_link, keep_store
from tests.factories import OPEN, SETTLED

TOLD = {"reason": "one owner", "evidence": "ticket 3", "actor": "ann"}


def keep_spender(container, number, spent, **store):
    store_id, advertiser_id = f"st_{number}", f"700{number}"
    keep_store(container, store_id, **store)
    keep_link(container, store_id, advertiser_id)
    keep_account(container, advertiser_id)
    keep_day(container, spent, advertiser_id=advertiser_id)
    return store_id


@pytest.fixture
def two(container):
    """A store with a due award, and one of another merchant that will earn one."""
    decide_store(container.at(SETTLED), keep_spender(container, 1, "600.00"))
    return keep_spender(container, 2, "700.00")


def merge(container, store_id="st_2", into="st_1", **more):
    return merge_merchants(container.at(SETTLED), store_id, into=into, **{**TOLD, **more})


def merchants(container):
    with container.database.reading() as session:
        return {store.id: store.merchant for store in session.scalars(select(tables.Store))}


def rows_of(container, table, **of):
    with container.database.reading() as session:
        return list(session.scalars(select(table).filter_by(**of).order_by(table.id)))


def test_the_second_store_of_one_owner_earns_nothing_any_more(container, two):
    merged = merge(container)
    assert merchants(container) == {"st_1": "m_st_1", "st_2": "m_st_1"}
    stages = {store.store: (store.before.stage, store.after.stage) for store in merged.stores}
    assert stages == {"st_1": ("due", "due"), "st_2": ("due", "ineligible")}
    assert {"what": "rules.merchant_once", "before": "pass", "after": "fail"} in merged.stores[1].changes
    assert [award.store_id for award in rows_of(container, tables.Award)] == ["st_1"]
    assert rows_of(container, tables.Store, id="st_2")[0].stage == "ineligible"


def test_all_stores_of_the_merchant_go_with_it_and_each_says_why(container, two):
    keep_store(container, "st_3", merchant="m_st_2")
    merge(container)
    assert set(merchants(container).values()) == {"m_st_1"}
    facts = rows_of(container, tables.RecordedFact, name="merchant")
    assert [(fact.store_id, fact.value, fact.reason, fact.evidence, fact.by) for fact in facts] == [
        (store_id, "m_st_1", "one owner", "ticket 3", "ann") for store_id in ("st_2", "st_3")
    ]
    (entry,) = rows_of(container, tables.AuditEntry, action="stores merge")
    assert (entry.subject, entry.actor, entry.detail["reason"]) == ("st_1", "ann", "one owner")
    assert entry.detail["stores"] == ["st_2", "st_3"]


def test_two_awards_of_before_are_kept_and_flagged(container, two):
    decide_store(container.at(SETTLED), "st_2")
    merge(container)
    awards = rows_of(container, tables.Award)
    assert [award.state for award in awards] == ["due", "due"]
    assert ["rule_failed:merchant_once" in award.flags for award in awards] == [True, True]


def test_a_dry_run_tells_the_same_and_keeps_nothing(container, two):
    preview = merge(container, dry_run=True)
    assert len(set(merchants(container).values())) == 2
    assert rows_of(container, tables.AuditEntry, action="stores merge") == []
    result = merge(container)
    assert [store.outcome for store in preview.stores] == [store.outcome for store in result.stores]


def test_of_two_places_one_goes_to_who_waits(container, two):
    keep_store(container, "st_9", admitted_at=None)
    with container.database.writing() as session:
        terms = session.get_one(tables.Terms, "woocommerce-2025")
        terms.terms = {**terms.terms, "capacity": 2}
    assert merge(container, dry_run=True).placed == ["st_9"]
    assert rows_of(container, tables.Store, id="st_9")[0].admitted_at is None
    assert merge(container).placed == ["st_9"]
    assert rows_of(container, tables.Store, id="st_9")[0].stage == "awaiting_link"


def test_a_store_that_waited_shares_its_owners_place(container):
    keep_spender(container, 1, "10.00")
    keep_spender(container, 2, "10.00", admitted_at=None)
    with container.database.writing() as session:
        terms = session.get_one(tables.Terms, "woocommerce-2025")
        terms.terms = {**terms.terms, "capacity": 1}
    merged = merge_merchants(container.at(OPEN), "st_2", into="st_1", **TOLD)
    assert [store.after.outcome("admission") for store in merged.stores] == ["pass", "pass"]
    assert merged.placed == ["st_2"]


def test_nobody_decides_for_either_merchant_until_they_are_one(container, two, monkeypatch):
    decide_held, waits = merging.decide_locked, []
    with ThreadPoolExecutor(1) as worker:

        def beside_a_worker(session, now, store_ids):
            started = worker.submit(decide_store, container.at(SETTLED), "st_1")
            waits.append(not wait([started], timeout=0.5).done)
            return decide_held(session, now, store_ids)

        monkeypatch.setattr(merging, "decide_locked", beside_a_worker)
        merge(container)
    assert waits == [True]
    assert [award.store_id for award in rows_of(container, tables.Award)] == ["st_1"]


def test_a_store_that_joins_at_the_same_moment_is_not_forgotten(container, two, monkeypatch):
    take_turn = merging.stores.lock_programme

    def join_meanwhile(session, programme):
        take_turn(session, programme)
        unseen = {"synchronize_session": False}  # as another transaction's change is
        statement = update(tables.Store).where(tables.Store.id == "st_9").values(merchant="m_st_2")
        session.execute(statement, execution_options=unseen)

    keep_store(container, "st_9")
    monkeypatch.setattr(merging.stores, "lock_programme", join_meanwhile)
    with pytest.raises(Refused, match="at the same moment"):
        merge(container)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"into": "st_2"}, Refused, "of one merchant already"),
        ({"into": "st_none"}, NotFound, "there is no store st_none"),
        ({"reason": " "}, InputError, "reason"),
        ({"evidence": ""}, InputError, "evidence"),
    ],
)
def test_what_cannot_be_merged_is_refused(container, two, change, error, message):
    with pytest.raises(error, match=message):
        merge(container, **change)


def test_very_many_stores_are_not_merged_at_once(container, two, monkeypatch):
    monkeypatch.setattr(merging, "MOST", 1)
    with pytest.raises(Refused, match="more than 1 stores"):
        merge(container)
