"""Bills are read where they matter and TikTok allows it; not being allowed costs the poll nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.domain.facts import BilledTransaction
from receiver.domain.poll_reasons import PollReason
from receiver.domain.schedule import EVERY, share_of
from receiver.errors import Advice, ProviderError
from receiver.services.decisions.status import status_of
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import records_of
from receiver.services.polling.poll import poll_account, poll_due
from receiver.services.polling.spend import spend_of
from receiver.storage import tables
from receiver.storage.payments import payments
from tests.conftest import on_both_databases
from tests.db_factories import RECORDED, keep_account, keep_link, keep_store
from tests.factories import OPEN
from tests.fake_tiktok import INFO, FakeTikTok, day, paid_bill
from tests.fakes import at

AT = datetime(2025, 11, 5, 12, 0, tzinfo=UTC)
ROUTINE = EVERY[PollReason.SPENDING] * (0.875 + share_of("7001") / 4)  # while its window is open
REFUSED = ProviderError("no permission", advice=Advice.GIVE_UP, code=40001)
BUSY = ProviderError("busy", advice=Advice.AGAIN, code=40133)
OURS = ProviderError("a parameter is wrong", advice=Advice.CONFIGURATION, code=40002)
REVOKED = ProviderError("revoked", advice=Advice.REAUTHORISE, code=40105)


@pytest.fixture
def database_kind() -> str:
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def record_payment(container, how):
    with container.database.writing() as session:
        session.add(tables.RecordedFact(store_id="st_1", name="payment", value=how, **RECORDED))


@pytest.fixture
def linked(container):
    """A store whose account is paid for automatically, never polled."""
    keep_store(container)
    keep_link(container)
    keep_account(container, read_at=None, spend_read_at=None, business_center="6001")
    record_payment(container, "automatic")
    return container


@pytest.fixture
def tiktok():
    fake = FakeTikTok(day(date(2025, 11, 2), "40.00"))
    fake.ledger = [paid_bill(1, AT)]
    return fake


def poll(container, tiktok, now=OPEN, scheduled=True):
    return poll_account(at(container, now, tiktok=tiktok), "7001", scheduled=scheduled)


def account(container) -> tables.Account:
    with container.database.reading() as session:
        return session.get_one(tables.Account, "7001")


def facts(container):
    with container.database.reading() as session:
        return facts_from(records_of(session, session.get_one(tables.Store, "st_1"), OPEN), OPEN)


def stored_payments(container):
    with container.database.reading() as session:
        return [(row.transaction_id, row.subtotal) for row in payments(session, "7001")]


def keep_issued(container, advertiser_id="7001"):
    """Store an award that staff issued."""
    with container.database.writing() as session:
        fields = {"stage": "due", "verdict": "qualified", "digest": "0" * 64, "facts": {}, "programme": {}}
        decision = tables.DecisionRow(store_id="st_1", decided_at=AT, **fields)
        session.add(decision)
        session.flush()
        award = {"programme": "woocommerce-2025", "store_id": "st_1", "merchant": "m_st_1", "state": "issued"}
        money = {"credit": Decimal(500), "threshold": Decimal(500), "currency": "USD"}
        when = {"decided_at": AT, "due_by": date(2025, 12, 8), "flags": [], "decision_id": decision.id}
        session.add(tables.Award(id="aw_1", advertiser_id=advertiser_id, **award, **money, **when))


def ledger_questions(tiktok):
    return [question for question in tiktok.calls if question[0] == "ledger"]


# What is read, and what the facts then hold


def test_bills_become_facts_with_the_moment_they_were_read(linked, tiktok):
    poll(linked, tiktok)
    result = facts(linked)
    assert result.payments == (
        BilledTransaction("BILL_PAYMENT", "CASH", Decimal("100.00"), Decimal("20.00"), AT),
    )
    assert (result.bills_readable, result.read_at["payments"]) == (True, OPEN)


def test_payments_alike_each_count(linked, tiktok):
    tiktok.ledger = [paid_bill(1, AT), paid_bill(2, AT)]
    poll(linked, tiktok)
    assert len(facts(linked).payments) == 2


def test_reading_again_overwrites_and_never_adds(linked, tiktok):
    hour_ago = OPEN - timedelta(hours=1)
    tiktok.ledger = [paid_bill(1, hour_ago)]
    poll(linked, tiktok)
    tiktok.ledger = [paid_bill(1, hour_ago, "90.00")]
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert stored_payments(linked) == [("1", Decimal("90.00"))]


@on_both_databases
def test_a_payment_in_the_ledgers_margin_is_kept_once(linked, tiktok):
    tiktok.ledger = [paid_bill(1, datetime(2025, 11, 15, 20, 0, tzinfo=UTC)), paid_bill(2, None)]
    poll(linked, tiktok)
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert [number for number, _ in stored_payments(linked)] == ["1", "2"]


def test_another_accounts_payments_are_left_alone(linked, tiktok):
    with linked.database.writing() as session:
        other = {"advertiser_id": "7002", "transaction_id": "1", "subtotal": Decimal(1)}
        session.add(tables.PaymentRow(**other, at=AT, read_at=AT))
    poll(linked, tiktok)
    with linked.database.reading() as session:
        assert [row.subtotal for row in payments(session, "7002")] == [Decimal(1)]


def test_a_payment_no_longer_listed_is_gone_and_those_not_asked_for_stay(linked, tiktok):
    tiktok.ledger = [paid_bill(1, AT), paid_bill(2, OPEN - timedelta(hours=1))]
    poll(linked, tiktok)
    tiktok.ledger = []
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert stored_payments(linked) == [("1", Decimal("100.00"))]


@pytest.mark.parametrize(
    ("currency", "amounts"),
    [("GBP", (None, None)), (None, (Decimal("100.00"), Decimal("20.00")))],
)
def test_money_in_another_currency_is_unknown_and_not_converted(linked, tiktok, currency, amounts):
    tiktok.ledger = [paid_bill(1, AT, currency=currency)]
    poll(linked, tiktok)
    (row,) = facts(linked).payments
    assert (row.subtotal, row.tax) == amounts


def test_payments_stand_in_the_facts_in_one_order(linked, tiktok):
    tiktok.ledger = [
        paid_bill(3, None),
        paid_bill(2, AT),
        paid_bill(1, AT),
        paid_bill(4, AT - timedelta(days=1)),
    ]
    poll(linked, tiktok)
    assert [number for number, _ in stored_payments(linked)] == ["4", "1", "2", "3"]


# From when on, and how often


def test_the_first_reading_begins_where_the_programme_opened_less_the_ledgers_margin(linked, tiktok):
    poll(linked, tiktok)
    assert ledger_questions(tiktok) == [("ledger", "6001", date(2025, 6, 30), date(2025, 11, 20))]


def test_a_link_older_than_the_programme_is_read_from_its_own_date(linked, tiktok):
    with linked.database.writing() as session:
        session.get_one(tables.Link, 1).linked_at = datetime(2025, 6, 15, 12, tzinfo=UTC)
    poll(linked, tiktok)
    assert ledger_questions(tiktok)[0][2] == date(2025, 6, 14)


def test_later_readings_ask_only_for_what_may_still_appear(linked, tiktok):
    poll(linked, tiktok)
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert ledger_questions(tiktok)[1][2:] == (date(2025, 11, 15), date(2025, 11, 20))


@on_both_databases
def test_a_link_date_moved_back_before_what_was_read_is_read_from_there(linked, tiktok):
    poll(linked, tiktok)
    with linked.database.writing() as session:
        session.get_one(tables.Link, 1).linked_at = datetime(2025, 6, 15, 12, tzinfo=UTC)
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert ledger_questions(tiktok)[1][2] == date(2025, 6, 14)


def test_the_ledger_shows_how_an_account_pays_where_nobody_said(linked, tiktok):
    with linked.database.writing() as session:
        session.query(tables.RecordedFact).delete()
    tiktok.ledger = [paid_bill(1, AT, type="ADD_BALANCE")]
    poll(linked, tiktok)
    assert facts(linked).account.payment == "manual"
    tiktok.ledger.append(paid_bill(2, OPEN + timedelta(hours=1)))
    poll(linked, tiktok, OPEN + timedelta(hours=24))  # by hand is no reason to look before a week is over
    assert facts(linked).account.payment == "manual"
    poll(linked, tiktok, OPEN + timedelta(days=7))
    assert facts(linked).account.payment == "automatic"
    poll(linked, tiktok, OPEN + timedelta(days=7, hours=6))  # and now its bills count
    assert len(ledger_questions(tiktok)) == 3


def test_a_credit_that_was_issued_is_looked_for_every_day(linked, tiktok):
    record_payment(linked, "manual")
    keep_issued(linked)
    for hours in (0, 23, 24):
        poll(linked, tiktok, OPEN + timedelta(hours=hours))
    assert len(ledger_questions(tiktok)) == 2


@pytest.mark.parametrize(
    ("how", "fault", "hours", "calls"),
    [
        ("automatic", None, 6, 2),
        ("unknown", None, 23, 1),  # its bills serve only to find out how it pays
        ("unknown", None, 24, 2),
        ("manual", None, 7 * 24 - 1, 1),  # they only tell of credit, and of a change
        ("manual", None, 7 * 24, 2),
        ("manual", REFUSED, 7 * 24 - 1, 1),
        ("automatic", REFUSED, 23, 1),
        ("automatic", REFUSED, 24, 2),
        ("automatic", BUSY, 1, 2),
        ("unknown", BUSY, 1, 2),
    ],
)
def test_bills_are_read_no_more_often_than_needed(linked, tiktok, how, fault, hours, calls):
    record_payment(linked, how)
    tiktok.ledger_fault = fault
    poll(linked, tiktok)
    poll(linked, tiktok, OPEN + timedelta(hours=hours))
    assert len(ledger_questions(tiktok)) == calls


@on_both_databases
def test_staff_who_poll_an_account_have_its_bills_read_at_once(linked, tiktok):
    tiktok.ledger_fault = REFUSED
    poll(linked, tiktok)
    tiktok.ledger_fault = None
    poll(linked, tiktok, OPEN + timedelta(minutes=1), scheduled=False)
    assert facts(linked).bills_readable is True


def test_staff_who_poll_an_account_have_all_its_bills_read_again(linked, tiktok):
    poll(linked, tiktok)
    tiktok.ledger = [paid_bill(1, AT, "90.00")]
    poll(linked, tiktok, OPEN + timedelta(minutes=1), scheduled=False)
    assert stored_payments(linked) == [("1", Decimal("90.00"))]


@on_both_databases
def test_a_new_consent_after_a_refusal_has_the_bills_read_at_once(linked, tiktok):
    tiktok.ledger_fault = REFUSED
    poll(linked, tiktok)
    with linked.database.writing() as session:
        session.get_one(tables.Link, 1).consent_at = OPEN + timedelta(hours=1)
    tiktok.ledger_fault = None
    poll(linked, tiktok, OPEN + timedelta(hours=2))
    assert facts(linked).bills_readable is True


# Where TikTok says no


def test_a_refusal_is_kept_as_such_and_costs_neither_spend_nor_time(linked, tiktok):
    tiktok.ledger_fault = REFUSED
    polled = poll(linked, tiktok)
    after = account(linked)
    assert (after.bills_readable, after.bills_read_at) == (False, OPEN)
    assert (after.spend_read_at, after.failures, after.last_error) == (OPEN, 0, None)
    assert (after.next_poll_at, polled.error) == (OPEN + ROUTINE, None)
    assert (facts(linked).bills_readable, len(facts(linked).spend)) == (False, 1)


def test_an_account_of_no_business_center_has_no_readable_bills_and_nobody_is_asked(linked, tiktok):
    tiktok.info = replace(INFO, owner_bc_id=None)
    poll(linked, tiktok)
    assert ledger_questions(tiktok) == []
    assert facts(linked).bills_readable is False


@on_both_databases
def test_a_business_center_that_comes_to_be_known_is_asked_at_once(linked, tiktok):
    tiktok.info = replace(INFO, owner_bc_id=None)
    poll(linked, tiktok)
    tiktok.info = INFO
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert facts(linked).bills_readable is True


def test_permission_given_later_reads_everything(linked, tiktok):
    poll(linked, tiktok)
    tiktok.ledger_fault = REFUSED
    poll(linked, tiktok, OPEN + timedelta(hours=6))
    assert facts(linked).bills_readable is False
    tiktok.ledger_fault = None
    poll(linked, tiktok, OPEN + timedelta(days=20))
    assert ledger_questions(tiktok)[-1][2] == date(2025, 6, 30)


@pytest.mark.parametrize(("fault", "wait"), [(BUSY, timedelta(hours=1)), (OURS, ROUTINE)])
def test_a_fault_leaves_the_bills_as_they_were_and_is_told(linked, tiktok, fault, wait):
    poll(linked, tiktok)
    tiktok.ledger_fault = fault
    later = OPEN + timedelta(hours=6)
    polled = poll(linked, tiktok, later)
    after = account(linked)
    assert (after.bills_readable, after.bills_read_at, len(stored_payments(linked))) == (True, OPEN, 1)
    assert (after.spend_read_at, after.failures, polled.error) == (later, 0, None)
    assert (after.last_error, after.next_poll_at) == (str(fault), later + wait)


@on_both_databases
def test_a_token_found_dead_at_the_ledger_is_forgotten(linked, tiktok):
    tiktok.ledger_fault = REVOKED
    poll(linked, tiktok)
    with linked.database.reading() as session:
        link = session.get_one(tables.Link, 1)
        assert (link.consent, link.token_encrypted) == (False, None)


def test_nothing_is_held_open_while_the_ledger_is_read(linked, tiktok):
    class Writing(FakeTikTok):
        def transactions(self, *arguments):
            with linked.database.writing() as session:
                session.get_one(tables.Store, "st_1").name = "Written meanwhile"
            return super().transactions(*arguments)

    poll(linked, Writing())
    with linked.database.reading() as session:
        assert session.get_one(tables.Store, "st_1").name == "Written meanwhile"
    assert facts(linked).bills_readable is True


def test_what_the_worker_polls_goes_by_the_schedule(linked, tiktok):
    tiktok.ledger_fault = REFUSED
    with linked.database.writing() as session:
        session.get_one(tables.Account, "7001").next_poll_at = OPEN
    poll_due(at(linked, OPEN, tiktok=tiktok))
    poll_due(at(linked, OPEN + timedelta(hours=6), tiktok=tiktok))
    assert len(ledger_questions(tiktok)) == 1


# Credit of somebody else


def foreign_credit(number, at=AT, amount="50.00"):
    return paid_bill(number, at, amount, type="PROMOTION_ISSUED", billing="CREDIT")


def test_credit_of_somebody_else_is_told(linked, tiktok):
    tiktok.ledger = [foreign_credit(1)]
    poll(linked, tiktok)
    assert facts(linked).history.foreign_credit_issued is True


def test_a_ledger_without_such_credit_says_so(linked, tiktok):
    poll(linked, tiktok)
    result = facts(linked)
    assert result.history.foreign_credit_issued is False
    assert result.read_at["history.foreign_credit_issued"] == OPEN


@on_both_databases
def test_a_ledger_not_read_from_the_programmes_opening_on_says_nothing_about_credit(linked, tiktok):
    poll(linked, tiktok)
    with linked.database.writing() as session:
        session.get_one(tables.Account, "7001").bills_from = date(2025, 7, 2)
    assert facts(linked).history.foreign_credit_issued is None


def test_a_ledger_never_read_or_refused_says_nothing_about_credit(linked, tiktok):
    assert facts(linked).history.foreign_credit_issued is None
    tiktok.ledger_fault = REFUSED
    poll(linked, tiktok)
    assert facts(linked).history.foreign_credit_issued is None


@pytest.mark.parametrize(("awarded_to", "foreign"), [("7001", False), ("7002", True)])
def test_our_own_award_is_no_credit_of_somebody_else(linked, tiktok, awarded_to, foreign):
    keep_issued(linked, awarded_to)
    tiktok.ledger = [foreign_credit(1, AT + timedelta(hours=1), "500.00")]
    poll(linked, tiktok)
    assert facts(linked).history.foreign_credit_issued is foreign


# Shown to people


@pytest.mark.parametrize(("how", "stale"), [("automatic", True), ("unknown", False), ("manual", False)])
def test_figures_are_stale_where_bills_count_and_were_not_read_for_a_day(linked, tiktok, how, stale):
    poll(linked, tiktok)
    record_payment(linked, how)
    tiktok.ledger_fault = BUSY
    poll(linked, tiktok, OPEN + timedelta(hours=24))
    assert status_of(linked.at(OPEN + timedelta(hours=24)), "st_1").stale is False
    assert status_of(linked.at(OPEN + timedelta(hours=25)), "st_1").stale is stale


def test_spend_shown_says_whether_bills_were_read_and_what_they_were(linked, tiktok):
    poll(linked, tiktok)
    document = spend_of(linked.at(OPEN), "7001")
    assert (document["bills_readable"], document["bills_read_at"]) == (True, OPEN)
    assert document["payments"] == [
        {
            "at": AT,
            "type": "BILL_PAYMENT",
            "billing": "CASH",
            "subtotal": "100.00",
            "tax": "20.00",
            "currency": "USD",
            "transaction_id": "1",
        }
    ]
