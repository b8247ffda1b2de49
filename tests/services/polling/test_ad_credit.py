"""How much of a credit is left is told by TikTok's balance, read with consent, and else by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.domain.awards import AwardState, remaining_credit
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.finance import Balance
from receiver.services.authorization.withdraw import withdraw_consent
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import records_of
from receiver.services.polling.poll import poll_account
from receiver.storage import tables
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_link, keep_store
from tests.factories import OPEN
from tests.fake_tiktok import FakeTikTok, day, paid_bill

AT = datetime(2025, 11, 5, 12, 0, tzinfo=UTC)
HELD = Balance("7001", "USD", Decimal(200), Decimal(0), Decimal(120), Decimal(0), None, None)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def tiktok():
    fake = FakeTikTok(day(date(2025, 11, 2), "40.00"))
    fake.account_balances = [HELD]
    fake.ledger = [
        paid_bill(1, AT + timedelta(hours=1), "500.00", type="PROMOTION_ISSUED", billing="CREDIT"),
    ]
    return fake


@pytest.fixture
def store(container):
    """A store whose award arrived at its account."""
    keep_store(container)
    keep_link(container)
    keep_account(container, read_at=None, spend_read_at=None, business_center="6001")
    with container.database.writing() as session:
        fields = {"stage": "due", "verdict": "qualified", "digest": "0" * 64, "facts": {}, "programme": {}}
        decision = tables.DecisionRow(store_id="st_1", decided_at=AT, **fields)
        session.add(decision)
        session.flush()
        award = {"programme": "woocommerce-2025", "store_id": "st_1", "merchant": "m", "state": "credited"}
        money = {"credit": Decimal(500), "threshold": Decimal(500), "currency": "USD"}
        when = {"decided_at": AT, "due_by": date(2025, 12, 8), "flags": [], "decision_id": decision.id}
        session.add(tables.Award(id="aw_1", advertiser_id="7001", **award, **money, **when))
    return container


def remaining(container, tiktok, *, at=OPEN, poll=True):
    if poll:
        poll_account(replace(container, tiktok=tiktok, now=lambda: OPEN), "7001")
    with container.database.reading() as session:
        facts = facts_from(records_of(session, session.get_one(tables.Store, "st_1"), at), at)
    assert facts.award is not None
    return facts.award.remaining


def balance_questions(tiktok):
    return [question for question in tiktok.calls if question[0] == "balance"]


def test_the_balance_of_ad_credit_is_what_is_left(store, tiktok):
    assert remaining(store, tiktok) == Decimal(120)
    assert balance_questions(tiktok) == [("balance", "6001", "7001")]


@pytest.mark.parametrize(
    "changes",
    [
        {"grant": None},
        {"currency": "EUR"},
        {"payment_portfolio": "9"},
        {"advertiser_id": "7002"},
        {"grant": Decimal("500.01")},  # another credit is in it
    ],
)
def test_a_balance_that_is_not_of_this_credit_alone_tells_nothing(store, tiktok, changes):
    tiktok.account_balances = [replace(HELD, **changes)]
    assert remaining(store, tiktok) is None


@on_both_databases
def test_a_refusal_costs_the_poll_nothing_and_makes_it_unknown(store, tiktok):
    remaining(store, tiktok)
    tiktok.account_balances = ProviderError("no permission", advice=Advice.GIVE_UP, code=40001)
    assert remaining(store, tiktok) is None
    with store.database.reading() as session:
        assert session.get_one(tables.Account, "7001").last_error is None


def test_it_is_asked_only_while_a_credit_is_being_used(store, tiktok):
    with store.database.writing() as session:
        session.get_one(tables.Award, "aw_1").state = "issued"
    assert remaining(store, tiktok) is None
    assert balance_questions(tiktok) == []


def test_what_was_read_long_ago_tells_nothing_of_today(store, tiktok):
    remaining(store, tiktok)
    assert remaining(store, tiktok, at=OPEN + timedelta(days=2), poll=False) == Decimal(120)
    assert remaining(store, tiktok, at=OPEN + timedelta(days=3), poll=False) is None


def test_without_consent_it_is_not_told(store, tiktok):
    remaining(store, tiktok)
    with store.database.writing() as session:
        withdraw_consent(session, "7001", OPEN, "revoked")
    assert remaining(store, tiktok, poll=False) is None


@pytest.mark.parametrize(("other", "expected"), [(False, Decimal(120)), (True, None), (None, None)])
def test_credit_of_somebody_else_makes_it_unknown(other, expected):
    assert remaining_credit(AwardState.CREDITED, Decimal(500), Decimal(120), other_credit=other) == expected
