"""A move of the clock is asked for once at a time, and only where somebody carries it out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from receiver.errors import InputError, Refused
from receiver.sandbox.clock.moves import Change, ClockMoves, move, span

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def moves(tmp_path: Path) -> ClockMoves:
    return ClockMoves(tmp_path)


@pytest.mark.parametrize(
    ("text", "by"), [("+1d", DAY), ("1d", DAY), ("+12h", 12 * HOUR), ("+30d", 30 * DAY), ("+366d", 366 * DAY)]
)
def test_a_step_is_hours_or_days(text: str, by: timedelta) -> None:
    assert span(text) == by


@pytest.mark.parametrize(
    "text", ["", "1", "+0d", "-1d", "+1w", "+1.5d", "+367d", "+99999h", "+1d ", "++1d", "+١d"]
)
def test_what_is_no_step_forward_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no step forward"):
        span(text)


def test_it_goes_by_days_and_then_what_is_left(moves: ClockMoves) -> None:
    planned = move(NOW, NOW + 36 * HOUR)
    assert planned.moments() == [NOW + DAY, NOW + 36 * HOUR]
    assert not planned.finished


def test_to_a_time_that_has_passed_there_is_nothing_to_do() -> None:
    late = move(NOW, NOW - 3 * DAY)
    assert (late.moments(), late.finished) == ([], True)


def test_nobody_to_carry_it_out_is_refused_and_leaves_no_wish(moves: ClockMoves) -> None:
    with pytest.raises(Refused, match="make run"):
        moves.ask(NOW, DAY)
    with moves.served():
        pass
    with pytest.raises(Refused, match="make run"):
        moves.ask(NOW, DAY)
    assert moves.wanted() is None


def test_during_a_move_a_second_is_refused(moves: ClockMoves) -> None:
    with moves.served():
        assert moves.ask(NOW, DAY) == moves.wanted() == NOW + DAY
        with pytest.raises(Refused, match="being moved already"):
            moves.ask(NOW, 30 * DAY)
        assert moves.wanted() == NOW + DAY
        moves.arrived()
        assert moves.ask(NOW, HOUR) == NOW + HOUR


def test_how_far_it_is_can_be_read_by_others(moves: ClockMoves, tmp_path: Path) -> None:
    change = Change(NOW + DAY, "st_1", "Example", None, "due")
    told = move(NOW, NOW + 2 * DAY).stepped([change])
    assert moves.latest() is None
    moves.report(told)
    assert ClockMoves(tmp_path).latest() == told
    assert (told.done, told.steps, told.changes) == (1, 2, (change,))
