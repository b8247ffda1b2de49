"""Records that staff gave a credit, and its reference. Twice is once; another reference is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.domain.awards import Move, Mover
from receiver.errors import InputError, Refused
from receiver.services.awards.listing import award_row
from receiver.services.awards.move import move_award, why_not
from receiver.services.staff_words import checked_words
from receiver.storage import awards
from receiver.storage.database import Database
from receiver.storage.tables import Award

DELIVERIES = ("applied", "code")  # put into the account, or a code the merchant redeems
TAKEN_MEANWHILE = "somebody gave one of these codes to another award at this moment; look again"


@dataclass(frozen=True)
class Issued:
    """What staff say they did: the credit of this award was given, in this way."""

    award_id: str
    reference: str
    delivered_as: str


def checked_issue(award_id: str, reference: str, delivered_as: str) -> Issued:
    """Raises InputError with the field."""
    if delivered_as not in DELIVERIES:
        raise InputError(f"must be {' or '.join(DELIVERIES)}", path="as")
    return Issued(award_id, checked_words(reference, "reference"), delivered_as)


def issue(
    database: Database, now: datetime, award_id: str, *, reference: str, delivered_as: str, actor: str
) -> dict[str, Any]:
    """The award as it stands afterwards. Raises InputError, NotFound and Refused."""
    issued = checked_issue(award_id, reference, delivered_as)
    try:
        with database.writing() as session:
            award = awards.held_award(session, award_id)
            surroundings = look_around(session, [award], [issued])
            refusal = refusal_of(award, issued, surroundings)
            if refusal:
                raise Refused(refusal)
            if not is_issued_so(award, issued):
                keep_issued(session, now, award, issued, actor)
                awards.to_decide_anew(session, [award.store_id])
            return award_row(award, now)
    except IntegrityError as error:
        raise Refused(TAKEN_MEANWHILE) from error


@dataclass(frozen=True)
class Surroundings:
    """What else decides whether awards may be issued."""

    flagged: set[str]  # stores with a safety flag
    holders: dict[str, str]  # code → the award that has it


def look_around(session: Session, found: list[Award], issues: list[Issued]) -> Surroundings:
    codes = [one.reference for one in issues if one.delivered_as == "code"]
    flagged = awards.safety_flagged(session, (award.store_id for award in found))
    return Surroundings(flagged, awards.holders_of_codes(session, codes))


def is_issued_so(award: Award, issued: Issued) -> bool:
    """Whether this was recorded before, in the same words; whatever became of the award since."""
    return (award.reference, award.delivery) == (issued.reference, issued.delivered_as)


def refusal_of(award: Award, issued: Issued, around: Surroundings) -> str | None:
    """The sentence that refuses; None where the issue can be recorded or already is."""
    if is_issued_so(award, issued):
        return None
    if award.reference is not None:
        return f"award {award.id} was issued before: {award.delivery}, reference {award.reference}"
    refusal = why_not(award, Move.ISSUE, Mover.STAFF)
    if refusal:
        return refusal
    if award.store_id in around.flagged:
        return f"award {award.id}: staff recorded a safety flag for store {award.store_id}; it comes first"
    holder = around.holders.get(issued.reference) if issued.delivered_as == "code" else None
    return holder and f"award {award.id}: code {issued.reference} was given to award {holder}"


def keep_issued(session: Session, now: datetime, award: Award, issued: Issued, actor: str) -> None:
    """The caller holds the award and found nothing against it."""
    detail = {"reference": issued.reference, "as": issued.delivered_as}
    move_award(session, now, award, Move.ISSUE, by=Mover.STAFF, actor=actor, detail=detail)
    award.reference, award.delivery = issued.reference, issued.delivered_as
