"""A recorded award gains flags and expires with its credit; nothing else of it changes; on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from receiver.documents.status import status_document
from receiver.documents.times import time_text
from receiver.services.awards.block import block_award, lift_block
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.issue import issue
from receiver.services.decisions.decide import decide_stale, decide_store
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import links, tables
from tests.db_factories import keep_account, keep_all, keep_day, keep_link
from tests.factories import SETTLED

LATER = SETTLED + timedelta(days=1)
LAST_MOMENT = datetime(2026, 1, 31, 4, 59, tzinfo=UTC)  # 30 January in New York, the account's zone
CREDIT_OVER = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)


@pytest.fixture
def store_id(container):
    """A store whose award is recorded."""
    decide_store(container.at(SETTLED), keep_all(container))
    return "st_1"


def award_of(container, store_id="st_1"):
    with container.database.reading() as session:
        return session.scalars(select(tables.Award).filter_by(store_id=store_id)).one()


def audited(container, action):
    with container.database.reading() as session:
        return [entry.detail for entry in session.scalars(select(tables.AuditEntry).filter_by(action=action))]


def change(container, table, key, **values):
    with container.database.writing() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def issue_award(container):
    values = {"reference": "INV-1", "delivered_as": "applied", "actor": "ann"}
    return issue(container.at(LATER), award_of(container).id, **values)


# -- Flags -------------------------------------------------------------------------------------


def test_an_award_is_recorded_without_flags_and_gains_none_while_nothing_changes(container, store_id):
    for hours in (0, 1, 24 * 30):
        decide_store(container.at(SETTLED + timedelta(hours=hours)), store_id)
    assert (award_of(container).flags, audited(container, "award flagged")) == ([], [])
    assert audited(container, "award recorded") == [{"to": "due", "credit": "500 USD"}]


def test_what_changes_raises_a_flag_once_and_rewrites_nothing_else(container, store_id):
    before = {name: value for name, value in vars(award_of(container)).items() if not name.startswith("_")}
    keep_day(container, "10.00")
    for _ in range(3):
        decision = decide_store(container.at(LATER), store_id)
    after = {name: value for name, value in vars(award_of(container)).items() if not name.startswith("_")}
    assert after == {**before, "flags": ["spend_restated"]}
    assert audited(container, "award flagged") == [{"flags": "spend_restated"}]
    assert decision.stage == "due"
    assert status_document(decision)["award"]["flags"] == ["spend_restated"]


def test_a_flag_whose_cause_is_gone_says_since_when_and_others_join_it(container, store_id):
    keep_day(container, "10.00")
    decide_store(container.at(LATER), store_id)
    keep_day(container, "600.00")
    change(container, tables.Store, store_id, country="FR")
    for _ in range(2):
        decision = decide_store(container.at(LATER), store_id)
    assert award_of(container).flags == ["rule_failed:store_market"]
    award = status_document(decision)["award"]
    assert award["cleared_flags"] == {"spend_restated": time_text(LATER)}
    assert audited(container, "award flagged")[-1] == {
        "flags": "rule_failed:store_market",
        "cleared": "spend_restated",
    }
    keep_day(container, "10.00")
    decide_store(container.at(LATER), store_id)
    assert award_of(container).flags == ["rule_failed:store_market", "spend_restated"]
    assert award_of(container).cleared_flags is None


def test_a_flag_stays_while_nobody_can_tell_whether_its_cause_is_gone(container, store_id):
    keep_day(container, "10.00")
    decide_store(container.at(LATER), store_id)
    change(container, tables.Account, "7001", timezone=None)
    decide_store(container.at(LATER), store_id)
    assert award_of(container).flags == ["spend_restated"]


def test_consent_taken_back_is_flagged(container, store_id):
    with container.database.writing() as session:
        links.open_link(session, store_id).consent = False
    decide_store(container.at(LATER), store_id)
    assert award_of(container).flags == ["consent_lost"]


def test_another_account_is_flagged_as_that_and_nothing_more(container, store_id):
    with container.database.writing() as session:
        links.end_other_links(session, store_id, "7002", LATER)
    decide_store(container.at(LATER), store_id)
    keep_link(container, store_id, "7002", linked_at=LATER)
    keep_account(container, "7002", country="FR", status="STATUS_LIMIT")
    decide_store(container.at(LATER), store_id)
    assert award_of(container).flags == ["account_switched"]
    assert list(award_of(container).cleared_flags) == ["link_lost"]


def test_a_safety_flag_is_flagged_and_blocks_the_stage(container, store_id):
    fact = {"value": "yes", "reason": "told", "evidence": "T-1", "actor": "ann"}
    record_staff_fact(container.at(LATER), store_id=store_id, name="safety_flag", **fact)
    assert decide_store(container.at(LATER), store_id).stage == "blocked"
    assert (award_of(container).state, award_of(container).flags) == ("due", ["rule_failed:good_standing"])


# -- The credit's arrival ------------------------------------------------------------------------


def ledger_row(container, amount="500.00", at=SETTLED, advertiser_id="7001", **changes):
    """Store a payment of the account, as read from its ledger."""
    valid = {"transaction_id": "1", "type": "PROMOTION_ISSUED", "billing": "CREDIT", "currency": "USD"}
    with container.database.writing() as session:
        row = {**valid, "subtotal": Decimal(amount), "at": at, "read_at": LATER, **changes}
        session.merge(tables.PaymentRow(advertiser_id=advertiser_id, **row))
        session.get_one(tables.Account, "7001").bills_readable = True


def test_credit_that_was_issued_and_shows_in_the_ledger_has_arrived(container, store_id):
    issue_award(container)
    ledger_row(container)
    for _ in range(2):
        decision = decide_store(container.at(LATER), store_id)
        assert (decision.stage, award_of(container).state) == ("credited", "credited")
    evidence = "PROMOTION_ISSUED of 500.00 USD, 2025-12-04T12:00:00Z"
    assert (award_of(container).evidence, award_of(container).evidence_source) == (
        evidence,
        "promotion_issued",
    )
    (detail,) = audited(container, "award credit")
    assert detail == {"from": "issued", "to": "credited", "evidence": evidence, "source": "promotion_issued"}
    assert award_of(container).flags == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"amount": "499.99"},
        {"at": SETTLED - timedelta(seconds=1)},
        {"at": None},
        {"currency": "GBP"},
        {"type": "ADD_BALANCE"},
        {"advertiser_id": "7002"},
    ],
)
def test_what_is_not_just_that_credit_is_no_evidence(container, store_id, spoilt):
    issue_award(container)
    ledger_row(container, **spoilt)
    assert decide_store(container.at(LATER), store_id).stage == "issued"


def test_evidence_of_staff_stands_whatever_the_ledger_shows_later(container, store_id):
    award_id = issue_award(container)["id"]
    mark_credited(container.at(LATER), award_id, evidence="seen in Ads Manager", actor="ann")
    ledger_row(container)
    decide_store(container.at(LATER), store_id)
    assert (award_of(container).evidence, len(audited(container, "award credit"))) == (
        "seen in Ads Manager",
        1,
    )


def test_credit_of_another_account_is_not_the_awards(container, store_id):
    issue_award(container)
    with container.database.writing() as session:
        links.end_other_links(session, store_id, "7002", LATER)
    keep_link(container, store_id, "7002", linked_at=LATER)
    keep_account(container, "7002", bills_readable=True)
    ledger_row(container, advertiser_id="7002")
    decide_store(container.at(LATER), store_id)
    assert award_of(container).state == "issued"


def test_credit_nobody_recorded_issuing_is_flagged_and_moves_nothing(container, store_id):
    ledger_row(container)
    assert decide_store(container.at(LATER), store_id).stage == "due"
    assert award_of(container).flags == ["credit_unrecorded"]
    issue_award(container)
    assert decide_store(container.at(LATER), store_id).stage == "credited"


# -- The credit's end --------------------------------------------------------------------------


def test_what_was_issued_expires_with_its_credit_in_the_accounts_zone(container, store_id):
    issue_award(container)
    assert decide_store(container.at(LAST_MOMENT), store_id).stage == "issued"
    for _ in range(2):
        decision = decide_store(container.at(CREDIT_OVER), store_id)
        assert (decision.stage, decision.award.state, award_of(container).state) == ("expired",) * 3
    assert audited(container, "award expire") == [
        {"from": "issued", "to": "expired", "credit_expires": "2026-01-30"}
    ]
    assert award_of(container).flags == []


def test_what_nobody_issued_stays_due(container, store_id):
    assert decide_store(container.at(CREDIT_OVER), store_id).stage == "due"
    assert award_of(container).state == "due"


def test_a_blocked_award_expires_only_once_it_is_lifted(container, store_id):
    award_id = issue_award(container)["id"]
    block_award(container.at(LATER), award_id, reason="police called", actor="ann")
    assert decide_store(container.at(CREDIT_OVER), store_id).stage == "blocked"
    lift_block(container.at(CREDIT_OVER), award_id, reason="a mistake", actor="ann")
    assert decide_store(container.at(CREDIT_OVER), store_id).stage == "expired"
    assert award_of(container).state == "expired"


def test_an_expired_award_gains_no_more_flags(container, store_id):
    issue_award(container)
    decide_store(container.at(CREDIT_OVER), store_id)
    keep_day(container, "10.00")
    decide_store(container.at(CREDIT_OVER), store_id)
    assert award_of(container).flags == []


def test_the_hourly_decision_follows_the_award_of_a_store_that_disconnected(container, store_id):
    issue_award(container)
    change(container, tables.Store, store_id, disconnected_at=LATER)
    assert decide_stale(container.at(CREDIT_OVER)) == 1
    assert award_of(container).state == "expired"
    assert decide_stale(container.at(CREDIT_OVER + timedelta(days=1))) == 0
