"""Deciding stores the decision and records an award once, however often it is repeated; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from receiver.documents.facts import read_facts
from receiver.documents.programme import read_programme
from receiver.domain.decision import decide
from receiver.errors import NotFound
from receiver.services.decisions.decide import BATCH, decide_stale, decide_store
from receiver.storage import tables
from tests.db_factories import keep_account, keep_all, keep_day, keep_link, keep_store
from tests.factories import SETTLED


def rows_of(container, table):
    with container.database.reading() as session:
        return list(session.scalars(select(table)))


def test_a_due_award_is_recorded_with_its_amount_and_date(container):
    decision = decide_store(container.at(SETTLED), keep_all(container))
    (award,) = rows_of(container, tables.Award)
    assert (award.state, str(award.credit), award.currency) == ("due", "500", "USD")
    assert award.due_by.isoformat() == "2025-12-08"
    assert (decision.stage, decision.award.id) == ("due", award.id)


def test_deciding_again_from_the_same_facts_writes_nothing(container):
    store_id = keep_all(container)
    for _ in range(3):
        decide_store(container.at(SETTLED - timedelta(days=2)), store_id)
    assert len(rows_of(container, tables.DecisionRow)) == 1


def test_new_facts_are_a_new_decision_and_the_old_one_stays(container):
    store_id = keep_all(container, spent="100.00")
    decide_store(container.at(SETTLED - timedelta(days=20)), store_id)
    keep_day(container, "120.00")
    decide_store(container.at(SETTLED - timedelta(days=20)), store_id)
    first, second = rows_of(container, tables.DecisionRow)
    assert (first.facts["spend"][0]["cash_spend"], second.facts["spend"][0]["cash_spend"]) == (
        "100.00",
        "120.00",
    )


def test_a_kept_decision_can_be_made_again_exactly_from_its_own_row(container):
    decide_store(container.at(SETTLED - timedelta(days=1)), keep_all(container))
    (row,) = rows_of(container, tables.DecisionRow)
    document = read_facts(row.facts)
    again = decide(document.facts, read_programme(row.programme), document.as_of)
    assert (again.stage, again.verdict) == (row.stage, row.verdict)


def test_once_recorded_an_award_outlives_a_restatement(container):
    store_id = keep_all(container)
    decide_store(container.at(SETTLED), store_id)
    keep_day(container, "10.00")
    assert decide_store(container.at(SETTLED + timedelta(days=1)), store_id).stage == "due"
    assert len(rows_of(container, tables.Award)) == 1


def test_many_workers_at_once_record_one_award(container):
    store_id = keep_all(container)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: decide_store(container.at(SETTLED), store_id), range(8)))
    assert len(rows_of(container, tables.Award)) == 1


def test_an_account_is_awarded_once_though_two_stores_link_it(container):
    keep_all(container)
    keep_store(container, "st_2")
    keep_link(container, "st_2", "7001")
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda s: decide_store(container.at(SETTLED), s), ["st_1", "st_2"]))
    assert len(rows_of(container, tables.Award)) == 1


def test_a_merchant_with_two_stores_is_awarded_once(container):
    keep_all(container)
    keep_store(container, "st_2", merchant="m_st_1")
    keep_link(container, "st_2", "7002")
    keep_account(container, "7002")
    keep_day(container, "900.00", advertiser_id="7002")
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda s: decide_store(container.at(SETTLED), s), ["st_1", "st_2"]))
    assert len(rows_of(container, tables.Award)) == 1
    stages = {decide_store(container.at(SETTLED), s).stage for s in ("st_1", "st_2")}
    assert stages == {"due", "ineligible"}


def test_the_store_that_took_the_account_second_had_it_set_up_before(container):
    keep_all(container)
    keep_store(container, "st_2")
    second = SETTLED - timedelta(days=30)
    keep_link(container, "st_2", "7001", linked_at=second, proven_at=second)
    assert decide_store(container.at(SETTLED), "st_2").outcome("first_set_up") == "fail"
    assert decide_store(container.at(SETTLED), "st_1").outcome("first_set_up") == "pass"


def test_what_is_not_read_yet_is_unknown_and_never_no(container):
    keep_store(container)
    keep_link(container, prior_spend=None)
    decision = decide_store(container.at(SETTLED), "st_1")
    unknown = {rule.id for rule in decision.rules if rule.outcome == "unknown"}
    assert {"account_market", "account_currency", "not_yet_advertising"} <= unknown
    assert (decision.verdict, decision.stage) == ("unknown", "awaiting_spend")


def test_a_link_that_only_the_store_claims_is_none_and_tells_nothing_of_the_account(container):
    keep_all(container)
    keep_store(container, "st_2")
    keep_link(container, "st_2", consent=None, token_encrypted=None)
    decision = decide_store(container.at(SETTLED), "st_2")
    assert (decision.account, decision.spend, decision.window) == (None, None, None)
    assert (decision.outcome("account_linked"), decision.stage) == ("pending", "awaiting_link")
    assert decision.claimed_account == "7001"


def test_stores_whose_hour_has_passed_are_decided_until_the_time_is_up_or_the_worker_stops(container):
    for number in range(BATCH + 1):
        keep_store(container, f"st_{number}")
    stopping = Event()
    assert decide_stale(container.at(SETTLED), within=timedelta(seconds=-1)) == 0
    stopping.set()
    assert decide_stale(container.at(SETTLED), stopping=stopping) == 0
    assert decide_stale(container.at(SETTLED)) == BATCH + 1


def test_only_stores_not_decided_for_an_hour_are_decided_anew(container):
    keep_all(container)
    assert decide_stale(container.at(SETTLED)) == 1
    assert decide_stale(container.at(SETTLED + timedelta(minutes=59))) == 0
    assert decide_stale(container.at(SETTLED + timedelta(minutes=61))) == 1


def test_an_unknown_store_is_told(container):
    with pytest.raises(NotFound, match="st_nobody"):
        decide_store(container.at(SETTLED), "st_nobody")
    with container.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(tables.DecisionRow)) == 0
