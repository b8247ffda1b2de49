"""Blocks an award, and lifts the block, which restores the state before it. Idempotent."""

from __future__ import annotations

from typing import Any

from receiver.domain.awards import AwardMove, AwardState, BlockCause, Mover
from receiver.services.awards.listing import award_row
from receiver.services.awards.move import move_award
from receiver.services.context import ServiceContext
from receiver.services.validation import require_text
from receiver.storage import awards, stores


def block_award(
    context: ServiceContext,
    award_id: str,
    *,
    reason: str,
    actor: str,
    cause: BlockCause = BlockCause.OTHER,
) -> dict[str, Any]:
    """Block an award and return it.

    `cause` is shown to the merchant, `reason` only to staff. Raises InputError, NotFound and Refused.
    """
    now = context.now()
    reason = require_text(reason, "reason")
    with context.database.writing() as session:
        award = awards.lock_award(session, award_id)
        current = (award.state, award.block_reason, award.block_cause)
        if current == (AwardState.BLOCKED, reason, cause):
            return award_row(award, now)
        detail = {"reason": reason, "cause": cause}
        move_award(session, now, award, AwardMove.BLOCK, by=Mover.STAFF, actor=actor, detail=detail)
        award.block_reason, award.block_cause = reason, cause
        stores.mark_undecided(session, [award.store_id])
        return award_row(award, now)


def lift_block(context: ServiceContext, award_id: str, *, reason: str, actor: str) -> dict[str, Any]:
    """Lift the block of an award and return the award. Raises InputError, NotFound and Refused."""
    now = context.now()
    reason = require_text(reason, "reason")
    with context.database.writing() as session:
        award = awards.lock_award(session, award_id)
        lifted_before = award.state != AwardState.BLOCKED and award.block_reason is not None
        if lifted_before:
            return award_row(award, now)
        detail = {"reason": reason}
        move_award(session, now, award, AwardMove.LIFT, by=Mover.STAFF, actor=actor, detail=detail)
        stores.mark_undecided(session, [award.store_id])
        return award_row(award, now)
