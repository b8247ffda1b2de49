"""Tests of contradictions within terms, field by field, and of when terms are over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.domain.programme import Contradiction, Tier, contradictions, is_over, outlives_credit
from tests.factories import make_programme, seed_programme

US, GB = seed_programme().markets


def tiers(*pairs: tuple[int, int]) -> tuple[Tier, ...]:
    return tuple(Tier(Decimal(threshold), Decimal(credit)) for threshold, credit in pairs)


def us(*pairs: tuple[int, int]) -> dict:
    return {"markets": (replace(US, tiers=tiers(*pairs)), GB)}


CONTRADICTIONS = [
    # the dates
    ({"opens": date(2026, 1, 1)}, "closes", "2025-12-31 is before opens, 2026-01-01"),
    ({"credit_expires": date(2025, 12, 30)}, "credit_expires", "2025-12-30 is before closes, 2025-12-31"),
    # the numbers
    ({"window_days": 0}, "window.days", "must be 1 or more"),
    ({"prior_spend_days": 0}, "prior_spend_days", "must be 1 or more"),
    ({"credit_within_days": -1}, "credit_within_days", "must be 0 or more"),
    (
        {"prior_spend_days": 366},
        "prior_spend_days",
        "must be 365 or less: TikTok reports no longer range at once",
    ),
    ({"bill_grace_days": -1}, "bill_grace_days", "must be 0 or more"),
    ({"capacity": 0}, "capacity", "must be 1 or more; leave it out for no cap"),
    # the markets
    ({"markets": ()}, "markets", "must name at least one market"),
    ({"markets": (GB, US, GB)}, "markets[2].country", "GB is listed twice"),
    ({"markets": (US, replace(GB, tiers=()))}, "markets[1].tiers", "must hold at least one tier"),
    (us((0, 500)), "markets[0].tiers[0]", "threshold and credit must be above 0"),
    (us((500, 0)), "markets[0].tiers[0]", "threshold and credit must be above 0"),
    (us((500, 1), (500, 2)), "markets[0].tiers[1].threshold", "must be above the tier before it"),
    (us((1, 500), (2, 500)), "markets[0].tiers[1].credit", "must be above the credit of the tier before it"),
    (us((1, 1), (9, 9), (5, 10)), "markets[0].tiers[2].threshold", "must be above the tier before it"),
    (
        us((1, 1), (9, 9), (10, 5)),
        "markets[0].tiers[2].credit",
        "must be above the credit of the tier before it",
    ),
]


@pytest.mark.parametrize(("changes", "field", "problem"), CONTRADICTIONS)
def test_a_contradiction_names_its_field_and_what_would_be_right(changes, field, problem):
    assert list(contradictions(make_programme(**changes))) == [Contradiction(field, problem)]


def test_every_contradiction_is_told_not_only_the_first():
    terms = make_programme(window_days=0, capacity=0, **us((-1, -1), (-1, -1)))
    assert [contradiction.field for contradiction in contradictions(terms)] == [
        "window.days",
        "capacity",
        "markets[0].tiers[0]",
        "markets[0].tiers[1]",
        "markets[0].tiers[1].threshold",
        "markets[0].tiers[1].credit",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"opens": date(2025, 12, 31)},  # open for one day
        {"credit_expires": date(2025, 12, 31)},
        {"window_days": 1, "prior_spend_days": 1, "credit_within_days": 0, "bill_grace_days": 0},
        {"prior_spend_days": 365},
        {"capacity": 1},
        {"capacity": None},
        us((1, 1)),
        {"markets": (GB,)},
    ],
)
def test_terms_at_their_limits_are_sound(changes):
    assert list(contradictions(make_programme(**changes))) == []


@pytest.mark.parametrize(
    ("country", "currency"),
    [("US", "USD"), ("GB", "GBP"), ("UK", "GBP"), ("us", None), ("FR", None), ("", None), (None, None)],
)
def test_a_market_is_found_by_its_country_and_uk_means_gb(country, currency):
    market = seed_programme().market(country)
    assert (market and market.currency) == currency


@pytest.mark.parametrize(
    ("days", "expires", "outlives"),
    [
        # A window that begins on 31 December: final at noon UTC, two whole days after its last date.
        (30, date(2026, 1, 31), True),
        (30, date(2026, 2, 1), False),
        (1, date(2026, 1, 2), True),
        (1, date(2026, 1, 3), False),
    ],
)
def test_the_last_window_outlives_a_credit_that_expires_before_it_is_final(days, expires, outlives):
    assert outlives_credit(make_programme(window_days=days, credit_expires=expires)) is outlives


def test_terms_are_over_once_the_credits_last_date_has_ended_everywhere():
    terms = make_programme(credit_expires=date(2026, 1, 30))
    everywhere = datetime(2026, 2, 1, tzinfo=UTC)  # noon of 31 January at UTC-12
    assert not is_over(terms, everywhere - timedelta(seconds=1))
    assert is_over(terms, everywhere)
