"""Follows a recorded award each time its store is decided: its credit may arrive or expire, flags may join.

Nothing else of it changes, whatever the facts now say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.documents.money import amount_text
from receiver.documents.times import time_text
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.awards import AwardMove, AwardState, EvidenceSource, Mover, has_ended
from receiver.domain.decision import Decision, decide
from receiver.domain.facts import Facts, RecordedAward
from receiver.domain.flags import AwardedFor, AwardFlag, cleared_flags, flags_for
from receiver.domain.third_party_credit import own_credit_seen
from receiver.services.awards.credit import credit_award
from receiver.services.awards.move import move_award
from receiver.services.evaluation.bills import own_credits
from receiver.storage import audit, awards, tables


def update_award_from_facts(
    session: Session, now: datetime, store: tables.Store, facts: Facts, decision: Decision
) -> bool:
    """Return True if the award changed and the facts must be gathered anew. The caller holds the store."""
    if not isinstance(decision.award, RecordedAward):
        return False
    award = awards.award_of(session, store)
    if award is None or award.state == AwardState.EXPIRED:
        return False
    flagged = _flag(session, now, award, facts, decision)
    credited = _credit(session, now, award, facts)
    return _expire(session, now, award, decision) or credited or flagged


def _credit(session: Session, now: datetime, award: tables.Award, facts: Facts) -> bool:
    """Once the account's ledger shows the credit that staff issued, it has arrived."""
    if award.state != AwardState.ISSUED or (evidence := _arrival(session, award, facts)) is None:
        return False
    credit_award(
        session, now, award, evidence=evidence, source=EvidenceSource.PROMOTION_ISSUED, actor=Agent.SERVICE
    )
    return True


def _arrival(session: Session, award: tables.Award, facts: Facts) -> str | None:
    """What shows that the award's credit arrived, in words."""
    if facts.account is None or facts.account.advertiser_id != award.advertiser_id:
        return None
    row = own_credit_seen(facts.payments, own_credits(session, award.advertiser_id)).get(award.id)
    if row is None or row.at is None:
        return None
    return f"{row.type} of {amount_text(award.credit)} {award.currency}, {time_text(row.at)}"


def _expire(session: Session, now: datetime, award: tables.Award, decision: Decision) -> bool:
    ends = decision.programme.credit_expires
    if not has_ended(award.state, decision.award_today, ends):
        return False
    detail = {"credit_expires": ends.isoformat()}
    move_award(session, now, award, AwardMove.EXPIRE, by=Mover.SERVICE, actor=Agent.SERVICE, detail=detail)
    return True


def _flag(session: Session, now: datetime, award: tables.Award, facts: Facts, decision: Decision) -> bool:
    without = decide(replace(facts, award=None), decision.programme, now)
    awarded_for = AwardedFor(award.advertiser_id, award.threshold)
    found = flags_for(awarded_for, without).union(facts.discrepancies)
    if award.state == AwardState.DUE and _arrival(session, award, facts):
        found.add(AwardFlag.CREDIT_UNRECORDED)
    before = set(award.flags)
    gone = cleared_flags(before, awarded_for, without) - found
    if award.state != AwardState.DUE:
        gone |= before & {AwardFlag.CREDIT_UNRECORDED}
    if found <= before and not gone:
        return False
    award.flags = sorted((before | found) - gone)
    still = {flag: at for flag, at in (award.cleared_flags or {}).items() if flag not in found}
    award.cleared_flags = still | dict.fromkeys(sorted(gone), time_text(now)) or None
    changed = {"flags": found - before, "cleared": gone}
    detail = {name: ", ".join(sorted(flags)) for name, flags in changed.items() if flags}
    audit.record(session, now, Agent.SERVICE, AuditAction.AWARD_FLAGGED, award.id, detail)
    return True
