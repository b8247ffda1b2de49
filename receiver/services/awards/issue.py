"""Records that staff gave a credit, and its reference. Idempotent; another reference is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.domain.awards import MASK, AwardDelivery, AwardMove, Mover, masked_code, may_be_issued
from receiver.domain.flags import doubts_credit
from receiver.errors import InputError, Refused
from receiver.services.awards.listing import award_date, award_row
from receiver.services.awards.move import move_award, move_refusal
from receiver.services.awards.spreadsheet import check_unspoilt
from receiver.services.context import ServiceContext
from receiver.services.programmes.terms import terms_of
from receiver.services.validation import require_text
from receiver.storage import awards, recorded_facts, stores
from receiver.storage.codes import CodeBook, write_codes
from receiver.storage.tables import Award

TAKEN_MEANWHILE = "somebody gave one of these codes to another award at this moment; look again"


@dataclass(frozen=True)
class Issued:
    """A credit that staff report as given, with its reference and the way it was given."""

    award_id: str
    reference: str = field(repr=False)  # a code is money, and must reach no log
    delivered_as: AwardDelivery

    @property
    def is_code(self) -> bool:
        """Return whether the credit was given as a code to redeem."""
        return self.delivered_as == AwardDelivery.CODE

    @property
    def shown(self) -> str:
        """Return the reference as lists, errors and the audit show it: a code is masked."""
        return masked_code(self.reference) if self.is_code else self.reference

    def is_of(self, award: Award, book: CodeBook) -> bool:
        """Return whether the award was issued with this reference.

        A masked code from an exported list counts as the award's own.
        """
        if not self.is_code or self.reference == award.reference:
            return (award.reference, award.delivery) == (self.reference, self.delivered_as)
        return award.code_hash is not None and award.code_hash == book.hash(self.reference)


def validate_issue(award_id: str, reference: str, delivered_as: str) -> Issued:
    """Return what staff entered, validated. Raises InputError naming the field."""
    if delivered_as not in set(AwardDelivery):
        raise InputError(f"must be {' or '.join(AwardDelivery)}", path="as")
    reference = require_text(reference, "reference")
    check_unspoilt(reference, "reference")
    return Issued(award_id, reference, AwardDelivery(delivered_as))


def issue(
    context: ServiceContext,
    award_id: str,
    *,
    reference: str,
    delivered_as: str,
    actor: str,
    although_flagged: bool = True,
) -> dict[str, Any]:
    """Record that staff issued an award, and return the award. Raises InputError, NotFound and Refused.

    Without `although_flagged`, an award whose flags put its credit in doubt is refused.
    """
    issued, now = validate_issue(award_id, reference, delivered_as), context.now()
    try:
        with context.database.writing() as session:
            award = awards.lock_award(session, award_id)
            book = write_codes(session, context.cipher, now)
            checks = read_issue_checks(session, book, [award], [issued], now)
            refusal = refusal_of(award, issued, checks)
            if refusal:
                raise Refused(refusal)
            if not issued.is_of(award, checks.book):
                if doubts_credit(award.flags) and not although_flagged:
                    raise Refused(f"award {award_id} is flagged: confirm that you give it all the same")
                record_issue(session, now, award, issued, checks.book, actor)
                stores.mark_undecided(session, [award.store_id])
            return award_row(award, now)
    except IntegrityError as error:
        raise Refused(TAKEN_MEANWHILE) from error


@dataclass(frozen=True)
class IssueChecks:
    """The data, beside the awards themselves, that decides whether they may be issued."""

    book: CodeBook
    flagged: set[str]  # stores with a safety flag
    holders: dict[str, str]  # code → the award that has it
    expired: dict[str, date]  # award → the end of its credit, where that has passed in its account's zone


def read_issue_checks(
    session: Session, book: CodeBook, candidates: list[Award], issues: list[Issued], now: datetime
) -> IssueChecks:
    """Read the data that decides whether these awards may be issued."""
    hashes = book.hashes(item.reference for item in issues if item.is_code)
    holders = awards.holders_of_codes(session, hashes.values())
    flagged = recorded_facts.safety_flagged(session, (award.store_id for award in candidates))
    holder_of = {code: holders[hash_] for code, hash_ in hashes.items() if hash_ in holders}
    return IssueChecks(book, flagged, holder_of, _expired(session, candidates, now))


def _expired(session: Session, candidates: list[Award], now: datetime) -> dict[str, date]:
    programmes = {award.programme for award in candidates}
    ends = {name: terms_of(session, name).credit_expires for name in programmes}
    return {
        award.id: ends[award.programme]
        for award in candidates
        if not may_be_issued(award.state, award_date(award, now), ends[award.programme])
    }


def refusal_of(award: Award, issued: Issued, checks: IssueChecks) -> str | None:
    """Return why the award cannot be issued; None where it can be, or already is issued like this."""
    if issued.is_of(award, checks.book):
        return None
    if award.reference is not None:
        return f"award {award.id} was issued before: {award.delivery}, reference {award.reference}"
    if issued.is_code and issued.reference.startswith(MASK):
        return (
            f"award {award.id}: {issued.reference} is a code of which only the end is shown; write all of it"
        )
    refusal = move_refusal(award, AwardMove.ISSUE, Mover.STAFF)
    if refusal:
        return refusal
    if award.id in checks.expired:
        return (
            f"award {award.id}: its credit expired on {checks.expired[award.id]}; nothing can be issued now"
        )
    if award.store_id in checks.flagged:
        return f"award {award.id}: staff recorded a safety flag for store {award.store_id}; it comes first"
    holder = checks.holders.get(issued.reference) if issued.is_code else None
    return holder and f"award {award.id}: code {issued.shown} was given to award {holder}"


def record_issue(
    session: Session, now: datetime, award: Award, issued: Issued, book: CodeBook, actor: str
) -> None:
    """Record the issue of an award that the caller has locked and checked."""
    detail = {"reference": issued.shown, "as": issued.delivered_as}
    move_award(session, now, award, AwardMove.ISSUE, by=Mover.STAFF, actor=actor, detail=detail)
    award.reference, award.delivery = issued.reference, issued.delivered_as
    if issued.is_code:
        book.keep(award, issued.reference)
