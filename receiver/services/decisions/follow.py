"""Follows a recorded award each time its store is decided: it may expire, and gain flags for staff.

Nothing else of it changes, whatever the facts now say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.awards import Move, Mover, has_ended
from receiver.domain.decision import Decision, decide
from receiver.domain.facts import Facts, RecordedAward
from receiver.domain.flags import AwardedFor, flags_for
from receiver.services.awards.move import move_award
from receiver.storage import audit, history, tables

SERVICE = "service"


def follow_award(
    session: Session, now: datetime, store: tables.Store, facts: Facts, decision: Decision
) -> bool:
    """Whether the award changed, so that the facts must be gathered anew. The caller holds the store."""
    if not isinstance(decision.award, RecordedAward):
        return False
    award = history.award_of(session, store)
    if award is None or award.state == "expired":
        return False
    flagged = _flag(session, now, award, facts, decision)
    return _expire(session, now, award, decision) or flagged


def _expire(session: Session, now: datetime, award: tables.Award, decision: Decision) -> bool:
    ends = decision.programme.credit_expires
    if not has_ended(award.state, decision.today, ends):
        return False
    detail = {"credit_expires": ends.isoformat()}
    move_award(session, now, award, Move.EXPIRE, by=Mover.SERVICE, actor=SERVICE, detail=detail)
    return True


def _flag(session: Session, now: datetime, award: tables.Award, facts: Facts, decision: Decision) -> bool:
    without = decide(replace(facts, award=None), decision.programme, now)
    new = flags_for(AwardedFor(award.advertiser_id, award.threshold), without) - set(award.flags)
    if not new:
        return False
    award.flags = sorted({*award.flags, *new})
    audit.record(session, now, SERVICE, "award flagged", award.id, {"flags": ", ".join(sorted(new))})
    return True
