"""Strategies for property tests: facts, terms and a moment around a window, mostly sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from receiver.domain.calendar import local_date
from receiver.domain.decision import Decision, decide
from receiver.domain.facts import BilledTransaction, DaySpend, Facts, Payment
from receiver.domain.programme import Anchor, Market, Programme
from tests.factories import make_facts, make_programme, seed_programme

ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
MARKETS = seed_programme().markets
DAY = timedelta(days=1)
NOTHING = Decimal(0)

# The window's beginning: before the clocks change in spring and autumn, before a year's and a leap day's end.
BEGINNINGS = [date(2025, 3, 2), date(2025, 3, 20), date(2025, 10, 10), date(2025, 12, 12), date(2028, 2, 10)]

# At most one thing is wrong at a time, and mostly nothing: otherwise hardly any example reaches an award.
TROUBLES: list[dict[str, Any]] = [
    *[{}] * 16,
    {"store": {"admitted": False}},
    {"store": {"country": "FR"}},
    {"account": {"consent": None}},
    {"account": {"status": "STATUS_NEW"}},
    {"account": {"status": "STATUS_LIMIT"}},
    {"account": {"currency": "EUR"}},
    {"account": {"country": None}},
    {"history": {"set_up_before": None}},
    {"history": {"merchant_awards": 1}},
    {"history": {"safety_flag": True}},
    {"history": {"foreign_credit_issued": True}},
]
# Days since the beginning: while the window is open, around its end, and around the end of the bills' grace.
AGES = st.sampled_from([0, 2, 5, 9, 13, 20, 28, 29, 30, 31, 32, 33, 40, 50, 63, 64, 65, 66, 70])
HOURS = st.sampled_from([0, 2, 6, 10, 14, 15, 23])
KINDS = st.sampled_from(["BILL_PAYMENT"] * 4 + ["REFUND", "CANCELLATION", "ADD_BALANCE"])
BILLINGS = st.sampled_from(["CASH"] * 4 + ["CREDIT"])


@dataclass(frozen=True)
class Situation:
    """What `decide` is asked with."""

    facts: Facts
    terms: Programme
    as_of: datetime

    def decide(self) -> Decision:
        """Decide on these facts, under these terms, at this moment."""
        return decide(self.facts, self.terms, self.as_of)

    def but(self, **changes: Any) -> Situation:
        """Return the same situation with other facts."""
        return replace(self, facts=replace(self.facts, **changes))

    @property
    def zone(self) -> ZoneInfo:
        assert self.facts.account is not None
        assert self.facts.account.zone is not None
        return self.facts.account.zone

    @property
    def linked_on(self) -> date:
        assert self.facts.account is not None
        assert self.facts.account.linked_at is not None
        return local_date(self.facts.account.linked_at, self.zone)


def spend_row(day: date, net: Decimal, credit: Decimal = NOTHING) -> DaySpend:
    return DaySpend(day, net + credit, net, net, credit)


def payment_row(net: Decimal, at: datetime, **changes: Any) -> BilledTransaction:
    return replace(BilledTransaction("BILL_PAYMENT", "CASH", net, None, at), **changes)


def evening(day: date) -> datetime:
    return datetime.combine(day, time(22), UTC)


def amounts(market: Market) -> st.SearchStrategy[Decimal]:
    """Return a strategy of amounts: from nothing to the highest threshold, and a cent beside each of them."""
    near = [tier.threshold + cents for tier in market.tiers for cents in map(Decimal, ("-0.01", "0", "0.01"))]
    small = [NOTHING, *map(Decimal, ("0.01", "20.00", "166.67", "200.00"))]
    return st.sampled_from([*small, *small, *near])


@st.composite
def terms_around(draw: st.DrawFn, first: date) -> Programme:
    return make_programme(
        opens=date(2025, 1, 1),
        closes=date(2028, 12, 31),
        credit_expires=draw(st.sampled_from([date(2029, 1, 30), first + 35 * DAY, first + 70 * DAY])),
        anchor=draw(st.sampled_from(Anchor)),
        bills_must_be_paid_in_window=draw(st.booleans()),
        accept_net_cost=draw(st.booleans()),
    )


def sound_facts(first: date, market: Market, payment: Payment, zone: str) -> Facts:
    """Return facts of a store set up and linked just before `first`: every rule but the spend passes."""
    joined_at = evening(first - 4 * DAY)
    link = {
        "linked_at": joined_at + 2 * DAY,
        "created_at": joined_at + timedelta(hours=1),
        "payment": payment,
    }
    place = {"country": market.country, "currency": market.currency, "timezone": zone}
    return make_facts(
        store={"country": market.country, "joined_at": joined_at, "set_up_at": joined_at + DAY},
        account={**link, **place},
        bills_readable=payment is Payment.AUTOMATIC,
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Draw any situation: both markets, all options and anchors, bills and refunds, dates with gaps."""
    first, market = draw(st.sampled_from(BEGINNINGS)), draw(st.sampled_from(MARKETS))
    payment = draw(st.sampled_from([Payment.AUTOMATIC, *Payment]))
    facts = sound_facts(first, market, payment, draw(st.sampled_from(ZONES)))
    trouble = draw(st.sampled_from(TROUBLES))
    moments = st.builds(lambda day, hour: evening(first) + day * DAY + timedelta(hours=hour), AGES, HOURS)
    facts = replace(
        facts,
        **{part: replace(getattr(facts, part), **changes) for part, changes in trouble.items()},
        spend=draw(spend_rows(first, market)),
        payments=tuple(
            draw(
                st.lists(
                    st.builds(BilledTransaction, KINDS, BILLINGS, amounts(market), st.none(), moments),
                    max_size=6,
                )
            )
        ),
        paid_bills_confirmed=draw(st.sampled_from([True, False, None])),
    )
    return Situation(facts, draw(terms_around(first)), draw(moments))


@st.composite
def spend_rows(draw: st.DrawFn, first: date, market: Market) -> tuple[DaySpend, ...]:
    days = draw(
        st.lists(st.sampled_from([-8, -1, *range(12), 20, 28, 29, 30, 31, 45]), unique=True, min_size=1)
    )
    rows = [
        spend_row(first + day * DAY, draw(amounts(market)), Decimal(draw(st.integers(0, 1)))) for day in days
    ]
    return tuple(item if draw(st.integers(0, 4)) else item._replace(cash_spend=None) for item in rows)
