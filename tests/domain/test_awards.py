"""Tests of the life cycle of an award: every state, every transition, and who may make it."""

from datetime import date

import pytest

from receiver.domain.awards import MOVES, AwardMove, AwardState, Mover, has_ended, is_overdue, next_state

STAFF, SERVICE = Mover.STAFF, Mover.SERVICE

ALLOWED = {
    # what staff do
    (AwardMove.ISSUE, "due", STAFF): "issued",
    (AwardMove.CREDIT, "issued", STAFF): "credited",
    (AwardMove.BLOCK, "due", STAFF): "blocked",
    (AwardMove.BLOCK, "issued", STAFF): "blocked",
    (AwardMove.BLOCK, "credited", STAFF): "blocked",
    (AwardMove.LIFT, "blocked", STAFF): "issued",  # blocked from there, below
    # what the service does by itself
    (AwardMove.CREDIT, "issued", SERVICE): "credited",
    (AwardMove.EXPIRE, "issued", SERVICE): "expired",
    (AwardMove.EXPIRE, "credited", SERVICE): "expired",
}


@pytest.mark.parametrize("move", AwardMove)
@pytest.mark.parametrize("state", AwardState)
@pytest.mark.parametrize("by", Mover)
def test_only_these_moves_are_allowed(move, state, by):
    assert next_state(move, state, by, blocked_from="issued") == ALLOWED.get((move, state, by))


def test_every_move_starts_and_ends_in_a_known_state():
    for transition in MOVES.values():
        assert transition.out_of <= set(AwardState)
        assert transition.into is None or transition.into in set(AwardState)


@pytest.mark.parametrize("state", ["due", "issued", "credited"])
def test_a_lift_goes_back_to_where_the_block_found_it(state):
    blocked = next_state(AwardMove.BLOCK, state, STAFF)
    assert next_state(AwardMove.LIFT, blocked, STAFF, blocked_from=state) == state


@pytest.mark.parametrize(
    ("state", "today", "is_over"),
    [
        ("credited", date(2026, 1, 30), False),  # the last day is still good
        ("credited", date(2026, 1, 31), True),
        ("issued", date(2026, 1, 31), True),
        ("due", date(2026, 3, 1), False),  # overdue, never quietly gone
        ("blocked", date(2026, 3, 1), False),
        ("expired", date(2026, 3, 1), False),
    ],
)
def test_what_was_given_ends_with_the_credit(state, today, is_over):
    assert has_ended(state, today, date(2026, 1, 30)) is is_over


@pytest.mark.parametrize(
    ("state", "at", "overdue"),
    [
        ("due", "2025-12-08", False),
        ("due", "2025-12-09", True),
        ("issued", "2025-12-20", False),
        ("blocked", "2025-12-20", False),
    ],
)
def test_only_what_nobody_issued_is_overdue(state, at, overdue):
    assert is_overdue(state, date(2025, 12, 8), date.fromisoformat(at)) is overdue
