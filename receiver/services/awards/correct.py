"""Corrects a wrong reference of an issued award; the audit keeps the wrong one and the reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.awards import GIVEN, MASK
from receiver.errors import Refused
from receiver.services.awards.issue import TAKEN_MEANWHILE, Issued, validate_issue
from receiver.services.awards.listing import award_row
from receiver.services.context import ServiceContext
from receiver.services.validation import require_text
from receiver.storage import audit, awards, stores
from receiver.storage.codes import CodeBook, write_codes
from receiver.storage.tables import Award


def correct_reference(
    context: ServiceContext,
    award_id: str,
    *,
    reference: str,
    delivered_as: str,
    reason: str,
    actor: str,
) -> dict[str, Any]:
    """Replace the reference of an issued award and return the award. Idempotent.

    Raises InputError, NotFound and Refused.
    """
    issued, reason = validate_issue(award_id, reference, delivered_as), require_text(reason, "reason")
    now = context.now()
    try:
        with context.database.writing() as session:
            award = awards.lock_award(session, award_id)
            book = write_codes(session, context.cipher, now)
            if issued.is_of(award, book):
                return award_row(award, now)
            _check_correctable(session, award, issued, book)
            what = {
                "wrong": award.reference,
                "wrong_as": award.delivery,
                "reference": issued.shown,
                "as": issued.delivered_as,
                "reason": reason,
            }
            award.reference, award.delivery = issued.reference, issued.delivered_as
            award.code_encrypted = award.code_hash = None
            if issued.is_code:
                book.keep(award, issued.reference)
            audit.record(session, now, actor, AuditAction.AWARD_CORRECT, award_id, what)
            stores.mark_undecided(session, [award.store_id])
            return award_row(award, now)
    except IntegrityError as error:
        raise Refused(TAKEN_MEANWHILE) from error


def _check_correctable(session: Session, award: Award, issued: Issued, book: CodeBook) -> None:
    """Raise Refused where the award cannot have this reference."""
    if award.state not in GIVEN:
        raise Refused(f"award {award.id} is {award.state}; only one that is issued can be corrected")
    if issued.is_code and issued.reference.startswith(MASK):
        raise Refused(f"award {award.id}: {issued.reference} is only the end of a code; write all of it")
    holder = _holder(awards.holders_of_codes(session, [book.hash(issued.reference)]), award.id)
    if issued.is_code and holder:
        raise Refused(f"award {award.id}: code {issued.shown} was given to award {holder}")


def _holder(holders: dict[str, str], award_id: str) -> str | None:
    """Return another award that has the code."""
    return next((holder for holder in holders.values() if holder != award_id), None)
