"""Decrypts a redeem code for an operator who asks for it, which is audited, and for its own store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.awards import GIVEN, MASK, AwardDelivery
from receiver.domain.decision import Decision
from receiver.domain.facts import RecordedAward
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.storage import audit, awards, stores
from receiver.storage.cipher import Cipher


def show_code(context: ServiceContext, award_id: str, actor: str) -> dict[str, Any]:
    """Return the award's id and code, and audit who saw it.

    Raises NotFound, and Refused where there is no code.
    """
    with context.database.writing() as session:
        award = awards.lock_award(session, award_id)
        if award.delivery != AwardDelivery.CODE:
            raise Refused(f"award {award_id} was not issued as a code")
        if award.code_encrypted is None:
            raise Refused(f"award {award_id}: its code was removed when its store was erased")
        code = context.cipher.decrypt(award.code_encrypted)
        detail = {"code": award.reference}
        audit.record(session, context.now(), actor, AuditAction.AWARD_CODE_SHOWN, award_id, detail)
        return {"award": award_id, "code": code}


def mask_code(context: ServiceContext, store_id: str, text: str) -> str:
    """Return a merchant's text with the store's own code masked: complaints about a code quote it."""
    with context.database.reading() as session:
        award = awards.award_of(session, stores.get_store(session, store_id))
        if award is None or award.code_encrypted is None:
            return text
        return text.replace(context.cipher.decrypt(award.code_encrypted), award.reference or MASK)


def reveal_code(session: Session, cipher: Cipher, decision: Decision) -> Decision:
    """Return the decision as the store's own merchant may read it, with the award's code in clear."""
    award = decision.award
    if not isinstance(award, RecordedAward) or award.id is None or award.state not in GIVEN:
        return decision  # a blocked award's code is nobody's, and an expired one is worth nothing
    encrypted = awards.get_award(session, award.id).code_encrypted
    return (
        replace(decision, award=replace(award, reference=cipher.decrypt(encrypted)))
        if encrypted
        else decision
    )
