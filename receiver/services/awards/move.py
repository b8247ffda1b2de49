"""Moves an award from one state to the next, with an entry in the audit; nothing else does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.awards import MOVES, AwardMove, AwardState, Mover, next_state
from receiver.errors import Refused
from receiver.storage import audit
from receiver.storage.tables import Award

AUDITED = {
    AwardMove.ISSUE: AuditAction.AWARD_ISSUE,
    AwardMove.CREDIT: AuditAction.AWARD_CREDIT,
    AwardMove.BLOCK: AuditAction.AWARD_BLOCK,
    AwardMove.LIFT: AuditAction.AWARD_LIFT,
    AwardMove.EXPIRE: AuditAction.AWARD_EXPIRE,
}
DONE = {
    AwardMove.ISSUE: "issued",
    AwardMove.CREDIT: "credited",
    AwardMove.BLOCK: "blocked",
    AwardMove.LIFT: "lifted",
    AwardMove.EXPIRE: "expired",
}


def move_award(
    session: Session,
    now: datetime,
    award: Award,
    move: AwardMove,
    *,
    by: Mover,
    actor: str,
    detail: dict[str, Any],
) -> None:
    """Move an award that the caller has locked to another state, and audit it. Raises Refused."""
    before, after = award.state, next_state(move, award.state, by, award.blocked_from)
    if after is None:
        raise Refused(_refusal(award, move))
    award.state, award.blocked_from = after, before if move is AwardMove.BLOCK else None
    entry = {"from": before, "to": after, **detail}
    audit.record(session, now, actor, AUDITED[move], award.id, entry)


def move_refusal(award: Award, move: AwardMove, by: Mover) -> str | None:
    """Return the reason to refuse a move; None where it is allowed."""
    return None if next_state(move, award.state, by, award.blocked_from) else _refusal(award, move)


def _refusal(award: Award, move: AwardMove) -> str:
    takes = " or ".join(state for state in AwardState if state in MOVES[move].out_of)
    why = f" ({award.block_reason})" if award.state == AwardState.BLOCKED and award.block_reason else ""
    return f"award {award.id} is {award.state}{why}; only one that is {takes} can be {DONE[move]}"
