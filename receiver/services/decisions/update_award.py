"""Updates a recorded award with each decision of its store: its credit may arrive or expire, flags change.

Nothing else of it changes, whatever the facts are now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.documents.money import amount_text
from receiver.documents.times import time_text
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.awards import AwardMove, AwardState, EvidenceSource, Mover, has_ended
from receiver.domain.decision import Decision, decide
from receiver.domain.facts import Facts, RecordedAward
from receiver.domain.flags import AwardBasis, AwardFlag, cleared_flags, flags_for
from receiver.domain.third_party_credit import OwnCredit, own_credit_arrivals
from receiver.services.awards.credit import credit_award
from receiver.services.awards.move import move_award
from receiver.services.evaluation.bills import own_credits
from receiver.services.evaluation.records import StoreRecords
from receiver.storage import audit, tables


def update_award_from_facts(
    session: Session, now: datetime, records: StoreRecords, facts: Facts, decision: Decision
) -> bool:
    """Update the award of the records, and return whether it changed. The caller holds the store."""
    award = records.award
    if not isinstance(decision.award, RecordedAward) or award is None or award.state == AwardState.EXPIRED:
        return False
    arrival = _arrival(award, own_credits(records.account_awards), facts)
    flagged = _flag(session, now, award, facts, decision, has_arrived=arrival is not None)
    credited = _credit(session, now, award, arrival)
    return _expire(session, now, award, decision) or credited or flagged


def _credit(session: Session, now: datetime, award: tables.Award, arrival: str | None) -> bool:
    """Mark an issued award as credited once the account's ledger shows the credit; return whether it was."""
    if award.state != AwardState.ISSUED or arrival is None:
        return False
    credit_award(
        session, now, award, evidence=arrival, source=EvidenceSource.PROMOTION_ISSUED, actor=Agent.SERVICE
    )
    return True


def _arrival(award: tables.Award, own: Sequence[OwnCredit], facts: Facts) -> str | None:
    """Return the evidence that the award's credit arrived; None where it did not."""
    if facts.account is None or facts.account.advertiser_id != award.advertiser_id:
        return None
    row = own_credit_arrivals(facts.payments, own).get(award.id)
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


def _flag(
    session: Session,
    now: datetime,
    award: tables.Award,
    facts: Facts,
    decision: Decision,
    *,
    has_arrived: bool,
) -> bool:
    without = decide(replace(facts, award=None), decision.programme, now)
    awarded_for = AwardBasis(award.advertiser_id, award.threshold)
    flags = flags_for(awarded_for, without).union(facts.discrepancies)
    if award.state == AwardState.DUE and has_arrived:
        flags.add(AwardFlag.CREDIT_UNRECORDED)
    before = set(award.flags)
    cleared = cleared_flags(before, awarded_for, without) - flags
    if award.state != AwardState.DUE:
        cleared |= before & {AwardFlag.CREDIT_UNRECORDED}
    if flags <= before and not cleared:
        return False
    award.flags = sorted((before | flags) - cleared)
    still = {flag: at for flag, at in (award.cleared_flags or {}).items() if flag not in flags}
    award.cleared_flags = still | dict.fromkeys(sorted(cleared), time_text(now)) or None
    changed = {"flags": flags - before, "cleared": cleared}
    detail = {name: ", ".join(sorted(flags)) for name, flags in changed.items() if flags}
    audit.record(session, now, Agent.SERVICE, AuditAction.AWARD_FLAGGED, award.id, detail)
    return True
