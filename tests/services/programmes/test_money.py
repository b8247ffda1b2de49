"""The money of a programme: each award stands in one part of what was promised, and unknown is no zero."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import update

from receiver.domain.decision import Stage
from receiver.services.programmes.money import MoneyPart
from receiver.services.programmes.statistics import count_programmes, programme_stats
from receiver.storage.tables import Award, Store
from tests.award_fixtures import NOW, AwardActions
from tests.db_factories import keep_store

ENDED = datetime(2025, 12, 1, tzinfo=UTC)
STATES = {  # of each award: what differs from one that is due in time; the part it stands in
    "aw_0": ({}, MoneyPart.DUE),
    "aw_1": ({"due_by": date(2025, 12, 1)}, MoneyPart.AT_RISK),
    "aw_2": ({"flags": ["spend_restated"]}, MoneyPart.AT_RISK),
    "aw_3": ({"state": "blocked", "blocked_from": "due"}, MoneyPart.AT_RISK),
    "aw_4": ({"state": "issued", "reference": "T-4"}, MoneyPart.ON_THE_WAY),
    "aw_5": ({"state": "issued", "reference": "T-5", "flags": ["link_lost"]}, MoneyPart.AT_RISK),
    "aw_6": ({"state": "credited", "reference": "T-6", "credited_at": ENDED}, MoneyPart.ARRIVED),
    "aw_7": ({"state": "credited", "reference": "T-7", "flags": ["link_lost"]}, MoneyPart.ARRIVED),
    "aw_8": ({"state": "expired", "reference": "T-8", "credited_at": ENDED}, MoneyPart.ARRIVED),
    "aw_9": ({"state": "expired", "reference": "T-9"}, MoneyPart.ENDED),
}


def money_by_currency(container):
    count_programmes(container.at(NOW))
    (stats,) = programme_stats(container.at(NOW))
    assert stats.counts is not None
    return {money.currency: money for money in stats.counts.money}


@pytest.fixture
def awards(container, clock):
    clock.at = NOW
    actions = AwardActions(container, len(STATES))
    with container.database.writing() as session:
        for award_id, (changes, _) in STATES.items():
            for name, value in changes.items():
                setattr(session.get_one(Award, award_id), name, value)
    return actions


def test_each_award_stands_in_one_part_and_the_parts_are_what_was_promised(awards, container):
    usd = money_by_currency(container)["USD"]
    expected = {part: sum(part is award_part for _, award_part in STATES.values()) for part in MoneyPart}
    assert {part: total.awards for part, total in usd.parts} == expected
    assert sum(total.amount for _, total in usd.parts) == usd.promised.amount == Decimal(5000)
    assert (usd.issued.awards, usd.issued.amount) == (6, Decimal(3000))


def test_the_reasons_of_a_risk_are_counted_each(awards, container):
    risks = {reason: total.awards for reason, total in money_by_currency(container)["USD"].risks}
    assert risks == {"overdue": 1, "flagged": 2, "blocked": 1}


def test_currencies_are_never_added(awards, container):
    with container.database.writing() as session:
        session.execute(
            update(Award).where(Award.id == "aw_0").values(currency="GBP", credit=Decimal("395.50"))
        )
    money = money_by_currency(container)
    assert list(money) == ["GBP", "USD"]
    assert (money["GBP"].promised.amount, money["USD"].promised.amount) == (Decimal("395.50"), 4500)


COMING = [  # stage, currency and credit of stores without an award
    ("settling", "USD", Decimal(1500)),
    ("settling", "USD", Decimal(500)),
    ("accumulating", "USD", Decimal(500)),
    ("accumulating", "USD", Decimal(500)),
    ("accumulating", "USD", Decimal(0)),
    ("accumulating", "USD", None),
    ("accumulating", None, None),
    ("held", "USD", Decimal(5000)),
    ("awaiting_spend", None, None),
]


def test_what_is_likely_to_come_is_told_by_tier_and_unknown_as_unknown(container):
    for number, (stage, currency, credit) in enumerate(COMING):
        keep_store(container, f"st_{number}", stage=stage, coming_currency=currency, coming_credit=credit)
    money = money_by_currency(container)
    likely = {
        currency: [(item.stage, list(item.tiers), item.below, item.unknown) for item in of_currency.likely]
        for currency, of_currency in money.items()
    }
    assert likely == {
        "USD": [
            (Stage.HELD, [(Decimal(5000), 1)], 0, 0),
            (Stage.SETTLING, [(Decimal(1500), 1), (Decimal(500), 1)], 0, 0),
            (Stage.ACCUMULATING, [(Decimal(500), 2)], 1, 1),
        ],
        None: [(Stage.ACCUMULATING, [], 0, 1)],
    }
    assert money["USD"].likely[2].amount == Decimal(1000)


def test_a_store_that_left_the_line_is_likely_to_come_no_more(container):
    keep_store(container, "st_1", stage="accumulating", coming_currency="USD", coming_credit=Decimal(500))
    assert money_by_currency(container)["USD"].likely
    with container.database.writing() as session:
        session.execute(update(Store).values(stage="ended", coming_currency=None, coming_credit=None))
    assert money_by_currency(container) == {}
