"""A recorded award gains flags and expires with its credit; nothing else of it changes; on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from receiver.documents.status import status_document
from receiver.services.awards.block import block, lift
from receiver.services.awards.credit import credited
from receiver.services.awards.issue import issue
from receiver.services.decisions.decide import decide_stale, decide_store
from receiver.services.facts.record import record
from receiver.storage import links, tables
from tests.factories import SETTLED
from tests.rows import keep_account, keep_all, keep_day, keep_link

LATER = SETTLED + timedelta(days=1)
LAST_MOMENT = datetime(2026, 1, 31, 4, 59, tzinfo=UTC)  # 30 January in New York, the account's zone
CREDIT_OVER = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)


@pytest.fixture
def store_id(wired):
    """A store whose award is recorded."""
    decide_store(wired.database, SETTLED, keep_all(wired))
    return "st_1"


def award_of(wired, store_id="st_1"):
    with wired.database.reading() as session:
        return session.scalars(select(tables.Award).filter_by(store_id=store_id)).one()


def audited(wired, action):
    with wired.database.reading() as session:
        return [entry.detail for entry in session.scalars(select(tables.AuditEntry).filter_by(action=action))]


def change(wired, table, key, **values):
    with wired.database.writing() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def issued(wired):
    told = {"reference": "INV-1", "delivered_as": "applied", "actor": "ann", "seal": wired.seal}
    return issue(wired.database, LATER, award_of(wired).id, **told)


# -- Flags -------------------------------------------------------------------------------------


def test_an_award_is_recorded_without_flags_and_gains_none_while_nothing_changes(wired, store_id):
    for hours in (0, 1, 24 * 30):
        decide_store(wired.database, SETTLED + timedelta(hours=hours), store_id)
    assert (award_of(wired).flags, audited(wired, "award flagged")) == ([], [])
    assert audited(wired, "award recorded") == [{"to": "due", "credit": "500 USD"}]


def test_what_changes_raises_a_flag_once_and_rewrites_nothing_else(wired, store_id):
    before = {name: value for name, value in vars(award_of(wired)).items() if not name.startswith("_")}
    keep_day(wired, "10.00")
    for _ in range(3):
        decision = decide_store(wired.database, LATER, store_id)
    after = {name: value for name, value in vars(award_of(wired)).items() if not name.startswith("_")}
    assert after == {**before, "flags": ["spend_restated"]}
    assert audited(wired, "award flagged") == [{"flags": "spend_restated"}]
    assert decision.stage == "due"
    assert status_document(decision)["award"]["flags"] == ["spend_restated"]


def test_a_flag_stays_when_its_cause_is_gone_and_others_join_it(wired, store_id):
    keep_day(wired, "10.00")
    decide_store(wired.database, LATER, store_id)
    keep_day(wired, "600.00")
    change(wired, tables.Store, store_id, country="FR")
    decide_store(wired.database, LATER, store_id)
    assert award_of(wired).flags == ["rule_failed:store_market", "spend_restated"]


def test_consent_taken_back_is_flagged(wired, store_id):
    with wired.database.writing() as session:
        links.open_link(session, store_id).consent = False
    decide_store(wired.database, LATER, store_id)
    assert award_of(wired).flags == ["consent_lost"]


def test_another_account_is_flagged_as_that_and_nothing_more(wired, store_id):
    with wired.database.writing() as session:
        links.end_other_links(session, store_id, "7002", LATER)
    decide_store(wired.database, LATER, store_id)
    keep_link(wired, store_id, "7002", linked_at=LATER)
    keep_account(wired, "7002", country="FR", status="STATUS_LIMIT")
    decide_store(wired.database, LATER, store_id)
    assert award_of(wired).flags == ["account_switched", "link_lost"]


def test_a_safety_flag_is_flagged_and_blocks_the_stage(wired, store_id):
    said = {"value": "yes", "reason": "told", "evidence": "T-1", "actor": "ann"}
    record(wired.database, LATER, store_id=store_id, name="safety_flag", **said)
    assert decide_store(wired.database, LATER, store_id).stage == "blocked"
    assert (award_of(wired).state, award_of(wired).flags) == ("due", ["rule_failed:good_standing"])


# -- The credit's arrival ------------------------------------------------------------------------


def ledger_row(wired, amount="500.00", at=SETTLED, advertiser_id="7001", **changes):
    """A payment of the account that was read from its ledger."""
    valid = {"transaction_id": "1", "type": "PROMOTION_ISSUED", "billing": "CREDIT", "currency": "USD"}
    with wired.database.writing() as session:
        row = {**valid, "subtotal": Decimal(amount), "at": at, "read_at": LATER, **changes}
        session.merge(tables.PaymentRow(advertiser_id=advertiser_id, **row))
        session.get_one(tables.Account, "7001").bills_readable = True


def test_credit_that_was_issued_and_shows_in_the_ledger_has_arrived(wired, store_id):
    issued(wired)
    ledger_row(wired)
    for _ in range(2):
        decision = decide_store(wired.database, LATER, store_id)
        assert (decision.stage, award_of(wired).state) == ("credited", "credited")
    evidence = "PROMOTION_ISSUED of 500.00 USD, 2025-12-04T12:00:00Z"
    assert (award_of(wired).evidence, award_of(wired).evidence_source) == (evidence, "promotion_issued")
    (said,) = audited(wired, "award credit")
    assert said == {"from": "issued", "to": "credited", "evidence": evidence, "source": "promotion_issued"}
    assert award_of(wired).flags == []


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
def test_what_is_not_just_that_credit_is_no_evidence(wired, store_id, spoilt):
    issued(wired)
    ledger_row(wired, **spoilt)
    assert decide_store(wired.database, LATER, store_id).stage == "issued"


def test_evidence_of_staff_stands_whatever_the_ledger_shows_later(wired, store_id):
    award_id = issued(wired)["id"]
    credited(wired.database, LATER, award_id, evidence="seen in Ads Manager", actor="ann")
    ledger_row(wired)
    decide_store(wired.database, LATER, store_id)
    assert (award_of(wired).evidence, len(audited(wired, "award credit"))) == ("seen in Ads Manager", 1)


def test_credit_of_another_account_is_not_the_awards(wired, store_id):
    issued(wired)
    with wired.database.writing() as session:
        links.end_other_links(session, store_id, "7002", LATER)
    keep_link(wired, store_id, "7002", linked_at=LATER)
    keep_account(wired, "7002", bills_readable=True)
    ledger_row(wired, advertiser_id="7002")
    decide_store(wired.database, LATER, store_id)
    assert award_of(wired).state == "issued"


def test_credit_nobody_recorded_issuing_is_flagged_and_moves_nothing(wired, store_id):
    ledger_row(wired)
    assert decide_store(wired.database, LATER, store_id).stage == "due"
    assert award_of(wired).flags == ["credit_unrecorded"]
    issued(wired)
    assert decide_store(wired.database, LATER, store_id).stage == "credited"


# -- The credit's end --------------------------------------------------------------------------


def test_what_was_issued_expires_with_its_credit_in_the_accounts_zone(wired, store_id):
    issued(wired)
    assert decide_store(wired.database, LAST_MOMENT, store_id).stage == "issued"
    for _ in range(2):
        decision = decide_store(wired.database, CREDIT_OVER, store_id)
        assert (decision.stage, decision.award.state, award_of(wired).state) == ("expired",) * 3
    assert audited(wired, "award expire") == [
        {"from": "issued", "to": "expired", "credit_expires": "2026-01-30"}
    ]
    assert award_of(wired).flags == []


def test_what_nobody_issued_stays_due(wired, store_id):
    assert decide_store(wired.database, CREDIT_OVER, store_id).stage == "due"
    assert award_of(wired).state == "due"


def test_a_blocked_award_expires_only_once_it_is_lifted(wired, store_id):
    award_id = issued(wired)["id"]
    block(wired.database, LATER, award_id, reason="police called", actor="ann")
    assert decide_store(wired.database, CREDIT_OVER, store_id).stage == "blocked"
    lift(wired.database, CREDIT_OVER, award_id, reason="a mistake", actor="ann")
    assert decide_store(wired.database, CREDIT_OVER, store_id).stage == "expired"
    assert award_of(wired).state == "expired"


def test_an_expired_award_gains_no_more_flags(wired, store_id):
    issued(wired)
    decide_store(wired.database, CREDIT_OVER, store_id)
    keep_day(wired, "10.00")
    decide_store(wired.database, CREDIT_OVER, store_id)
    assert award_of(wired).flags == []


def test_the_hourly_decision_follows_the_award_of_a_store_that_disconnected(wired, store_id):
    issued(wired)
    change(wired, tables.Store, store_id, disconnected_at=LATER)
    assert decide_stale(wired.database, CREDIT_OVER) == 1
    assert award_of(wired).state == "expired"
    assert decide_stale(wired.database, CREDIT_OVER + timedelta(days=1)) == 0
