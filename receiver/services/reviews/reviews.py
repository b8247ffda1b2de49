"""Takes a merchant's request for a review, shows it to staff with its evidence, keeps their one answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.reviews import ReviewAnswer, ReviewState, ReviewSummary
from receiver.domain.staff_facts import StaffFactName
from receiver.errors import InputError, NotFound, Refused
from receiver.paging import Page
from receiver.services.decisions.history import show_decision
from receiver.services.stores.record_fact import StaffFact, checked_fact, keep_fact
from receiver.services.validation import require_text
from receiver.storage import audit, decisions, reviews, stores
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.tables import Review


def store_for_token(database: Database, token: str) -> str:
    """Return the id of the store that a status token belongs to. Raises NotFound."""
    with database.reading() as session:
        return stores.store_of_token(session, token_hash(token)).id


def ask_review(database: Database, now: datetime, store_id: str, message: str) -> tuple[ReviewSummary, bool]:
    """Request a review and return it, with whether it is new: the same text again is the open review.

    Raises NotFound, and Refused while another review is open.
    """
    with database.writing() as session:
        stores.lock_stores(session, [store_id])
        store = stores.get_store(session, store_id)
        waiting = reviews.open_review(session, store_id)
        if waiting is None:
            return reviews.review_summary(_asked(session, now, store.id, message)), True
    if waiting.message != message:
        raise Refused("a review is open already; our team answers it first")
    return reviews.review_summary(waiting), False


def _asked(session: Session, now: datetime, store_id: str, message: str) -> Review:
    decision = decisions.last_decision(session, store_id)
    review = Review(
        id=f"rv_{secrets.token_hex(10)}",
        store_id=store_id,
        state=ReviewState.OPEN,
        message=message,
        asked_at=now,
        decision_id=decision.id if decision else None,
    )
    session.add(review)
    audit.record(session, now, Agent.MERCHANT, AuditAction.REVIEW_ASKED, review.id, {"store": store_id})
    return review


def page_of_reviews(
    database: Database, state: str | None, *, after: str | None = None, limit: int
) -> Page[dict[str, Any]]:
    """Return a page of reviews with their stores' names, the longest waiting first; `limit` 0 for all.

    Raises InputError for an unknown `after`.
    """
    with database.reading() as session:
        try:
            page = reviews.page_of_reviews(session, state, after=after, limit=limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error
    return page.show(lambda row: {**_row(row[0]), "store_name": row[1]})


def show_review(database: Database, review_id: str) -> dict[str, Any]:
    """Return a review and the decision shown to the merchant before it asked (None: none).

    Raises NotFound.
    """
    with database.reading() as session:
        review = reviews.get_review(session, review_id)
    decision = show_decision(database, review.decision_id) if review.decision_id else None
    return {**_row(review), "told": decision and decision["answer"]}


@dataclass(frozen=True)
class Answered:
    """An answer of staff; a fact goes with an override (of that rule) and with a fact recorded."""

    answer: ReviewAnswer
    reason: str
    fact: StaffFact | None = None


def checked_answer(
    now: datetime,
    review_id: str,
    *,
    reason: str,
    override: str | None = None,
    fact: str | None = None,
    evidence: str | None = None,
) -> Answered:
    """Return the answer that staff entered, validated.

    It is RULE=OUTCOME, NAME=VALUE of a fact, or neither to uphold. Without evidence, a fact rests on the
    review itself. Raises InputError and Refused.
    """
    seen = evidence or f"review {review_id}"
    if override is not None:
        staff_fact = checked_fact(StaffFactName.OVERRIDE, override, now, reason=reason, evidence=seen)
        return Answered(ReviewAnswer.OVERRIDDEN, reason, staff_fact)
    if fact is not None:
        name, _, value = fact.partition("=")
        return Answered(
            ReviewAnswer.FACT_RECORDED, reason, checked_fact(name, value, now, reason=reason, evidence=seen)
        )
    return Answered(ReviewAnswer.UPHELD, reason)


def answer_review(
    database: Database, now: datetime, review_id: str, given: Answered, actor: str
) -> dict[str, Any]:
    """Keep the answer, and the fact it comes with, together. The same again changes nothing.

    Raises InputError, NotFound, and Refused where another answer was given before.
    """
    reason = require_text(given.reason, "reason")
    with database.writing() as session:
        store_id = reviews.get_review(session, review_id).store_id
        stores.lock_stores(session, [store_id])
        review = reviews.get_review(session, review_id, locked=True)
        recorded = {"name": given.fact.name, "value": given.fact.plain_value} if given.fact else None
        if review.state == ReviewState.ANSWERED:
            if (review.answer, review.recorded, review.reason) != (given.answer, recorded, reason):
                raise Refused(f"review {review_id} was answered before: {review.answer}, {review.reason}")
            return _row(review)
        store = stores.get_store(session, store_id)
        if given.fact:
            keep_fact(session, now, store, given.fact, actor)
        review.state, review.answer, review.reason = ReviewState.ANSWERED, given.answer, reason
        review.recorded, review.answered_at, review.answered_by = recorded, now, actor
        store.decided_at = None
        audit.record(
            session,
            now,
            actor,
            AuditAction.REVIEW_ANSWERED,
            review_id,
            {"answer": given.answer, "reason": reason},
        )
        return _row(review)


def _row(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "store": review.store_id,
        "state": review.state,
        "asked_at": review.asked_at,
        "message": review.message,
        "decision": review.decision_id,
        "answer": review.answer,
        "recorded": review.recorded,
        "reason": review.reason,
        "answered_at": review.answered_at,
        "answered_by": review.answered_by,
    }
