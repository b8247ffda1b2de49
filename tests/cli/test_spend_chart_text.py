"""A store's spend drawn for a terminal: it fits, needs no colour, and tells unknown from nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.cli.spend_chart_text import ASCII, BLOCKS, draw_spend
from receiver.documents.spend_timeline import spend_timeline
from receiver.domain.facts import Payment
from tests.factories import FIRST, LAST, OPEN, SETTLED, bill, cash, days_of, decision_for, make_programme

LAGGING = cash("30.00", date(2025, 11, 20))._replace(cash_spend=None, voucher_spend=None)


def draw_lines(as_of=OPEN, programme=None, width=80, marks=BLOCKS, name="Example store", **parts):
    """Draw the spend of decided facts, and return the lines."""
    return draw_spend(
        spend_timeline(decision_for(as_of, programme, **parts)), name, width, marks
    ).plain.split("\n")


def line_of(day, lines):
    return next(line for line in lines if line.startswith(day.isoformat()))


def test_a_bar_is_as_long_as_its_amount_with_what_is_left_out_behind_it():
    lines = draw_lines(
        SETTLED, spend=(cash("10.00"), cash("20.00", FIRST + timedelta(days=1), credit="10.00"))
    )
    first, second = line_of(FIRST, lines), line_of(FIRST + timedelta(days=1), lines)
    assert second.count("█") == 2 * first.count("█")
    assert second.count("░") == first.count("█")
    assert second.split() == ["2025-11-03", second.split()[1], "20.00", "10.00", "30.00", "final"]


def test_a_date_nobody_knows_is_a_question_and_never_a_zero():
    unknown = line_of(LAGGING.date, draw_lines(spend=(*days_of("20.00", 18), LAGGING)))
    assert unknown.split() == ["2025-11-20", "?", "?", "?", "?", "not", "known"]
    nothing = line_of(date(2025, 11, 12), draw_lines(spend=(cash("20.00"),)))
    assert nothing.split() == ["2025-11-12", "0.00", "0.00", "20.00", "final"]


def test_what_may_still_move_has_a_mark_of_its_own():
    lines = draw_lines(spend=days_of("20.00", 19), account={"payment": Payment.UNKNOWN})
    marks = ["▓" in line_of(FIRST + timedelta(days=n), lines) for n in range(19)]
    assert marks == [False] * 16 + [True] * 3
    assert line_of(date(2025, 11, 20), lines).endswith("not final")
    assert "provisional until it is seen paid" in "\n".join(lines)


def test_each_tier_is_named_where_it_is_passed_and_measured_below():
    lines = draw_lines(spend=days_of("100.00", 16))
    marked_dates = [lines[n - 1][:10] for n, line in enumerate(lines) if "^" in line]
    assert marked_dates == ["2025-11-06", "2025-11-16"]
    assert [line for line in lines if "^" in line] == [
        " " * 12 + "^ 500.00 reached",
        " " * 12 + "^ 1500.00 reached",
    ]
    assert lines[-3:] == [
        " 500.00  ████████████████████  reached on 2025-11-06, gives 500.00 USD",
        "1500.00  ████████████████████  reached on 2025-11-16, gives 1500.00 USD",
        "5000.00  ██████··············  3400.00 USD to go",
    ]


def test_a_tier_passed_by_figures_that_may_move_is_only_seen():
    moving = cash("900.00", date(2025, 11, 19))
    lines = draw_lines(spend=(cash("20.00"), moving))
    assert " " * 12 + "^ 500.00 seen, not final yet" in lines
    assert "seen on 2025-11-19, not final yet; gives 500.00 USD" in lines[-3]


@pytest.mark.parametrize(
    ("as_of", "edge"),
    [(OPEN, "11 days left"), (datetime(2025, 11, 30, 12, tzinfo=UTC), "1 day left"), (SETTLED, "over")],
)
def test_the_windows_edges_are_told(as_of, edge):
    lines = draw_lines(as_of, spend=(cash("20.00"),))
    assert lines[1] == f"window 2025-11-02 to 2025-12-01, {edge}"
    assert any(line.startswith(LAST.isoformat()) for line in lines)


def test_bills_paid_after_the_window_are_told():
    later = datetime(2025, 12, 3, tzinfo=UTC)
    automatic = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
    lines = draw_lines(SETTLED, spend=days_of("20.00", 30), payments=(bill("600.00", later),), **automatic)
    assert "Bills of later dates make it 600.00 USD." in lines
    assert line_of(LAST, lines).split()[-2:] == ["0.00", "final"]


@pytest.mark.parametrize("count", [1, 30, 90])
@pytest.mark.parametrize("amount", ["0.01", "20.40", "9999999.99"])
@pytest.mark.parametrize("width", [80, 132])
def test_it_fits_the_terminal(count, amount, width):
    programme = make_programme(window_days=90)
    credit = tuple(day._replace(voucher_spend=Decimal("3.00")) for day in days_of(amount, count))
    lines = draw_lines(datetime(2026, 6, 1, tzinfo=UTC), programme, width, spend=credit)
    assert max(map(len, lines)) <= width
    assert max(len(line) for line in lines if line.startswith("20")) > width - 10


def test_amounts_are_never_cut_however_large():
    lines = draw_lines(spend=(cash("123456789012345678.99"),))
    assert line_of(FIRST, lines).split()[2:5] == ["123456789012345678.99", "0.00", "123456789012345678.99"]


def test_a_terminal_without_blocks_gets_signs():
    lines = draw_lines(spend=(*days_of("20.00", 18), LAGGING), marks=ASCII)
    assert "\n".join(lines).isascii()
    assert "#" in line_of(FIRST, lines)


def test_a_hostile_name_steers_no_terminal_and_styles_nothing():
    assert draw_lines(spend=(cash("20.00"),), name="Shop\x1b[2J\n[red]")[0] == "Shop [2J [red]"
