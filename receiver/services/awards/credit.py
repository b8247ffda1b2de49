"""Records the evidence that an issued credit arrived; without evidence no award is credited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.awards import AwardMove, EvidenceSource, Mover
from receiver.errors import Refused
from receiver.services.awards.listing import award_row
from receiver.services.awards.move import move_award
from receiver.services.context import ServiceContext
from receiver.services.validation import require_text
from receiver.storage import awards, stores
from receiver.storage.tables import Award

MOVER_OF = {
    EvidenceSource.STAFF: Mover.STAFF,
    EvidenceSource.PROMOTION_ISSUED: Mover.SERVICE,
    EvidenceSource.GRANT_BALANCE: Mover.SERVICE,
}


def mark_credited(
    context: ServiceContext,
    award_id: str,
    *,
    evidence: str,
    source: EvidenceSource = EvidenceSource.STAFF,
    actor: str,
) -> dict[str, Any]:
    """Mark an award as credited, with its evidence, and return the award. Idempotent.

    Raises InputError, NotFound and Refused.
    """
    now = context.now()
    evidence = require_text(evidence, "evidence")
    with context.database.writing() as session:
        award = awards.lock_award(session, award_id)
        if (award.evidence, award.evidence_source) == (evidence, source):
            return award_row(award, now)
        if award.evidence is not None:
            raise Refused(
                f"award {award.id} was credited before, by {award.evidence_source}: {award.evidence}"
            )
        credit_award(session, now, award, evidence=evidence, source=source, actor=actor)
        stores.mark_undecided(session, [award.store_id])
        return award_row(award, now)


def credit_award(
    session: Session, now: datetime, award: Award, *, evidence: str, source: EvidenceSource, actor: str
) -> None:
    """Mark an award that the caller has locked as credited.

    Raises Refused where its state does not allow it.
    """
    detail = {"evidence": evidence, "source": source}
    move_award(session, now, award, AwardMove.CREDIT, by=MOVER_OF[source], actor=actor, detail=detail)
    award.evidence, award.evidence_source, award.credited_at = evidence, source, now
