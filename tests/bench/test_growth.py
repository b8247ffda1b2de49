"""A straight line is told from a bent one."""

from itertools import count

import pytest

from bench.growth import Growth, quickest

SIZES = (10, 20, 40, 80)


def growing(cost) -> Growth:
    return Growth("one thing", "days", {size: cost(size) for size in SIZES})


def test_what_grows_with_the_size_lies_on_its_line_and_costs_the_same_per_unit():
    straight = growing(lambda size: 2.0 * size)
    assert straight.line == (pytest.approx(2.0), pytest.approx(0.0))
    assert (straight.ratio, straight.bend) == (pytest.approx(1.0), pytest.approx(1.0))


def test_a_fixed_cost_is_spread_over_more_units_and_bends_nothing():
    fixed = growing(lambda size: 100.0 + 2.0 * size)
    assert fixed.line == (pytest.approx(2.0), pytest.approx(100.0))
    assert fixed.bend == pytest.approx(1.0)
    assert fixed.ratio == pytest.approx((260 / 80) / (120 / 10))


def test_what_grows_with_the_square_is_seen_in_both_figures():
    bent = growing(lambda size: 0.1 * size**2)
    assert bent.ratio == pytest.approx(8.0)
    assert bent.bend > 2


def test_the_quickest_round_counts():
    # The clock is asked before and after the trial run, and before and after each of three rounds.
    ticks = iter([0.0, 9.0, 10.0, 13.0, 20.0, 21.0, 30.0, 32.0])
    assert quickest(lambda: None, clock=lambda: next(ticks), rounds=3) == 1.0


def test_what_is_too_short_for_the_clock_is_repeated():
    runs = count()
    assert quickest(lambda: next(runs), clock=lambda: next(runs) * 0.001, rounds=1) > 0
    assert next(runs) > 25
