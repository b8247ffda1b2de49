"""Keeps the one answer of staff to a review, together with the fact it comes with. Idempotent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receiver.domain.audit import AuditAction
from receiver.domain.reviews import ReviewAnswer, ReviewState
from receiver.domain.staff_facts import StaffFactName
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.services.reviews.records import review_row
from receiver.services.stores.record_fact import StaffFact, keep_fact, validate_fact
from receiver.services.validation import require_text
from receiver.storage import audit, reviews, stores


@dataclass(frozen=True)
class StaffAnswer:
    """An answer of staff; a fact goes with an override (of that rule) and with a fact recorded."""

    answer: ReviewAnswer
    reason: str
    fact: StaffFact | None = None


def validate_answer(
    now: datetime,
    review_id: str,
    *,
    reason: str,
    override: str | None = None,
    fact: str | None = None,
    evidence: str | None = None,
) -> StaffAnswer:
    """Return the answer that staff entered, validated.

    It is RULE=OUTCOME, NAME=VALUE of a fact, or neither to uphold. Without evidence, a fact rests on the
    review itself. Raises InputError and Refused.
    """
    evidence = evidence or f"review {review_id}"
    if override is not None:
        staff_fact = validate_fact(StaffFactName.OVERRIDE, override, now, reason=reason, evidence=evidence)
        return StaffAnswer(ReviewAnswer.OVERRIDDEN, reason, staff_fact)
    if fact is not None:
        name, _, value = fact.partition("=")
        staff_fact = validate_fact(name, value, now, reason=reason, evidence=evidence)
        return StaffAnswer(ReviewAnswer.FACT_RECORDED, reason, staff_fact)
    return StaffAnswer(ReviewAnswer.UPHELD, reason)


def answer_review(context: ServiceContext, review_id: str, answer: StaffAnswer, actor: str) -> dict[str, Any]:
    """Store the answer, and the fact it comes with, in one transaction; return the review. Idempotent.

    Raises InputError, NotFound, and Refused where another answer was stored before.
    """
    now = context.now()
    reason = require_text(answer.reason, "reason")
    with context.database.writing() as session:
        store_id = reviews.get_review(session, review_id).store_id
        stores.lock_stores(session, [store_id])
        review = reviews.get_review(session, review_id, locked=True)
        recorded = {"name": answer.fact.name, "value": answer.fact.plain_value} if answer.fact else None
        if review.state == ReviewState.ANSWERED:
            if (review.answer, review.recorded, review.reason) != (answer.answer, recorded, reason):
                raise Refused(f"review {review_id} was answered before: {review.answer}, {review.reason}")
            return review_row(review)
        store = stores.get_store(session, store_id)
        if answer.fact:
            keep_fact(session, now, store, answer.fact, actor)
        review.state, review.answer, review.reason = ReviewState.ANSWERED, answer.answer, reason
        review.recorded, review.answered_at, review.answered_by = recorded, now, actor
        store.decided_at = None
        audit.record(
            session,
            now,
            actor,
            AuditAction.REVIEW_ANSWERED,
            review_id,
            {"answer": answer.answer, "reason": reason},
        )
        return review_row(review)
