"""Tests of the credit likely to come: without a tier it is 0, and what nobody knows is unknown."""

from datetime import date
from decimal import Decimal

import pytest

from receiver.domain.likely_credit import likely_credit
from tests.factories import OPEN, SETTLED, cash, days_of, decision_for, make_award


@pytest.mark.parametrize(
    ("parts", "as_of", "stage", "credit"),
    [
        # on its way
        ({"spend": days_of("10.00", 5)}, OPEN, "accumulating", 0),
        ({"spend": days_of("100.00", 5)}, OPEN, "accumulating", 500),
        ({"spend": days_of("300.00", 5)}, OPEN, "accumulating", 1500),
        ({"spend": days_of("100.00", 30), "account": {"currency": "CAD"}}, OPEN, "accumulating", None),
        ({"spend": days_of("100.00", 30), "history": {"policy_violation": None}}, SETTLED, "held", 1500),
        # no longer, or not yet
        ({"spend": ()}, OPEN, "awaiting_spend", "none"),
        ({"spend": days_of("100.00", 30)}, SETTLED, "due", "none"),
        ({"spend": days_of("100.00", 30), "award": make_award()}, SETTLED, "due", "none"),
        ({"spend": days_of("1.00", 30)}, SETTLED, "ended", "none"),
        ({"spend": days_of("100.00", 5), "history": {"policy_violation": True}}, OPEN, "ineligible", "none"),
        ({"account": False}, OPEN, "awaiting_link", "none"),
    ],
)
def test_a_store_on_its_way_has_reached_a_tier_none_or_something_unknown(parts, as_of, stage, credit):
    decision = decision_for(as_of, **parts)
    likely = likely_credit(decision)
    assert decision.stage == stage
    if credit == "none":
        assert likely is None
    else:
        assert likely is not None
        assert likely.credit == (None if credit is None else Decimal(credit))


def test_the_currency_is_the_accounts():
    likely = likely_credit(decision_for(OPEN, spend=(cash("600.00", date(2025, 11, 3)),)))
    assert likely is not None
    assert (likely.currency, likely.credit) == ("USD", Decimal(500))
