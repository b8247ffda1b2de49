"""A move of the clock is requested once at a time, and only where a process carries it out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from receiver.errors import InputError, Refused
from receiver.sandbox.clock.moves import ClockMoves, StageTransition, parse_span, plan_move

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def moves(tmp_path: Path) -> ClockMoves:
    return ClockMoves(tmp_path)


@pytest.mark.parametrize(
    ("text", "by"), [("+1d", DAY), ("1d", DAY), ("+12h", 12 * HOUR), ("+30d", 30 * DAY), ("+366d", 366 * DAY)]
)
def test_a_step_is_hours_or_days(text: str, by: timedelta) -> None:
    assert parse_span(text) == by


@pytest.mark.parametrize(
    "text", ["", "1", "+0d", "-1d", "+1w", "+1.5d", "+367d", "+99999h", "+1d ", "++1d", "+١d"]
)
def test_what_is_no_step_forward_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no step forward"):
        parse_span(text)


def test_it_goes_by_days_and_then_what_is_left(moves: ClockMoves) -> None:
    planned = plan_move(NOW, NOW + 36 * HOUR)
    assert planned.moments() == [NOW + DAY, NOW + 36 * HOUR]
    assert not planned.finished


def test_to_a_time_that_has_passed_there_is_nothing_to_do() -> None:
    late = plan_move(NOW, NOW - 3 * DAY)
    assert (late.moments(), late.finished) == ([], True)


def test_nobody_to_carry_it_out_is_refused_and_leaves_no_request(moves: ClockMoves) -> None:
    with pytest.raises(Refused, match="make run"):
        moves.request(NOW, DAY)
    with moves.serve():
        pass
    with pytest.raises(Refused, match="make run"):
        moves.request(NOW, DAY)
    assert moves.destination() is None


def test_during_a_move_a_second_is_refused(moves: ClockMoves) -> None:
    with moves.serve():
        assert moves.request(NOW, DAY) == moves.destination() == NOW + DAY
        with pytest.raises(Refused, match="being moved already"):
            moves.request(NOW, 30 * DAY)
        assert moves.destination() == NOW + DAY
        moves.finish()
        assert moves.request(NOW, HOUR) == NOW + HOUR


def test_how_far_it_is_can_be_read_by_others(moves: ClockMoves, tmp_path: Path) -> None:
    change = StageTransition(NOW + DAY, "st_1", "Example", None, "due")
    progress = plan_move(NOW, NOW + 2 * DAY).with_step([change])
    assert moves.latest() is None
    moves.report(progress)
    assert ClockMoves(tmp_path).latest() == progress
    assert (progress.done, progress.steps, progress.changes) == (1, 2, (change,))
