"""Factories of valid values: override one field, and the test says what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from receiver.documents.programme import load_programme
from receiver.domain.awards import AwardDelivery, AwardState
from receiver.domain.decision import Decision, decide
from receiver.domain.facts import (
    AccountProfile,
    BilledTransaction,
    DaySpend,
    Facts,
    History,
    Outcome,
    Override,
    Payment,
    RecordedAward,
    StoreProfile,
)
from receiver.domain.programme import Programme

JOINED = datetime(2025, 10, 30, 8, 0, tzinfo=UTC)
LINKED = datetime(2025, 10, 31, 10, 5, tzinfo=UTC)
FIRST = date(2025, 11, 2)  # the first date with spend, so the window is 2 November to 1 December
LAST = date(2025, 12, 1)
OPEN = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
SETTLED = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)  # New York's 1 December is final from here on


@cache
def seed_programme() -> Programme:
    return load_programme("woocommerce-2025")


def make_programme(**changes: Any) -> Programme:
    return replace(seed_programme(), **changes)


def make_store(**changes: Any) -> StoreProfile:
    valid = StoreProfile("st_1", "m_1", "US", JOINED, True, datetime(2025, 10, 31, 10, 0, tzinfo=UTC))
    return replace(valid, **changes)


def make_account(**changes: Any) -> AccountProfile:
    valid = AccountProfile(
        advertiser_id="7001",
        business_center="6001",
        country="US",
        currency="USD",
        timezone="America/New_York",
        created_at=datetime(2025, 10, 31, 9, 0, tzinfo=UTC),
        linked_at=LINKED,
        linked_at_exact=True,
        consent=True,
        status="STATUS_ENABLE",
        payment=Payment.MANUAL,
    )
    return replace(valid, **changes)


def make_history(**changes: Any) -> History:
    valid = History(
        prior_spend=Decimal(0),
        set_up_before=False,
        merchant_awards=0,
        account_awards=0,
        business_center_awards=0,
        conflicting_promotion=False,
        foreign_credit_issued=None,
        policy_violation=False,
        safety_flag=False,
        overrides={},
    )
    return replace(valid, **changes)


def make_facts(
    store: dict[str, Any] | None = None,
    account: dict[str, Any] | bool | None = None,
    history: dict[str, Any] | None = None,
    **changes: Any,
) -> Facts:
    """Build valid facts; a dict changes a part, and `account=False` leaves the account out."""
    return replace(
        Facts(
            store=make_store(**(store or {})),
            account=None if account is False else make_account(**(account or {})),  # type: ignore[arg-type]
            history=make_history(**(history or {})),
        ),
        **changes,
    )


def cash(amount: str, day: date = FIRST, credit: str = "0.00") -> DaySpend:
    """Build the spend of a date: `amount` paid by cash and `credit` by ad credit."""
    net, voucher = Decimal(amount), Decimal(credit)
    return DaySpend(day, net + voucher, net, net, voucher)


def days_of(amount: str, count: int, first: date = FIRST) -> tuple[DaySpend, ...]:
    return tuple(cash(amount, first + timedelta(days=n)) for n in range(count))


def bill(
    amount: str | None, at: datetime | None, kind: str | None = "BILL_PAYMENT", **changes: Any
) -> BilledTransaction:
    subtotal = None if amount is None else Decimal(amount)
    return replace(BilledTransaction(kind, "CASH", subtotal, None, at), **changes)


def override(outcome: str = "pass") -> Override:
    return Override(Outcome(outcome), "seen by us", "ann@staff.example")


def make_award(**changes: Any) -> RecordedAward:
    due_by, state = date(2025, 12, 8), AwardState.DUE
    valid = RecordedAward("aw_1", state, Decimal(500), "USD", SETTLED, due_by, None, None, ())
    kinds = {"state": AwardState, "delivery": AwardDelivery}
    return replace(
        valid, **{name: kinds.get(name, lambda same: same)(value) for name, value in changes.items()}
    )


def decision_for(as_of: datetime = OPEN, programme: Programme | None = None, **parts: Any) -> Decision:
    """Decide for `make_facts(**parts)`."""
    return decide(make_facts(**parts), programme or seed_programme(), as_of)
