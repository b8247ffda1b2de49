"""How an account pays is staff's word, else its ledger's; what contradicts it is kept for staff."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from receiver.documents.status import full_document
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.evaluation.evaluate import evaluate
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import tables
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_all, keep_day, keep_link, keep_store
from tests.factories import FIRST, SETTLED

AT = datetime(2025, 11, 5, 12, tzinfo=UTC)
READ = SETTLED - timedelta(hours=1)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def store_id(container):
    """A store whose account spent enough, with a ledger that was read and nobody's word on how it pays."""
    keep_store(container)
    keep_link(container)
    keep_account(container, bills_readable=True, bills_read_at=READ, bills_from=date(2025, 7, 1))
    keep_day(container, "600.00")
    with container.database.writing() as session:
        session.query(tables.RecordedFact).delete()
    return "st_1"


def pay(container, kind, number="1", amount="600.00"):
    row = {"transaction_id": number, "type": kind, "billing": "CASH", "subtotal": Decimal(amount)}
    with container.database.writing() as session:
        session.merge(tables.PaymentRow(advertiser_id="7001", at=AT, read_at=READ, **row))


def say(container, value):
    fact = {"reason": "told", "evidence": "T-1", "actor": "ann"}
    record_staff_fact(container.at(SETTLED), store_id="st_1", name="payment", value=value, **fact)


def spoil(container, **figures):
    with container.database.writing() as session:
        row = session.get_one(tables.SpendDay, ("7001", FIRST))
        for name, value in figures.items():
            setattr(row, name, Decimal(value))


def payment_evidence(container):
    """Return the payment option that a decision rests on, its source and its time."""
    with container.database.reading() as session:
        decision = evaluate(session, session.get_one(tables.Store, "st_1"), SETTLED)
    rule = next(rule for rule in decision.rules if rule.id == "spend_reached")
    line = next(line for line in rule.evidence if line.fact == "payment option")
    return line.value, line.source, line.read_at


def store(container):
    with container.database.reading() as session:
        return session.get_one(tables.Store, "st_1")


def audited(container):
    query = select(tables.AuditEntry).filter_by(action="store doubted").order_by(tables.AuditEntry.id)
    with container.database.reading() as session:
        return [entry.detail for entry in session.scalars(query)]


# -- Who says how it pays ----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "option"), [("BILL_PAYMENT", "automatic"), ("ADD_BALANCE", "manual")])
def test_where_staff_said_nothing_the_ledger_does(container, store_id, kind, option):
    pay(container, kind)
    assert payment_evidence(container) == (option, "tiktok", READ)
    assert decide_store(container.at(SETTLED), store_id).stage == "due"
    assert store(container).discrepancies is None


@pytest.mark.parametrize("kind", ["REFUND", "PROMOTION_EXPIRED"])
def test_a_ledger_that_does_not_tell_leaves_it_unknown(container, store_id, kind):
    pay(container, kind)
    assert payment_evidence(container)[0] == "unknown"
    assert decide_store(container.at(SETTLED), store_id).stage == "held"


def test_top_ups_of_a_ledger_that_cannot_be_read_any_more_say_nothing(container, store_id):
    pay(container, "ADD_BALANCE")
    with container.database.writing() as session:
        session.get_one(tables.Account, "7001").bills_readable = False
    assert payment_evidence(container)[0] == "unknown"


def test_staffs_word_wins_over_the_ledger_and_the_contradiction_is_a_discrepancy(container, store_id):
    pay(container, "BILL_PAYMENT")
    say(container, "manual")
    assert payment_evidence(container) == ("manual", "staff", SETTLED)
    assert decide_store(container.at(SETTLED), store_id).stage == "due"
    assert store(container).discrepancies == ["payment_contradicted"]


def test_staffs_unknown_is_a_word_too(container, store_id):
    pay(container, "BILL_PAYMENT")
    say(container, "unknown")
    assert payment_evidence(container) == ("unknown", "staff", SETTLED)
    decide_store(container.at(SETTLED), store_id)
    assert store(container).discrepancies is None


# -- Figures that contradict each other --------------------------------------------------------


def test_figures_apart_hold_the_award_whatever_staff_said(container, store_id):
    spoil(container, billed_cost="593.99")
    say(container, "manual")
    assert payment_evidence(container) == ("unknown", "service", SETTLED)
    assert decide_store(container.at(SETTLED), store_id).stage == "held"
    assert store(container).discrepancies == ["figures_apart"]


def test_staff_who_see_the_bills_paid_settle_a_hold(container, store_id):
    spoil(container, billed_cost="593.99")
    say(container, "manual")
    fact = {"reason": "seen in Ads Manager", "evidence": "T-2", "actor": "ann"}
    record_staff_fact(
        container.at(SETTLED), store_id="st_1", name="paid_bills_confirmed", value="yes", **fact
    )
    assert decide_store(container.at(SETTLED), store_id).stage == "due"
    assert store(container).discrepancies == ["figures_apart"]


def test_figures_that_may_still_move_raise_nothing(container, store_id):
    say(container, "manual")
    spoil(container, billed_cost="593.99")
    with container.database.writing() as session:
        session.get_one(tables.Account, "7001").spend_read_at = datetime(2025, 11, 5, 11, tzinfo=UTC)
    decide_store(container.at(SETTLED), store_id)
    assert store(container).discrepancies is None


@on_both_databases
def test_a_discrepancy_is_settled_by_figures_that_agree_again_and_both_are_audited_once(container, store_id):
    spoil(container, billed_cost="10.00")
    say(container, "manual")
    for _ in range(2):
        decide_store(container.at(SETTLED), store_id)
    keep_day(container, "600.00")
    for _ in range(2):
        assert decide_store(container.at(SETTLED), store_id).stage == "due"
    assert store(container).discrepancies == []
    assert audited(container) == [{"raised": "figures_apart"}, {"settled": "figures_apart"}]


@on_both_databases
def test_a_discrepancy_after_the_award_is_a_flag_on_it_and_rewrites_nothing(container):
    store_id = keep_all(container)
    decide_store(container.at(SETTLED), store_id)
    spoil(container, spend="700.00")
    decision = decide_store(container.at(SETTLED + timedelta(hours=1)), store_id)
    assert (decision.award.state, decision.award.flags) == ("due", ("figures_apart",))


def test_staff_see_a_discrepancy_and_no_merchant_does(container, store_id):
    spoil(container, billed_cost="10.00")
    say(container, "manual")
    decide_store(container.at(SETTLED), store_id)
    status = status_of(container.at(SETTLED), store_id)
    troubles = full_document(status, for_staff=True)["troubles"]
    assert {(item["id"], item["who"]) for item in troubles} == {("figures_apart", "staff")}
    assert "figures_apart" not in json.dumps(full_document(status))
